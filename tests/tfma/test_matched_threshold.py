"""The size of the histograms is bounded; test_flip_rate.py tests their use."""

import pickle

import numpy as np
from scipy import special

from clp_tfx.tfma.matched_threshold import ScoredPairs, ScoreHistograms


def test_histograms_do_not_grow_with_the_comments():
  # A score in the middle of every bin of 1/256 logit from -20 to 20, and both ends.
  logits = (np.arange(-20 * 256, 20 * 256) + 0.5) / 256
  scores = [0.0, *special.expit(logits).tolist(), 1.0]
  histograms = ScoreHistograms(num_thresholds=1)
  sizes = []
  for _ in range(3):
    for score in scores:
      histograms.add(ScoredPairs.of(score, [score], (True,), weight=1.0))
    sizes.append(len(pickle.dumps(histograms)))
  # 3 histograms of 10,241 bins, with a few bytes for each bin and its count.
  assert sizes[0] == sizes[1] == sizes[2] < 3 * 10_241 * 16
