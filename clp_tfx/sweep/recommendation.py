"""Recommends the smallest weight that meets the bounds."""

import dataclasses
import math
import statistics
from collections.abc import Sequence
from typing import Any

from clp_tfx.sweep.bounds import AUC, Bounds, Miss
from clp_tfx.sweep.candidates import CLP, CONTROL, Candidate
from clp_tfx.sweep.measures import Measures


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
    figures: Those of `Measures` by name, and `auc_drop`: the control's AUC minus the
      candidate's, seed by seed, so that what a seed does to both cancels out.
    missed: The bounds that each seed's model misses.
    is_worst: Whether these are the worst figures of several labels.
  """

  candidate: Candidate
  seeds: int
  figures: dict[str, Figure]
  missed: list[list[Miss]]
  is_worst: bool = False

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
      that meet the bounds on AUC; otherwise None.
    reason: Explanation of both.
  """

  chosen: Candidate | None
  closest: Candidate | None
  reason: str


def rows(measures: dict[Candidate, list[Measures]], bounds: Bounds) -> list[Row]:
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
  losses pass, the one whose smallest weight has the highest AUC is chosen, because
  weights of different losses are not comparable.

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
  chosen = max(smallest.values(), key=lambda row: row.figures["auc"].mean)
  return Recommendation(
    chosen.candidate,
    None,
    f"{_described(chosen)}: the smallest weight that meets {bounds} with every seed.",
  )


def _none(trained: list[Row], bounds: Any) -> Recommendation:
  defined = [
    row
    for row in trained
    if not any(math.isnan(row.figures[name].mean) for name in ("auc_drop", "flip_rate"))
  ]
  if not defined:
    return Recommendation(
      None,
      None,
      "None can be recommended: without pairs and both labels among the eval "
      "comments there is no flip rate or no AUC.",
    )
  within = [
    row
    for row in defined
    if AUC not in {miss.kind for each in row.missed for miss in each}
  ]
  reason = f"None meets {bounds} with every seed."
  if not within:
    return Recommendation(None, None, reason)
  closest = min(within, key=lambda row: row.figures["flip_rate"].mean)
  misses = next(each for each in closest.missed if each)
  return Recommendation(
    None,
    closest.candidate,
    f"{reason} Closest within the bounds of the AUC is {_described(closest)}, which "
    f"passes with {closest.passes} of {closest.seeds} seeds "
    f"({', '.join(miss.figure for miss in misses)}).",
  )


def _figures(runs: list[Measures], control: list[Measures]) -> dict[str, Figure]:
  names = [field.name for field in dataclasses.fields(Measures)]
  figures = {name: Figure.over([getattr(run, name) for run in runs]) for name in names}
  drops = [before.auc - run.auc for before, run in zip(control, runs, strict=True)]
  return {**figures, "auc_drop": Figure.over(drops)}


def _described(row: Row) -> str:
  rate, drop = (row.figures[name].mean for name in ("flip_rate", "auc_drop"))
  worst = "highest " if row.is_worst else ""
  return (
    f"{row.candidate.name} ({worst}flip rate {rate:.4f}, {worst}AUC drop {drop:.4f})"
  )
