"""A sweep of models with several labels: figures by label, one recommendation."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

from clp_tfx.pipeline.labels import named
from clp_tfx.sweep.bounds import Bounds, RatingBounds
from clp_tfx.sweep.recommendation import Figure, Row

_WORST = {"auc": min, "auc_drop": max, "flip_rate": max, "flip_rate_upper_bound": max}


@dataclasses.dataclass(frozen=True)
class BoundsByLabel:
  """The bounds that a model must meet on each of its judged labels.

  Attributes:
    of: The bounds of each label, `""` for the only one.
    judged: The labels that are judged.
  """

  of: Mapping[str, Bounds | RatingBounds]
  judged: Sequence[str]

  def __str__(self) -> str:
    labels: dict[str, list[str]] = {}
    for label in self.judged:
      labels.setdefault(str(self.of[label]), []).append(label)
    if list(labels.values()) == [[""]]:
      return next(iter(labels))
    said = (f"for {', '.join(names)} {bounds}" for bounds, names in labels.items())
    return ", and ".join(said)


def combined(tables: Mapping[str, Sequence[Row]], judged: Sequence[str]) -> list[Row]:
  """Returns a row per candidate, by which one is recommended.

  Args:
    tables: Rows of each label, `""` for the only one, with the same candidates.
    judged: The labels that are judged.

  Returns:
    The rows of the only label, or rows with the worst figure of the judged labels: the
    lowest AUC, the highest flip rate. A seed's model misses what it misses on any.
  """
  if list(tables) == [""]:
    return list(tables[""])
  return [
    _worst(dict(zip(judged, rows, strict=True)))
    for rows in zip(*(tables[label] for label in judged), strict=True)
  ]


def _worst(rows: Mapping[str, Row]) -> Row:
  first = next(iter(rows.values()))
  figures = {
    name: worst((row.figures[name] for row in rows.values()), key=_or_worst(worst))
    for name, worst in _WORST.items()
  }
  missed = [
    [
      miss._replace(figure=named(label, miss.figure))
      for label, misses in zip(rows, by_label, strict=True)
      for miss in misses
    ]
    for by_label in zip(*(row.missed for row in rows.values()), strict=True)
  ]
  return dataclasses.replace(first, figures=figures, missed=missed, is_worst=True)


def _or_worst(worst: Callable) -> Callable[[Figure], float]:
  """Returns the key by which an undefined figure is worse than any other."""
  undefined = math.inf if worst is max else -math.inf
  return lambda figure: undefined if math.isnan(figure.mean) else figure.mean
