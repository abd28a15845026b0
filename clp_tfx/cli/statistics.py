"""clp-tfx statistics: what was found, made and left out in a run."""

import json
from pathlib import Path

import click
from rich.console import Console

from clp_tfx.cli.options import for_people
from clp_tfx.components.counterfactual_gen.stored_statistics import (
  load_statistics,
  statistics_table,
)
from clp_tfx.errors import InputError


@click.command()
@click.argument("output", metavar="OUTPUT")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def statistics(output: str, as_json: bool) -> None:
  """Prints how many comments of a run in folder OUTPUT have identity terms.

  Per split, group and term: texts with terms, counterfactuals, what was skipped and
  why, and the rules of the edits.
  """
  with for_people():
    found = load_statistics(_folder(Path(output) / "summary.json"))
  if as_json:
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
  else:
    Console().print(statistics_table(found))


def _folder(summary: Path) -> str:
  try:
    return json.loads(summary.read_text(encoding="utf-8"))["counterfactual_statistics"]
  except (OSError, ValueError, KeyError) as error:
    raise InputError(
      f"Expected {summary} to be the summary of a run, but it cannot be read "
      f"({type(error).__name__}): give the --output folder of a run."
    ) from error
