"""The size of the histograms is bounded; test_flip_rate.py tests their use."""

import math
import pickle

import numpy as np
import pytest
from scipy import special

from clp_tfx.tfma.matched_threshold import (
  ScoredPairs,
  ScoreHistograms,
  find_matched_threshold,
)


@pytest.mark.parametrize("above", [0, 2, 3, 4])
def test_as_many_scores_are_above_as_of_the_baseline(above):
  scores = np.array([0.4, 0.1, 0.3, 0.2])
  baseline = np.array([0.9] * above + [0.1] * (4 - above))
  assert np.sum(scores > find_matched_threshold(scores, baseline, 0.5)) == above


def test_ties_take_the_nearest_count():
  # The baseline has one positive of four; the model can have none or three.
  scores, baseline = np.array([0.4, 0.4, 0.4, 0.1]), np.array([0.9, 0.1, 0.1, 0.1])
  assert np.sum(scores > find_matched_threshold(scores, baseline, 0.5)) == 0


def test_of_equally_close_thresholds_the_nearest():
  # Any between 0.2 and 0.8 has one positive of two.
  assert find_matched_threshold(np.array([0.8, 0.2]), np.array([0.9, 0.1]), 0.5) == 0.5


@pytest.mark.parametrize("scores", [[], [math.nan], [1.5]])
def test_without_probabilities_there_is_no_threshold(scores):
  baseline = np.full(len(scores), 0.9)
  assert math.isnan(find_matched_threshold(np.array(scores), baseline, 0.5))


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
