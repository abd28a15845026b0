"""Runs a sweep and writes a table, a plot and a recommendation."""

import csv
import dataclasses
import io
import json
import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from clp_tfx.files import write_whole
from clp_tfx.report.trade_off import Point, trade_off_svg
from clp_tfx.sweep.bounds import Bounds, RatingBounds
from clp_tfx.sweep.candidates import BLINDNESS, CLP, CONTROL, Candidate
from clp_tfx.sweep.class_measures import measure_classes
from clp_tfx.sweep.labels import BoundsByLabel, combined
from clp_tfx.sweep.measures import Measures, Scores, measure
from clp_tfx.sweep.rating_measures import RatingMeasures, measure_ratings
from clp_tfx.sweep.recommendation import QUALITIES, Row, recommend, rows

_NO_PLOT = (
  '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="720" height="40">'
  '<text x="8" y="24">No candidate has both figures of the plot.</text></svg>\n'
)
_log = logging.getLogger(__name__)


class Source(Protocol):
  """Source of scores; `Trainings` gets them by training."""

  def is_done(self, candidate: Candidate, seed: int) -> bool:
    """Returns whether the training is already done."""

  def scores(self, candidate: Candidate, seed: int, split: str) -> dict[str, Scores]:
    """Returns the scores of a split, after training if necessary, by label."""


def run_sweep(
  trainings: Source,
  candidates: Sequence[Candidate],
  seeds: Sequence[int],
  bounds: Bounds | RatingBounds | BoundsByLabel,
  output: Path,
) -> dict[str, Any]:
  """Runs the missing trainings and writes `sweep.json`, `.csv` and `.svg`.

  Candidates are compared on the eval split. Only the recommended candidate and the
  control are scored on the test split: the best of many looks better than it is on the
  data it was chosen on, and a test split used for every candidate would be just another
  eval split.

  Args:
    trainings: Source of the scores.
    candidates: Candidates to compare, including the control.
    seeds: At least one seed.
    bounds: Bounds for the recommendation. Of several labels, all that are judged have
      to meet theirs.
    output: Existing folder to write to.

  Returns:
    The contents of `sweep.json`: `bounds`, `seeds`, `eval` and `test` (a dictionary per
    candidate with its figures, None if undefined, and `passes`, the number of seeds
    whose model would pass the gate; 0 for a blind model, which the gate could not
    judge; one for each `label`, if there are several), `recommended` and `closest` (a
    name or None), `reason`, and `plot`, its path.
  """
  if not isinstance(bounds, BoundsByLabel):
    bounds = BoundsByLabel({"": bounds}, [""])
  jobs = [(candidate, seed) for seed in seeds for candidate in candidates]
  missing = sum(not trainings.is_done(*job) for job in jobs)
  _log.info("%d trainings, %d already done", len(jobs), len(jobs) - missing)
  for number, (candidate, seed) in enumerate(jobs, start=1):
    if not trainings.is_done(candidate, seed):
      _log.info("[%d/%d] %s, seed %d ...", number, len(jobs), candidate.name, seed)
      trainings.scores(candidate, seed, "eval")
  tables = _tables(trainings, candidates, seeds, bounds, "eval")
  table = combined(tables, bounds.judged)
  advice = recommend(table, bounds)
  chosen = [c for c in (CONTROL, advice.chosen) if c]
  confirmed = list(dict.fromkeys(chosen)) if advice.chosen else []
  tests = _tables(trainings, confirmed, seeds, bounds, "test") if confirmed else {}
  own = bounds.of.get("")
  plot = output / "sweep.svg"
  result = {
    "bounds": dataclasses.asdict(own)
    if own
    else {label: dataclasses.asdict(each) for label, each in bounds.of.items()},
    "seeds": list(seeds),
    "eval": _as_dicts(tables),
    "test": _as_dicts(tests),
    "recommended": advice.chosen and advice.chosen.name,
    "closest": advice.closest and advice.closest.name,
    "reason": advice.reason,
    "plot": str(plot),
  }
  strictest = min(bounds.judged, key=lambda label: bounds.of[label].max_flip_rate)
  write_whole(plot, _plot(table, advice.chosen, bounds.of[strictest]))
  write_whole(output / "sweep.csv", _csv(tables))
  write_whole(output / "sweep.json", json.dumps(result, indent=2) + "\n")
  return result


def _tables(
  trainings: Source,
  candidates: Sequence[Candidate],
  seeds: Sequence[int],
  bounds: BoundsByLabel,
  split: str,
) -> dict[str, list[Row]]:
  """Returns a table for each label."""
  measures: dict[str, dict[Candidate, list[Measures | RatingMeasures]]] = {
    label: {c: [] for c in candidates} for label in bounds.of
  }
  for seed in seeds:
    control = trainings.scores(CONTROL, seed, split)
    for candidate in candidates:
      scores = trainings.scores(candidate, seed, split)
      # A blind model's texts are shorter, and rows are read in the order of length.
      same_rows = candidate.method != BLINDNESS
      for label, of_label in bounds.of.items():
        both = scores[label], control[label]
        measures[label][candidate].append(_measured(*both, of_label, same_rows))
  return {label: rows(found, bounds.of[label]) for label, found in measures.items()}


def _measured(
  scores: Scores, control: Scores, bounds: Bounds | RatingBounds, same_rows: bool
) -> Measures | RatingMeasures:
  if isinstance(bounds, RatingBounds):
    return measure_ratings(scores, bounds.flip_tolerance)
  if bounds.decision_threshold is None:
    return measure_classes(scores, control, same_rows)
  return measure(scores, bounds.decision_threshold, control, same_rows)


def _as_dicts(tables: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
  return [
    {"label": label, **_as_dict(row)} if label else _as_dict(row)
    for label, table in tables.items()
    for row in table
  ]


def _as_dict(row: Row) -> dict[str, Any]:
  return {
    "name": row.candidate.name,
    **dataclasses.asdict(row.candidate),
    "seeds": row.seeds,
    "passes": row.passes,
    **{
      name: {key: _finite(value) for key, value in dataclasses.asdict(figure).items()}
      for name, figure in row.figures.items()
    },
  }


def _finite(value: float) -> float | None:
  return value if math.isfinite(value) else None


def _csv(tables: Mapping[str, Sequence[Row]]) -> str:
  text = io.StringIO()
  writer = csv.writer(text, lineterminator="\n")
  names = list(next(iter(tables.values()))[0].figures)
  by_label = ["label"] if "" not in tables else []
  writer.writerow(
    [*by_label, "name", "method", "loss", "weight", "seeds", "passes"]
    + [f"{name}_{part}" for name in names for part in ("mean", "deviation")]
  )
  for label, table in tables.items():
    for row in table:
      figures = [dataclasses.astuple(row.figures[name]) for name in names]
      candidate = (row.candidate.name, *dataclasses.astuple(row.candidate))
      writer.writerow(
        [*([label] if by_label else []), *candidate, row.seeds, row.passes]
        + [_finite(value) for pair in figures for value in pair]
      )
  return text.getvalue()


def _plot(
  table: Sequence[Row], chosen: Candidate | None, bounds: Bounds | RatingBounds
) -> str:
  control = next(row for row in table if row.candidate == CONTROL)
  quality = control.quality
  points = [
    Point(
      label=row.candidate.name,
      kind=_kind(row.candidate),
      quality=row.figures[quality].mean,
      quality_deviation=row.figures[quality].deviation,
      flip_rate=row.figures["flip_rate"].mean,
      flip_rate_deviation=row.figures["flip_rate"].deviation,
      recommended=row.candidate == chosen,
    )
    for row in table
    if _finite(row.figures[quality].mean + row.figures["flip_rate"].mean) is not None
  ]
  if not points:
    return _NO_PLOT
  return trade_off_svg(
    points,
    f"Flip rate and {QUALITIES[quality]} on the eval split",
    bounds.max_flip_rate,
    _finite(control.figures[quality].mean - bounds.max_drop),
    QUALITIES[quality],
  )


def _kind(candidate: Candidate) -> str:
  if candidate == CONTROL:
    return "control"
  return "clp" if candidate.method == CLP else "other"
