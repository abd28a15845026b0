"""Formats figures for people."""

import math
import re
from typing import Any

import markupsafe

MISSING = markupsafe.Markup(
  '<span title="Not defined on this data"><span aria-hidden="true">–</span>'
  '<span class="visually-hidden">not defined</span></span>'
)
"""Placeholder for a missing figure."""

# Not the point of a number.
_SEPARATORS = re.compile(r"[/_](?=\w)|\.(?=[^\W\d])")


def is_missing(value: Any) -> bool:
  """Returns whether a figure is None, NaN or infinite."""
  return value is None or (isinstance(value, float) and not math.isfinite(value))


def percent(value: float | None) -> str:
  """Formats a share in [0, 1], such as `4.1%`."""
  if is_missing(value):
    return MISSING
  # 0.0% would mean that nothing ever flips.
  return "<0.1%" if 0 < value < 0.0005 else f"{value:.1%}"


def interval(bounds: list[float | None] | None) -> str:
  """Formats bounds of a share, such as `3.2 to 5.0%`; empty if there are none."""
  if not bounds or any(map(is_missing, bounds)):
    return ""
  low, high = (f"{100 * bound:.1f}" for bound in bounds)
  return f"{low} to {high}%"


def decimal(value: float | None) -> str:
  """Formats a score or an AUC with four decimals."""
  return MISSING if is_missing(value) else f"{value:.4f}"


def count(value: int | None) -> str:
  """Formats a count, such as `3,087`."""
  return MISSING if is_missing(value) else f"{value:,}"


def seconds(value: float) -> str:
  """Formats a duration, such as `5 min 2 s`."""
  if value < 60:
    return f"{value:.1f} s"
  minutes, rest = divmod(round(value), 60)
  return f"{minutes} min {rest} s"


def setting(value: Any) -> str:
  """Formats an option's value or a metric."""
  if is_missing(value) or value in ((), []):
    return MISSING
  if isinstance(value, bool):
    return "yes" if value else "no"
  if isinstance(value, float):
    return f"{value:.4g}"
  if isinstance(value, list | tuple):
    return ", ".join(map(str, value))
  return str(value)


def breakable(name: Any) -> markupsafe.Markup:
  """Lets a long name break after its separators, and not within a word.

  Args:
    name: A group, an option or a path, not escaped yet; markup stays as it is.
  """
  if isinstance(name, markupsafe.Markup):
    return name
  escaped = str(markupsafe.escape(name))
  return markupsafe.Markup(_SEPARATORS.sub(r"\g<0><wbr>", escaped))


def score(value: float | list[float]) -> str:
  """Formats one or several scores of a model, such as `0.912`."""
  values = value if isinstance(value, list) else [value]
  return ", ".join(MISSING if is_missing(each) else f"{each:.3f}" for each in values)
