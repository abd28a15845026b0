"""Recommends the smallest weight that meets the bounds."""

import dataclasses
import math
import statistics
from collections.abc import Sequence
from typing import Any

from clp_tfx.sweep.bounds import QUALITY, Bounds, Miss, RatingBounds
from clp_tfx.sweep.candidates import CLP, CONTROL, Candidate
from clp_tfx.sweep.measures import Measures
from clp_tfx.sweep.rating_measures import RatingMeasures

QUALITIES = {"auc": "AUC", "r2": "R²"}
"""Words for the figure that says how well a model predicts the label, by its name."""


@dataclasses.dataclass(frozen=True)
class Figure:
  """Mean and standard deviation of a figure over the seeds; 0 for one seed.

  Both are NaN if the figure is undefined for a seed.
  """

  mean: float
  deviation: float

  @classmethod
  def over(cls, values: Sequence[float]) -> "Figure":
    """Returns the mean and sample standard deviation of values."""
    if not all(map(math.isfinite, values)):
      return cls(math.nan, math.nan)
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return cls(statistics.fmean(values), spread)


@dataclasses.dataclass(frozen=True)
class Row:
  """A candidate's figures over the seeds, on one split.

  Attributes:
    candidate: The candidate.
    seeds: Number of seeds.
    figures: Those of `Measures` or `RatingMeasures` by name, and `auc_drop` or
      `r2_drop`: the control's AUC or R² minus the candidate's, seed by seed, so that
      what a seed does to both cancels out.
    missed: The bounds that each seed's model misses.
    is_worst: Whether these are the worst figures of several labels.
  """

  candidate: Candidate
  seeds: int
  figures: dict[str, Figure]
  missed: list[list[Miss]]
  is_worst: bool = False

  @property
  def quality(self) -> str:
    """Name of the figure that says how well the model predicts the label."""
    return next(name for name in QUALITIES if name in self.figures)

  @property
  def drop(self) -> str:
    """Name of the figure of what that loses."""
    return f"{self.quality}_drop"

  @property
  def passes(self) -> int:
    """Number of seeds whose model would pass the gate."""
    return sum(not misses for misses in self.missed)


@dataclasses.dataclass(frozen=True)
class Recommendation:
  """The recommendation of a sweep.

  Attributes:
    chosen: The candidate that meets the bounds with the smallest weight, or None.
    closest: If none meets them, the candidate with the lowest flip rate among those
      that meet the bounds on AUC or R²; otherwise None.
    reason: Explanation of both.
  """

  chosen: Candidate | None
  closest: Candidate | None
  reason: str


def rows(
  measures: dict[Candidate, list[Measures | RatingMeasures]],
  bounds: Bounds | RatingBounds,
) -> list[Row]:
  """Summarises trainings over their seeds.

  Args:
    measures: Measures per seed by candidate, including the control, with the seeds in
      the same order for all.
    bounds: Bounds to compare them with.

  Returns:
    A row per candidate, in the order given.
  """
  control = measures[CONTROL]
  return [
    Row(
      candidate,
      len(runs),
      _figures(runs, control),
      [bounds.missed(*pair) for pair in zip(runs, control, strict=True)],
    )
    for candidate, runs in measures.items()
  ]


def recommend(table: Sequence[Row], bounds: Any) -> Recommendation:
  """Chooses among the CLP candidates, including the control.

  Every seed's model must pass the gate: a run trains only one of them, and pooling the
  pairs of all seeds would count the same comments several times as evidence. If several
  losses pass, the one whose smallest weight has the highest AUC or R² is chosen,
  because weights of different losses are not comparable.

  Args:
    table: Rows from `rows`.
    bounds: The gate's bounds, for the explanation; `str` gives their words.
  """
  trained = [row for row in table if row.candidate.method == CLP]
  passing = [row for row in trained if row.passes == row.seeds]
  if not passing:
    return _none(trained, bounds)
  if control := [row for row in passing if row.candidate == CONTROL]:
    return Recommendation(
      CONTROL, None, f"Plain training meets {bounds}: {_described(control[0])}."
    )
  smallest = {
    row.candidate.loss: row
    for row in sorted(passing, key=lambda row: -row.candidate.weight)
  }
  chosen = max(smallest.values(), key=lambda row: row.figures[row.quality].mean)
  return Recommendation(
    chosen.candidate,
    None,
    f"{_described(chosen)}: the smallest weight that meets {bounds} with every seed.",
  )


def _none(trained: list[Row], bounds: Any) -> Recommendation:
  defined = [
    row
    for row in trained
    if not any(math.isnan(row.figures[name].mean) for name in (row.drop, "flip_rate"))
  ]
  if not defined:
    name = QUALITIES[trained[0].quality]
    return Recommendation(
      None,
      None,
      "None can be recommended: without pairs and different labels among the eval "
      f"comments there is no flip rate or no {name}.",
    )
  within = [
    row
    for row in defined
    if QUALITY not in {miss.kind for each in row.missed for miss in each}
  ]
  reason = f"None meets {bounds} with every seed."
  if not within:
    return Recommendation(None, None, reason)
  closest = min(within, key=lambda row: row.figures["flip_rate"].mean)
  misses = next(each for each in closest.missed if each)
  return Recommendation(
    None,
    closest.candidate,
    f"{reason} Closest within the bounds of the {QUALITIES[closest.quality]} is "
    f"{_described(closest)}, which "
    f"passes with {closest.passes} of {closest.seeds} seeds "
    f"({', '.join(miss.figure for miss in misses)}).",
  )


def _figures(
  runs: list[Measures | RatingMeasures], control: list[Measures | RatingMeasures]
) -> dict[str, Figure]:
  names = [field.name for field in dataclasses.fields(runs[0])]
  figures = {name: Figure.over([getattr(run, name) for run in runs]) for name in names}
  quality = runs[0].QUALITY
  drops = [
    getattr(before, quality) - getattr(run, quality)
    for before, run in zip(control, runs, strict=True)
  ]
  return {**figures, f"{quality}_drop": Figure.over(drops)}


def _described(row: Row) -> str:
  rate, drop = (row.figures[name].mean for name in ("flip_rate", row.drop))
  worst, name = "highest " if row.is_worst else "", QUALITIES[row.quality]
  return (
    f"{row.candidate.name} ({worst}flip rate {rate:.4f}, {worst}{name} drop {drop:.4f})"
  )
