"""Sorted scores: how often those of one class are above those of another."""

import dataclasses
import math
from collections.abc import Iterable

import numpy as np


@dataclasses.dataclass(frozen=True)
class RankedScores:
  """Sorted scores of texts, with the weights of the texts.

  Attributes:
    scores: Scores in ascending order, shape `[n]`. Equal scores are ordered by weight,
      so that sums do not depend on the order of the input.
    weights: Weight of each text, shape `[n]`.
  """

  scores: np.ndarray
  weights: np.ndarray

  @classmethod
  def of(cls, scores: np.ndarray, weights: np.ndarray) -> "RankedScores":
    """Sorts scores and weights of shape `[n]`."""
    order = np.lexsort((weights, scores))
    return cls(scores[order], weights[order])

  @property
  def weight(self) -> float:
    """Sum of the weights."""
    return float(self.weights.sum())

  @property
  def squares(self) -> float:
    """Sum of the squared weights."""
    return float(np.square(self.weights).sum())

  def share_above(self, threshold: float) -> float:
    """Returns the weighted share of scores above a threshold; NaN without scores."""
    if not len(self.scores) or np.isnan(self.scores[-1]):
      return math.nan
    above = self.weights[np.searchsorted(self.scores, threshold, "right") :]
    return float(above.sum()) / self.weight

  def wins_over(self, other: "RankedScores") -> float:
    """Returns the total weight of pairs in which this score is above the other's.

    The weight of a pair is the product of its texts' weights; a tie counts half. The
    result is NaN if a score is.
    """
    # NaN is sorted last.
    if any(len(each.scores) and np.isnan(each.scores[-1]) for each in (self, other)):
      return math.nan
    up_to = np.append(0.0, other.weights.cumsum())
    below = up_to[np.searchsorted(other.scores, self.scores, "left")]
    not_above = up_to[np.searchsorted(other.scores, self.scores, "right")]
    return float((self.weights * (below + not_above)).sum()) / 2


def generalized_mean(values: Iterable[float], power: float) -> float:
  """Returns the generalised mean of positive numbers.

  Formula: `mean(values ** power) ** (1 / power)`

  Args:
    values: Values of at least 0; NaN is ignored.
    power: Any power but 0; the lower it is, the closer the mean is to the minimum.

  Returns:
    The mean, between the minimum and the maximum; NaN without values.
  """
  known = np.array([value for value in values if not math.isnan(value)])
  if not len(known):
    return math.nan
  with np.errstate(divide="ignore"):
    return float(np.mean(known**power) ** (1 / power))
