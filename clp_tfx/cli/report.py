"""clp-tfx report: the page of a finished run or evaluation, written again."""

from pathlib import Path

import click

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.pipeline.output import prepare_output, read_summary


@click.command()
@click.argument("output")
def report(output: str) -> None:
  """Writes OUTPUT/report.html from what a run or an evaluation left there.

  The page is one file and works offline. A run writes it as well, at its end; this
  writes it again, such as after an update of this package.
  """
  path = str(Path(output) / "report.html")
  with for_people():
    summary = read_summary(output)
    with quietly(prepare_output(output) / "clp-tfx.log"):
      from clp_tfx.report.report import write_report

      write_report(path, summary, summary["evaluation"])
  click.echo(f"Report: {path}")
