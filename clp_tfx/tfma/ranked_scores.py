"""Scores in order: how often those of one class are above those of another."""

import dataclasses
import math
from collections.abc import Iterable

import numpy as np


@dataclasses.dataclass(frozen=True)
class RankedScores:
  """Scores of some texts, in ascending order, and the weights of the texts.

  Attributes:
    scores: Shape `[n]`, ascending; equal ones by weight, so that sums over them do not
      depend on the order in which they came.
    weights: Shape `[n]`.
  """

  scores: np.ndarray
  weights: np.ndarray

  @classmethod
  def of(cls, scores: np.ndarray, weights: np.ndarray) -> "RankedScores":
    """Puts scores in order, each of shape `[n]`."""
    order = np.lexsort((weights, scores))
    return cls(scores[order], weights[order])

  @property
  def weight(self) -> float:
    """Weight of all texts."""
    return float(self.weights.sum())

  @property
  def squares(self) -> float:
    """Sum of the squared weights."""
    return float(np.square(self.weights).sum())

  def share_above(self, threshold: float) -> float:
    """Returns the share, by weight, of scores above a threshold; NaN without any."""
    if not len(self.scores) or np.isnan(self.scores[-1]):
      return math.nan
    above = self.weights[np.searchsorted(self.scores, threshold, "right") :]
    return float(above.sum()) / self.weight

  def wins_over(self, other: "RankedScores") -> float:
    """Returns the weight of the pairs in which this score is above the other's.

    A pair weighs the product of its texts' weights; one with equal scores counts half.
    NaN where a score is not a number.
    """
    # NaN comes last.
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
    values: At least 0; those that are not a number do not count.
    power: Not 0; the more negative, the closer to the least of the values.

  Returns:
    Between the least and the largest value; NaN without values.
  """
  known = np.array([value for value in values if not math.isnan(value)])
  if not len(known):
    return math.nan
  with np.errstate(divide="ignore"):
    return float(np.mean(known**power) ** (1 / power))
