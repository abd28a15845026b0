"""clp-tfx statistics: prints the counterfactual statistics of a run."""

import json
import posixpath
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clp_tfx.cli.options import for_people
from clp_tfx.components.counterfactual_gen.stored_statistics import (
  COUNTERFACTUALS,
  MATCHED,
  RULES,
  SKIPPED,
  TEXTS,
  load_statistics,
)
from clp_tfx.errors import InputError
from clp_tfx.files import open_file


@click.command()
@click.argument("output", metavar="OUTPUT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def statistics(output: str, as_json: bool) -> None:
  """Prints the counterfactual statistics of the run in folder OUTPUT.

  For each split, group and term: texts with terms, counterfactuals, skipped texts by
  reason, and edits by rule.
  """
  with for_people():
    found = load_statistics(_folder(posixpath.join(output, "summary.json")))
  if as_json:
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
  else:
    Console().print(_table(found))


def _folder(summary: str) -> str:
  try:
    with open_file(summary) as file:
      return json.load(file)["counterfactual_statistics"]
  except Exception as error:  # Remote file systems raise their own errors.
    raise InputError(
      f"Expected {summary} to be the summary of a run, but it cannot be read "
      f"({type(error).__name__}): give the --output folder of a run."
    ) from error


def _table(statistics: dict[str, Any]) -> Table:
  """Returns statistics as a table with one row per split, group and term."""
  table = Table(title="Counterfactuals")
  for column in ("", "texts", "with terms", "counterfactuals", "skipped", "rules"):
    is_text = column in ("", "skipped", "rules")
    table.add_column(column, justify="left" if is_text else "right")
  for split, counts in statistics["splits"].items():
    table.add_section()
    table.add_row(split, f"{counts[TEXTS]:,}", *_cells(counts), style="bold")
    for kind in ("groups", "terms"):
      for name, inner in counts[kind].items():
        table.add_row(f"  {name}", "", *_cells(inner))
  return table


def _cells(counts: dict[str, Any]) -> list[str]:
  listed = [
    ", ".join(f"{name} {number:,}" for name, number in counts[key].items())
    for key in (SKIPPED, RULES)
  ]
  return [f"{counts[MATCHED]:,}", f"{counts[COUNTERFACTUALS]:,}", *listed]
