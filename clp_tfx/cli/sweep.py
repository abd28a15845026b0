"""clp-tfx sweep: recommends a weight of the counterfactual loss."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.cli.options import configured, for_people, quietly, read_config
from clp_tfx.errors import InputError
from clp_tfx.options import names_of
from clp_tfx.pipeline.labels import named
from clp_tfx.pipeline.output import prepare_output
from clp_tfx.pipeline.sections import GateOptions, JobOptions
from clp_tfx.training.hparams import PAIRWISE_LOSSES

EXIT_NONE = 3
"""Exit code of a sweep in which no candidate meets the bounds."""

_BOUNDS = (
  *("max_flip_rate", "max_auc_drop", "min_auc", "decision_threshold"),
  *("gate_on", "min_pairs", "min_positive_ratio", "max_positive_ratio"),
  *("max_gap", "min_r2", "max_r2_drop"),
)
_UNUSED = (
  *(set(names_of(GateOptions)) - {*_BOUNDS, "gate_label"}),
  *names_of(JobOptions),
  *("counterfactual_loss_weight", "counterfactual_loss", "checkpoint_steps"),
  "serving_dir",
)
"""Options of the pipeline that a sweep does not use."""

_FIGURES = {
  "AUC": "auc",
  "AUC drop": "auc_drop",
  "R²": "r2",
  "R² drop": "r2_drop",
  "flip rate": "flip_rate",
  "upper bound": "flip_rate_upper_bound",
  "at matched rate": "matched_flip_rate",
  "score gap": "score_gap",
  "its upper bound": "score_gap_upper_bound",
  "recall": "matched_recall",
}


@click.command()
@click.option(
  "--weights",
  default="0,0.03,0.1,0.3,1",
  show_default=True,
  help="Weights of the counterfactual loss, separated by commas.",
)
@click.option(
  "--losses",
  default="mse",
  show_default=True,
  help="Pairwise losses, separated by commas.",
)
@click.option(
  "--seeds",
  type=click.IntRange(1),
  default=3,
  show_default=True,
  help="Number of seeds per candidate, starting with --seed.",
)
@configured(*_UNUSED)
def sweep(
  weights: str,
  losses: str,
  seeds: int,
  config_file: str | None,
  **options: Any,
) -> None:
  """Finds the smallest weight with which every seed's model would pass the gate.

  Trains every weight and loss with every seed, and alternatives with the same budget:
  augmentation (adds counterfactuals as labelled comments) and, if the method is
  ablation, blindness (removes the terms in training and serving). Finished trainings
  are reused.
  Candidates are compared on the eval split; only the recommended one is scored on the
  test split.

  Exit codes: 0 recommended, 3 none meets the bounds, 2 bad usage or input, 1 anything
  else.
  """
  with for_people():
    grid, names = _numbers(weights), _names(losses)
    config = read_config(config_file, options, baseline="control")
    output = prepare_output(config.deployment.output)
    with quietly(output / "clp-tfx.log") as terminal:
      print("Loading TensorFlow and TFX ...", file=terminal, flush=True)
      from clp_tfx.sweep.local import sweep_locally

      result = sweep_locally(config, grid, names, seeds, terminal)
  _print(result, output)
  if not result["recommended"]:
    sys.exit(EXIT_NONE)


def _numbers(text: str) -> tuple[float, ...]:
  try:
    numbers = tuple(float(part) for part in text.split(",") if part.strip())
  except ValueError:
    numbers = ()
  if not numbers or not all(0 <= number < float("inf") for number in numbers):
    raise InputError(
      "Expected --weights to be numbers of at least 0, separated by commas. Received: "
      f"{text!r}."
    )
  return numbers


def _names(text: str) -> tuple[str, ...]:
  names = tuple(part.strip() for part in text.split(",") if part.strip())
  if not names or not set(names) <= set(PAIRWISE_LOSSES):
    raise InputError(
      f"Expected --losses to be some of {', '.join(PAIRWISE_LOSSES)}, separated by "
      f"commas. Received: {text!r}."
    )
  return names


def _print(result: dict[str, Any], output: Path) -> None:
  console = Console()
  for split in ("eval", "test"):
    for label in dict.fromkeys(row.get("label", "") for row in result[split]):
      console.print(_table(result, split, label))
  console.print(escape(result["reason"]), soft_wrap=True)
  console.print(f"Plot: {escape(result['plot'])}", soft_wrap=True)
  console.print(f"Figures: {escape(str(output / 'sweep.json'))}", soft_wrap=True)


def _table(result: dict[str, Any], split: str, label: str) -> Table:
  seeds = len(result["seeds"])
  title = f"{split} split, mean ± deviation over {seeds} seeds"
  table = Table(title=escape(named(label, title)))
  table.add_column("")
  rows = [row for row in result[split] if row.get("label", "") == label]
  shown = {title: key for title, key in _FIGURES.items() if key in rows[0]}
  for title in shown:
    table.add_column(title, justify="right")
  for row in rows:
    table.add_row(
      row["name"],
      *(_figure(row[key]) for key in shown.values()),
      style="bold" if row["name"] == result["recommended"] else None,
    )
  return table


def _figure(figure: dict[str, float | None]) -> str:
  if figure["mean"] is None:
    return "-"
  return f"{figure['mean']:.4f} ±{figure['deviation']:.4f}"
