"""Which weight to take: the smallest that meets the bounds."""

import dataclasses
import statistics
from collections.abc import Sequence

from clp_tfx.sweep.candidates import CLP, CONTROL, Candidate
from clp_tfx.sweep.measures import Measures


@dataclasses.dataclass(frozen=True)
class Figure:
  """A figure over the seeds: its mean, and its standard deviation (0 for one seed)."""

  mean: float
  deviation: float

  @classmethod
  def over(cls, values: Sequence[float]) -> "Figure":
    """Returns the mean and sample standard deviation of values."""
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
  """

  candidate: Candidate
  seeds: int
  figures: dict[str, Figure]


@dataclasses.dataclass(frozen=True)
class Recommendation:
  """What to take.

  Attributes:
    chosen: The candidate that meets both bounds with the smallest weight, or None.
    closest: Where none does: the one with the lowest flip rate among those within
      the AUC bound; otherwise None.
    reason: Both in words.
  """

  chosen: Candidate | None
  closest: Candidate | None
  reason: str


def rows(measures: dict[Candidate, list[Measures]]) -> list[Row]:
  """Summarises trainings over their seeds.

  Args:
    measures: By candidate, one per seed, the seeds in the same order for all; the
      control must be among them.

  Returns:
    A row per candidate, in the order given.
  """
  control = measures[CONTROL]
  return [
    Row(candidate, len(runs), _figures(runs, control))
    for candidate, runs in measures.items()
  ]


def recommend(
  table: Sequence[Row], max_flip_rate: float, max_auc_drop: float
) -> Recommendation:
  """Chooses among the CLP candidates, the control included.

  The means over the seeds are held against the bounds. Of several losses whose smallest
  weights meet them, the one with the highest AUC is taken: weights of different losses
  are not of one kind.

  Args:
    table: What `rows` returns.
    max_flip_rate: Highest flip rate.
    max_auc_drop: Highest AUC loss to the control.
  """
  trained = [row for row in table if row.candidate.method == CLP]
  within = [row for row in trained if row.figures["auc_drop"].mean <= max_auc_drop]
  meeting = [row for row in within if row.figures["flip_rate"].mean <= max_flip_rate]
  bounds = (
    f"a flip rate of at most {max_flip_rate:g} and an AUC drop of at most "
    f"{max_auc_drop:g}"
  )
  if not meeting:
    # The control drops nothing, so there is always one, unless nothing could be
    # measured: no pairs, or one label only.
    closest = min(within, key=lambda row: row.figures["flip_rate"].mean, default=None)
    if closest is None or closest.figures["flip_rate"].mean != (
      closest.figures["flip_rate"].mean
    ):
      return Recommendation(
        None,
        None,
        "None can be recommended: without pairs and both labels among the eval "
        "comments there is no flip rate or no AUC.",
      )
    return Recommendation(
      None,
      closest.candidate,
      f"None meets {bounds}. Closest within the AUC bound is {_described(closest)}.",
    )
  if control := [row for row in meeting if row.candidate == CONTROL]:
    return Recommendation(
      CONTROL, None, f"Plain training meets {bounds}: {_described(control[0])}."
    )
  smallest = {
    row.candidate.loss: row
    for row in sorted(meeting, key=lambda row: -row.candidate.weight)
  }
  chosen = max(smallest.values(), key=lambda row: row.figures["auc"].mean)
  return Recommendation(
    chosen.candidate,
    None,
    f"{_described(chosen)}: the smallest weight that meets {bounds}.",
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
