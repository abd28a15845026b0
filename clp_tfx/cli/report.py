"""clp-tfx report: writes the report of a finished run or evaluation again."""

from pathlib import Path

import click

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.pipeline.output import prepare_output, read_summary


@click.command()
@click.argument("output")
def report(output: str) -> None:
  """Writes OUTPUT/report.html from the results of a run or an evaluation in OUTPUT.

  The page is one file and works offline. Every run writes it at its end; use this
  command to write it again, for example after an update of this package.
  """
  path = str(Path(output) / "report.html")
  with for_people():
    summary = read_summary(output)
    with quietly(prepare_output(output) / "clp-tfx.log"):
      from clp_tfx.report.results import write_pages

      write_pages(Path(output), summary, summary["evaluation"])
  click.echo(f"Report: {path}")
