"""The threshold at which a model is positive as often as the baseline is.

A model that moves all its scores away from the decision threshold flips seldom without
having become any fairer; at the matched threshold it does not look so.
"""

import collections
import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy import special

# Thresholds are told apart in logits: to 1/256, from -20 to 20, beyond which a score is
# 2e-9 from 0 or 1.
_BINS_PER_LOGIT = 256
_LARGEST_LOGIT = 20
_LAST_BIN = _BINS_PER_LOGIT * _LARGEST_LOGIT
# Weights are counted in millionths or so, in integers, which add up in any order.
_UNIT = 2**20


@dataclasses.dataclass(frozen=True)
class ScoredPairs:
  """One text and its pairs, as the histograms take them.

  Attributes:
    weight: In units of 2^-20.
    original: Bin of the text's score; None where it is no probability.
    lows: Of each pair the bin of the lower score.
    highs: Of each pair the bin of the higher score.
    baseline_positive: Whether the baseline is positive, per threshold.
  """

  weight: int
  original: int | None
  lows: tuple[int, ...]
  highs: tuple[int, ...]
  baseline_positive: tuple[bool, ...]

  @classmethod
  def of(
    cls,
    score: float,
    scores: Sequence[float],
    baseline_positive: tuple[bool, ...],
    weight: float,
  ) -> "ScoredPairs":
    """Bins the scores of a text and of its counterfactuals."""
    original, *bins = (_bin(each) for each in (score, *scores))
    if original is None or None in bins:
      return cls(0, None, (), (), baseline_positive)
    return cls(
      weight=round(weight * _UNIT),
      original=original,
      lows=tuple(min(original, b) for b in bins),
      highs=tuple(max(original, b) for b in bins),
      baseline_positive=baseline_positive,
    )


@dataclasses.dataclass(frozen=True)
class Matched:
  """What a model does at its matched threshold.

  Attributes:
    threshold: In [0, 1].
    positives: Weight of the texts decided positive.
    flips: Weight of the pairs that flip.
  """

  threshold: float
  positives: float
  flips: float


def _bin(score: float) -> int | None:
  """Returns the bin of a score; None where it is no probability."""
  if not 0 <= score <= 1:
    return None
  logit = math.log(score / (1 - score)) if 0 < score < 1 else (score - 0.5) * math.inf
  logit = min(max(logit, -_LARGEST_LOGIT), _LARGEST_LOGIT)
  # A score is above the threshold at the lower edge of its bin, as `>` has it.
  return math.ceil(logit * _BINS_PER_LOGIT) - 1


class ScoreHistograms:
  """Counts from which flips at any threshold follow, in bounded memory.

  A pair flips at a threshold t where its lower score is at most t and its higher one
  above, so that flips(t) = #(higher > t) - #(lower > t): two histograms, and a third of
  the originals for the positive rate. At most 10,241 bins each, kept sparse.
  """

  def __init__(self, num_thresholds: int):
    self._originals: collections.Counter[int] = collections.Counter()
    self._lows: collections.Counter[int] = collections.Counter()
    self._highs: collections.Counter[int] = collections.Counter()
    self._baseline_positives = [0] * num_thresholds
    self._no_probabilities = False

  def add(self, pairs: ScoredPairs) -> None:
    """Counts one text and its pairs."""
    if pairs.original is None:
      self._no_probabilities = True
      return
    self._originals[pairs.original] += pairs.weight
    for low, high in zip(pairs.lows, pairs.highs, strict=True):
      self._lows[low] += pairs.weight
      self._highs[high] += pairs.weight
    for i, positive in enumerate(pairs.baseline_positive):
      self._baseline_positives[i] += pairs.weight * positive

  def merge(self, other: "ScoreHistograms") -> None:
    """Adds another's counts; leaves the other as it is."""
    self._originals.update(other._originals)
    self._lows.update(other._lows)
    self._highs.update(other._highs)
    self._baseline_positives = [
      a + b
      for a, b in zip(self._baseline_positives, other._baseline_positives, strict=True)
    ]
    self._no_probabilities |= other._no_probabilities

  def match(self, index: int, threshold: float) -> Matched | None:
    """Finds the threshold whose positive rate is closest to the baseline's.

    Args:
      index: Which of the baseline's thresholds to match.
      threshold: That threshold; of several equally close ones the one nearest to it
        is taken.

    Returns:
      What the model does there; None without texts or where a score was no
      probability.
    """
    if self._no_probabilities or not self._originals:
      return None
    positives = _above(self._originals)
    distance = np.abs(positives - self._baseline_positives[index])
    closest = np.flatnonzero(distance == distance.min())
    nominal = np.clip(special.logit(threshold), -_LARGEST_LOGIT, _LARGEST_LOGIT)
    at = closest[np.abs(closest - _LAST_BIN - nominal * _BINS_PER_LOGIT).argmin()]
    flips = _above(self._highs)[at] - _above(self._lows)[at]
    return Matched(
      threshold=float(special.expit((at - _LAST_BIN) / _BINS_PER_LOGIT)),
      positives=positives[at] / _UNIT,
      flips=flips / _UNIT,
    )


def find_matched_threshold(
  scores: np.ndarray, baseline_scores: np.ndarray, threshold: float
) -> float:
  """Finds the threshold at which a model is positive as often as the baseline is.

  Args:
    scores: Probabilities of the model, shape `[texts]`.
    baseline_scores: Of the baseline, on the same texts.
    threshold: The baseline's; of several equally close ones the one nearest to it is
      taken.

  Returns:
    In [0, 1]; NaN without texts or where a score is no probability.
  """
  histograms = ScoreHistograms(num_thresholds=1)
  positive = (baseline_scores > threshold).tolist()
  for score, is_positive in zip(scores.tolist(), positive, strict=True):
    histograms.add(ScoredPairs.of(score, (), (is_positive,), weight=1.0))
  matched = histograms.match(0, threshold)
  return matched.threshold if matched else math.nan


def _above(counts: dict[int, int]) -> np.ndarray:
  """Returns the count at and above each bin, and at last the 0 above all."""
  # Bins run from -_LAST_BIN - 1 (scores of 0) to _LAST_BIN - 1.
  dense = np.zeros(2 * _LAST_BIN + 2, np.int64)
  for bin_, count in counts.items():
    dense[bin_ + _LAST_BIN] += count if bin_ >= -_LAST_BIN else 0
  return dense[::-1].cumsum()[::-1]
