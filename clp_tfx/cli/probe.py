"""clp-tfx probe: measures a model identity by identity on sentences about people."""

import json
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.cli.options import for_people, given, options_of, printable, quietly
from clp_tfx.evaluation.probe_config import ProbeConfig

_ROWS = 20


@click.command()
@click.argument("model", default="")
@options_of(ProbeConfig, "model")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def probe(model: str, as_json: bool, **options: Any) -> None:
  """Measures a model on probes: sentences about people, by identity.

  MODEL is what clp-tfx evaluate takes: the folder of any SavedModel that scores texts,
  a .keras file, or the dotted path of a function from a list of texts to scores. Prints
  the identities that it harms most, those with the highest false positive rate on
  neutral sentences or, with --baseline, with the largest rise.

  Exit codes: 0 measured, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    config = ProbeConfig(model=model, **given(options))
    with quietly() as terminal:
      print("Loading TensorFlow ...", file=terminal, flush=True)
      from clp_tfx.evaluation.probe import probe as measured

      found = measured(config, terminal)
  if as_json:
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    return
  console = Console()
  console.print(_overall(found))
  console.print(_identities(found))
  more = len(found["identities"]) - _ROWS
  if more > 0:
    console.print(f"And {more} more; --json prints all.")
  worst = found["identities"][0]["worst"]
  if worst:
    console.print(f"Worst sentence: {escape(printable(worst['text']))}", soft_wrap=True)


def _overall(found: dict[str, Any]) -> Table:
  models = [name for name in ("baseline", "model") if found[name]]
  table = Table(title=f"{found['sentences']:,} sentences, {escape(found['probes'])}")
  table.add_column("")
  for name in models:
    table.add_column(name, justify="right")
  matched = found["model"]["matched"]
  if matched:
    table.add_column(f"model at {found['matched_threshold']:g}", justify="right")
  for title, key in (
    ("false positive rate on neutral sentences", "false_positive_rate"),
    ("… mean distance of an identity from it", "mean_distance"),
    ("… worst distance", "worst_distance"),
    ("recall on hostile sentences", "recall"),
    ("positive rate", "positive_rate"),
    ("AUC", "auc"),
    ("logit gap to “person”", "logit_gap"),
  ):
    row = [_figure(found[name][key]) for name in models]
    table.add_row(title, *row, *([_figure(matched.get(key))] if matched else []))
  return table


def _identities(found: dict[str, Any]) -> Table:
  compared = found["baseline"] is not None
  table = Table(title="Identities by false positives, the most harmed first")
  table.add_column("identity")
  titles = ["rate", "score", "recall", "logit gap"]
  if compared:
    titles[:1] = ["before", "after", "rise ≥"]
  for title in titles:
    table.add_column(title, justify="right")
  if compared:
    table.add_column("verdict", no_wrap=True)
  for row in found["identities"][:_ROWS]:
    model = row["model"]
    rates = [_figure(model["false_positive_rate"])]
    verdict, style = [], None
    if compared:
      change = row["displacement"] or {}
      before = _figure(row["baseline"]["false_positive_rate"])
      rates = [before, *rates, _figure(change.get("lower_bound"))]
      verdict = [change.get("verdict", "no neutral sentence")]
      style = {"displaced": "red", "ok": None}.get(verdict[0], "yellow")
    figures = [model[key] for key in ("mean_score", "recall", "logit_gap")]
    table.add_row(
      escape(printable(row["identity"])),
      *rates,
      *map(_figure, figures),
      *verdict,
      style=style,
    )
  return table


def _figure(value: float | None) -> str:
  return "-" if value is None else f"{value:.3f}"
