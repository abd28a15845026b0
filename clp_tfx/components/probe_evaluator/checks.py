"""A check of a bound on harm; an undefined figure never passes."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

Figures = Mapping[str, Any]


class HarmCheck(NamedTuple):
  """A bound and the figure that it applies to.

  Attributes:
    metric: Name of the figure; `(change)` marks the candidate's minus the baseline's.
    slice: Identity or group that it is about, such as `identity=deaf`, or `all`.
    value: The figure; None if it is undefined.
    bound: The bound in words.
    passed: Whether the figure is there and keeps the bound.
    reason: Why it did not pass, in a sentence; otherwise empty.
    count: Number of pairs or comments behind it, where it comes from comments.
    is_unclear: Whether it failed because a harm could have gone unnoticed.
  """

  metric: str
  slice: str
  value: float | None
  bound: str
  passed: bool
  reason: str
  count: int | None = None
  is_unclear: bool = False


class NotJudged(NamedTuple):
  """A group that comments say too little about.

  Attributes:
    figure: `audit flip rate` or `recall`.
    group: Name of the group.
    count: Number of its pairs or positive comments.
  """

  figure: str
  group: str
  count: int


def recall_check(
  metric: str,
  where: str,
  change: float | None,
  bound: float,
  passed: bool,
  subject: str,
  count: int | None = None,
) -> HarmCheck:
  """Returns the check of a loss of recall, with its reason if it failed."""
  if change is None:
    reason = f"Too little evidence: recall on {subject} is not a number."
  else:
    reason = f"Recall on {subject} fell by {-change:.2f}, but must fall by at most "
    reason += f"{bound:g}."
  allowed = f"at least {-bound:g}"
  return HarmCheck(
    f"{metric} (change)",
    where,
    change,
    allowed,
    passed,
    "" if passed else reason,
    count,
  )


def difference(after: Any, before: Any) -> float | None:
  """Returns `after - before`, None unless both are numbers."""
  after, before = number(after), number(before)
  return None if after is None or before is None else after - before


def number(value: Any) -> float | None:
  """Returns a number, None for anything else."""
  isnumber = isinstance(value, int | float) and not isinstance(value, bool)
  return value if isnumber and math.isfinite(value) else None
