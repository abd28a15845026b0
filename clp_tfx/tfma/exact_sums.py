"""Sums that do not depend on the order of their terms."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class ExactSums:
  """Sums of float64 vectors, kept to twice their precision.

  Beam merges partial sums in any order, and with plain floats each order rounds
  differently. Here the rounding error of each addition is kept (Knuth's TwoSum) and
  added at the end, so that for any realistic number of terms the totals are those of
  exact arithmetic, rounded once.

  Attributes:
    high: Rounded sums, shape `[n]`.
    low: Accumulated rounding errors, shape `[n]`.
  """

  high: np.ndarray
  low: np.ndarray

  @classmethod
  def zeros(cls, size: int) -> "ExactSums":
    """Returns empty sums."""
    return cls(np.zeros(size), np.zeros(size))

  def __add__(self, other: "ExactSums | np.ndarray") -> "ExactSums":
    if isinstance(other, np.ndarray):
      high, lost = _two_sum(self.high, other)
      return ExactSums(high, self.low + lost)
    high, lost = _two_sum(self.high, other.high)
    return ExactSums(high, self.low + other.low + lost)

  @property
  def totals(self) -> np.ndarray:
    """Returns the sums, shape `[n]`."""
    return self.high + self.low


def _two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns a + b, rounded, and the exact rounding error.

  Reference:
    Knuth, The Art of Computer Programming, volume 2, 3rd edition, section 4.2.2.
  """
  total = a + b
  part = total - a
  return total, (a - (total - part)) + (b - part)
