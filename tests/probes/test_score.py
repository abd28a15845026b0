"""Scoring: each distinct text once, in order, in batches."""

import numpy as np

from clp_tfx.probes.fill import Probe
from clp_tfx.probes.score import score_probes


def probe(text, person=""):
  return Probe(text, "neutral", "f", "t", "i", person=person)


def test_each_text_is_scored_once():
  seen = []

  def lengths(texts):
    seen.extend(texts)
    return np.array([len(text) / 10 for text in texts])

  found = score_probes([probe("gay", "a"), probe("old", "a"), probe("gay")], lengths)
  assert seen == ["gay", "a", "old"]
  np.testing.assert_array_equal(found.sentences, [0.3, 0.3, 0.3])
  np.testing.assert_array_equal(found.persons, [0.1, 0.1, np.nan])


def test_batches_keep_the_order():
  sizes = []

  def numbers(texts):
    sizes.append(len(texts))
    return np.array([int(text) / 1000 for text in texts])

  found = score_probes([probe(f"{n}") for n in range(600)], numbers)
  assert sizes == [256, 256, 88]
  np.testing.assert_array_equal(found.sentences, np.arange(600) / 1000)


def test_no_probes():
  assert score_probes([], lambda texts: np.zeros(len(texts))).sentences.shape == (0,)
