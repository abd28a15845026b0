"""Draws figures as bars, one below the other, as an SVG image for notebooks."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from clp_tfx.report.charts import scale
from clp_tfx.report.formats import percent
from clp_tfx.report.page import environment

WIDTH = 480
_RIGHT = 400
_TOP, _LABEL, _BAR, _GAP = 30, 20, 16, 12
# As in the report: what was before, and what came after.
_COLORS = ("#b45309", "#0f766e")


@dataclasses.dataclass(frozen=True)
class Bar:
  """A share to draw.

  Example:
    >>> Bar("gender/female", 0.12, series="before", interval=(0.08, 0.17)).value
    0.12

  Attributes:
    label: What it is the share of; bars of the same label stand together.
    value: In [0, 1].
    series: `before`, `after` or the like; at most two.
    interval: Its bounds, if known.
  """

  label: str
  value: float
  series: str = ""
  interval: tuple[float, float] | None = None


def bars_svg(bars: Sequence[Bar], title: str) -> str:
  """Draws shares as bars, all on one scale from 0 to the largest figure.

  Example:
    >>> bars = [Bar("female", 0.12, "before"), Bar("female", 0.01, "after")]
    >>> bars_svg(bars, "Flip rate")[:4]
    '<svg'

  Args:
    bars: At least one; labels and series in the order of their first bars.
    title: Heading, which screen readers also read before the figures.

  Returns:
    An SVG document without styles or names that could meet those of a page around it.
  """
  series = list(dict.fromkeys(bar.series for bar in bars))
  colors = dict(zip(series, _COLORS[-len(series) :], strict=True))
  ends = [bar.interval[1] if bar.interval else bar.value for bar in bars]
  x = scale(0, max([*ends, 1e-9]), 0, _RIGHT)
  top = _TOP + (_LABEL if len(series) > 1 else 0)
  rows, y = [], top
  for label in dict.fromkeys(bar.label for bar in bars):
    own = [bar for bar in bars if bar.label == label]
    rows.append({"label": label, "y": y + 14, "bars": []})
    y += _LABEL
    for bar in own:
      rows[-1]["bars"].append(_placed(bar, y, x, colors))
      y += _BAR
    y += _GAP
  return (
    environment()
    .get_template("bars.svg")
    .render(
      width=WIDTH,
      height=y,
      title=title,
      rows=rows,
      legend=[(name, colors[name]) for name in series] if len(series) > 1 else [],
    )
  )


def _placed(bar: Bar, y: int, x, colors: dict[str, str]) -> dict[str, Any]:
  end = bar.interval[1] if bar.interval else bar.value
  return {
    "y": y,
    "width": x(bar.value),
    "color": colors[bar.series],
    "interval": [x(bound) for bound in bar.interval] if bar.interval else None,
    "text": percent(bar.value),
    "text_x": x(max(end, bar.value)) + 8,
    "series": bar.series,
  }
