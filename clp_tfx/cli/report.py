"""clp-tfx report: writes the pages of a finished run again, or compares two runs."""

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.errors import InputError
from clp_tfx.pipeline.labels import named
from clp_tfx.pipeline.output import prepare_output, read_summary
from clp_tfx.report.comparison import SAME, change_of, compare, comparison_page
from clp_tfx.report.model_card import shown, verdict_of
from clp_tfx.report.page import write_page
from clp_tfx.report.record import Record, read_record

_SHOWN = ("all", "edited_group")
_MOST_CLEAR = 10


@click.command()
@click.argument("output", required=False)
@click.option(
  "--compare",
  "runs",
  nargs=2,
  metavar="RUN_A RUN_B",
  help="Compares the models of two runs or evaluations, by their records, instead: "
  "prints what changed and writes RUN_B/comparison.html.",
)
def report(output: str | None, runs: tuple[str, str] | None) -> None:
  """Writes the pages of a run or an evaluation from the results in OUTPUT again.

  These are OUTPUT/report.html, and OUTPUT/record.json and OUTPUT/model_card.html for
  auditors. Each page is one file and works offline. Every run writes them at its end;
  use this command to write them again, for example after an update of this package.
  """
  if (output is None) == (runs is None):
    raise click.UsageError("Expected either OUTPUT or --compare RUN_A RUN_B.")
  with for_people():
    if runs:
      _compare(*runs)
    else:
      _write(output)


def _write(output: str) -> None:
  summary = read_summary(output)
  folder = prepare_output(output)
  with quietly(folder / "clp-tfx.log"):
    from clp_tfx.report.results import write_pages

    write_pages(folder, summary, summary["evaluation"])
  click.echo(f"Report: {Path(output) / 'report.html'}")


def _compare(first: str, second: str) -> None:
  before, after = read_record(first), read_record(second)
  folder = prepare_output(str(_folder_of(second)))
  try:
    page = comparison_page(before, after, (first, second))
  except (KeyError, TypeError, AttributeError) as error:
    raise InputError(
      f"Expected {first} and {second} to have records as record.schema.json describes "
      "them, but one has another form: clp-tfx report OUTPUT writes it again."
    ) from error
  write_page(folder / "comparison.html", page)
  _print(before, after)
  click.echo(f"Comparison: {_folder_of(second) / 'comparison.html'}")


def _folder_of(run: str) -> Path:
  """Returns the folder of a run, which may be named by its record."""
  path = Path(run)
  return path.parent if path.is_file() else path


def _print(before: Record, after: Record) -> None:
  """Prints verdicts, whether the data are the same, and the changes that matter."""
  console = Console()
  for name, record in (("First", before), ("Second", after)):
    console.print(f"{name}: {verdict_of(record)['title']}.", soft_wrap=True)
  compared = compare(before, after)
  if compared["data"] != SAME:
    console.print(f"They were measured on {compared['data']}.", soft_wrap=True)
  clear = [row for row in compared["figures"] if row["is_clear"]]
  kept = [row for row in compared["figures"] if row["kind"] == _SHOWN[0]]
  kept += [row for row in clear if row["kind"] == _SHOWN[1]][:_MOST_CLEAR]
  table = Table(title="Change")
  for column in ("", "first", "second", "change"):
    table.add_column(column, justify="right" if column else "left")
  for row in kept:
    name = "" if row["kind"] == "all" else f", {row['name']}"
    figure = named(row.get("label", ""), row["figure"].replace("_", " "))
    values = [shown(row["figure"], row[key])["value"] for key in ("before", "after")]
    figures = [_plain(value) for value in (*values, change_of(row))]
    table.add_row(escape(figure + name), *figures)
  console.print(table)
  console.print(
    f"{len(clear)} of {len(compared['figures'])} figures changed clearly: their 90% "
    "intervals are apart.",
    soft_wrap=True,
  )


def _plain(text: str) -> str:
  return "–" if text.startswith("<span") else escape(text)
