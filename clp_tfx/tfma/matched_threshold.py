"""The threshold at which a model's positive rate matches the baseline's.

A model whose scores have all moved away from the decision threshold rarely flips but is
no fairer; comparing models at the matched threshold reveals this.
"""

import collections
import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy import special

# Resolution of thresholds: 1/256 logit between -20 and 20; beyond that, scores are
# within 2e-9 of 0 or 1.
_BINS_PER_LOGIT = 256
_LARGEST_LOGIT = 20
_LAST_BIN = _BINS_PER_LOGIT * _LARGEST_LOGIT
# Weights are counted in units of about a millionth, as integers, whose sums do not
# depend on the order.
_UNIT = 2**20


@dataclasses.dataclass(frozen=True)
class ScoredPairs:
  """One text and its pairs, binned for the histograms.

  Attributes:
    weight: Weight in units of 2^-20.
    original: Bin of the text's score; None if that is not a probability.
    lows: Bin of the lower score of each pair.
    highs: Bin of the higher score of each pair.
    baseline_positive: Whether the baseline's decision is positive, per threshold.
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
  """Counts of a model at its matched threshold.

  Attributes:
    threshold: Matched threshold in [0, 1].
    positives: Weight of the texts with a positive decision.
    flips: Weight of the pairs that flip.
  """

  threshold: float
  positives: float
  flips: float


def _bin(score: float) -> int | None:
  """Returns the bin of a score; None if it is not a probability."""
  if not 0 <= score <= 1:
    return None
  logit = math.log(score / (1 - score)) if 0 < score < 1 else (score - 0.5) * math.inf
  logit = min(max(logit, -_LARGEST_LOGIT), _LARGEST_LOGIT)
  # Bins exclude their lower edge: with it as threshold, `score > threshold` holds.
  return math.ceil(logit * _BINS_PER_LOGIT) - 1


class ScoreHistograms:
  """Histograms from which flips at any threshold are computed, in bounded memory.

  A pair flips at a threshold t if its lower score is at most t and its higher score is
  above t, so flips(t) = #(higher > t) - #(lower > t). This takes two histograms, and
  the positive rate takes a third, of the originals. Each is sparse and has at most
  10,241 bins.
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
    """Adds the counts of `other`, which is not modified."""
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
      index: Index of the baseline's threshold to match.
      threshold: That threshold; on ties, the match nearest to it is chosen.

    Returns:
      The counts at the matched threshold; None without texts or if a score was not a
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
  """Finds the threshold at which a model's positive rate is closest to the baseline's.

  Args:
    scores: Probabilities from the model, shape `[texts]`.
    baseline_scores: Probabilities from the baseline for the same texts.
    threshold: The baseline's threshold; on ties, the match nearest to it is chosen.

  Returns:
    The threshold in [0, 1]; NaN without texts or if a score is not a probability.
  """
  histograms = ScoreHistograms(num_thresholds=1)
  positive = (baseline_scores > threshold).tolist()
  for score, is_positive in zip(scores.tolist(), positive, strict=True):
    histograms.add(ScoredPairs.of(score, (), (is_positive,), weight=1.0))
  matched = histograms.match(0, threshold)
  return matched.threshold if matched else math.nan


def _above(counts: dict[int, int]) -> np.ndarray:
  """Returns the counts at and above each bin, followed by a 0."""
  # Bins run from -_LAST_BIN - 1 (scores of 0) to _LAST_BIN - 1.
  dense = np.zeros(2 * _LAST_BIN + 2, np.int64)
  for bin_, count in counts.items():
    dense[bin_ + _LAST_BIN] += count if bin_ >= -_LAST_BIN else 0
  return dense[::-1].cumsum()[::-1]
