"""Plots flip rate against AUC or R², the results of a sweep, as an SVG image."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from clp_tfx.report.charts import scale, ticks
from clp_tfx.report.page import environment

WIDTH, HEIGHT = 720, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 560, 56, 396
_LABEL_HEIGHT = 15


@dataclasses.dataclass(frozen=True)
class Point:
  """How well a candidate predicts the label, and its flip rate.

  Example:
    >>> Point("0.3", "clp", 0.95, 0.002, 0.01, 0.003, recommended=True).flip_rate
    0.01

  Attributes:
    label: Short name, shown beside the point.
    kind: `control`, `clp` or `other`; determines shape and colour.
    quality: AUC or R², the mean over the seeds.
    quality_deviation: Length of the error bar on each side; 0 for none.
    flip_rate: Mean over the seeds.
    flip_rate_deviation: Length of the error bar on each side; 0 for none.
    recommended: Whether to circle the point.
  """

  label: str
  kind: str
  quality: float
  quality_deviation: float
  flip_rate: float
  flip_rate_deviation: float
  recommended: bool = False


def trade_off_svg(
  points: Sequence[Point],
  title: str,
  max_flip_rate: float | None = None,
  min_quality: float | None = None,
  quality: str = "AUC",
) -> str:
  """Draws points with error bars, the Pareto front and the bounds.

  Example:
    >>> control = Point("0", "control", 0.96, 0.0, 0.1, 0.0)
    >>> paired = Point("0.3", "clp", 0.95, 0.0, 0.01, 0.0, recommended=True)
    >>> trade_off_svg([control, paired], "Weights", max_flip_rate=0.05)[:4]
    '<svg'

  Args:
    points: At least one point, all finite.
    title: Heading, which screen readers also read before the figures.
    max_flip_rate: Bound to draw as a dashed line, if given.
    min_quality: Bound to draw as a dashed line, if given.
    quality: Name of the figure of the points' `quality`.

  Returns:
    An SVG document that works offline.
  """
  flips = [p.flip_rate + p.flip_rate_deviation for p in points]
  ends = [p.quality + sign * p.quality_deviation for p in points for sign in (-1, 1)]
  x_ticks = ticks(*_bounds([*ends, *([] if min_quality is None else [min_quality])]))
  y_ticks = ticks(0.0, max([*flips, max_flip_rate or 0.0]) or 0.01)
  x = scale(x_ticks[0], x_ticks[-1], _LEFT, _RIGHT)
  y = scale(y_ticks[0], y_ticks[-1], _BOTTOM, _TOP)
  marks = [_mark(point, x, y) for point in points]
  for mark, label_y in zip(marks, _apart([m["y"] for m in marks]), strict=True):
    mark["label_y"] = label_y
  return (
    environment()
    .get_template("trade_off.svg")
    .render(
      width=WIDTH,
      height=HEIGHT,
      left=_LEFT,
      right=_RIGHT,
      top=_TOP,
      bottom=_BOTTOM,
      title=title,
      marks=marks,
      front=[(x(p.quality), y(p.flip_rate)) for p in pareto_front(points)],
      x_ticks=[(x(tick), _plain(tick)) for tick in x_ticks],
      y_ticks=[(y(tick), f"{_plain(100 * tick)}%") for tick in y_ticks],
      flip_line=None if max_flip_rate is None else y(max_flip_rate),
      quality_line=None if min_quality is None else x(min_quality),
      quality=quality,
    )
  )


def pareto_front(points: Sequence[Point]) -> list[Point]:
  """Returns the points that no other point beats, by descending quality.

  A point beats another if neither its quality nor its flip rate is worse and one of
  them is better.
  """
  front: list[Point] = []
  for point in sorted(points, key=lambda p: (-p.quality, p.flip_rate)):
    if not front or point.flip_rate < front[-1].flip_rate:
      front.append(point)
  return front


def _bounds(values: list[float]) -> tuple[float, float]:
  low, high = min(values), max(values)
  return (low, high) if high - low > 1e-6 else (low - 0.005, high + 0.005)


def _mark(point: Point, x, y) -> dict[str, Any]:
  low = max(point.flip_rate - point.flip_rate_deviation, 0.0)
  return {
    "point": point,
    "x": x(point.quality),
    "y": y(point.flip_rate),
    "x_bar": tuple(
      x(point.quality + sign * point.quality_deviation) for sign in (-1, 1)
    ),
    "y_bar": (y(low), y(point.flip_rate + point.flip_rate_deviation)),
  }


def _apart(heights: list[float]) -> list[float]:
  """Moves labels apart so that they do not overlap, without changing their order."""
  order = sorted(range(len(heights)), key=heights.__getitem__)
  placed = dict.fromkeys(order, 0.0)
  # From the bottom up, because most points are near the axis.
  limit = _BOTTOM + 0.0
  for i in reversed(order):
    placed[i] = round(min(heights[i], limit), 1)
    limit = placed[i] - _LABEL_HEIGHT
  return [placed[i] for i in range(len(heights))]


def _plain(value: float) -> str:
  return f"{value:.6f}".rstrip("0").rstrip(".")
