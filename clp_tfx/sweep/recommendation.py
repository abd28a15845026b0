"""Which weight to take: the smallest that meets the bounds."""

import dataclasses
import math
import statistics
from collections.abc import Sequence

from clp_tfx.sweep.bounds import AUC, Bounds, Miss
from clp_tfx.sweep.candidates import CLP, CONTROL, Candidate
from clp_tfx.sweep.measures import Measures


@dataclasses.dataclass(frozen=True)
class Figure:
  """A figure over the seeds: its mean, and its standard deviation (0 for one seed).

  Both are NaN where it is undefined for a seed.
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
    candidate: What was trained.
    seeds: How many times.
    figures: By the names of `Measures` and `auc_drop`: the control's AUC less the
      candidate's, seed by seed, so that what a seed does to both is not in it.
    missed: The bounds that the model of each seed misses.
  """

  candidate: Candidate
  seeds: int
  figures: dict[str, Figure]
  missed: list[list[Miss]]

  @property
  def passes(self) -> int:
    """Of how many seeds the model would pass the gate."""
    return sum(not misses for misses in self.missed)


@dataclasses.dataclass(frozen=True)
class Recommendation:
  """What to take.

  Attributes:
    chosen: The candidate that meets the bounds with the smallest weight, or None.
    closest: Where none does: the one with the lowest flip rate among those within
      the bounds of the AUC; otherwise None.
    reason: Both in words.
  """

  chosen: Candidate | None
  closest: Candidate | None
  reason: str


def rows(measures: dict[Candidate, list[Measures]], bounds: Bounds) -> list[Row]:
  """Summarises trainings over their seeds.

  Args:
    measures: By candidate, one per seed, the seeds in the same order for all; the
      control must be among them.
    bounds: What each is held against.

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


def recommend(table: Sequence[Row], bounds: Bounds) -> Recommendation:
  """Chooses among the CLP candidates, the control included.

  The model of every seed must pass the gate: a run trains one of them and its gate sees
  no mean, and pairs pooled over the seeds would count the same comments several times
  as evidence. Of several losses whose smallest weights do, the one with the highest AUC
  is taken: weights of different losses are not of one kind.

  Args:
    table: What `rows` returns.
    bounds: The gate's, for the words.
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


def _none(trained: list[Row], bounds: Bounds) -> Recommendation:
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
  return (
    f"{row.candidate.name} (flip rate {row.figures['flip_rate'].mean:.4f}, AUC drop "
    f"{row.figures['auc_drop'].mean:.4f})"
  )
