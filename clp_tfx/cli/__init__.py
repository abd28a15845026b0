"""The command line, clp-tfx, with one module per command."""

import os
import sys

import click

from clp_tfx.cli.discover import discover
from clp_tfx.cli.evaluate import evaluate
from clp_tfx.cli.generate import generate
from clp_tfx.cli.options import Group
from clp_tfx.cli.preview import preview
from clp_tfx.cli.probe import probe
from clp_tfx.cli.replay import replay
from clp_tfx.cli.report import report
from clp_tfx.cli.run import compile_, run
from clp_tfx.cli.statistics import statistics
from clp_tfx.cli.submit import follow, submit
from clp_tfx.cli.sweep import sweep
from clp_tfx.cli.versions import show


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
  "--version",
  is_flag=True,
  is_eager=True,
  expose_value=False,
  callback=show,
  help="Show the versions of this package and of the libraries, and exit.",
)
def cli() -> None:
  """Counterfactual Logit Pairing for TFX: makes the decisions of a text classifier
  independent of identity terms and lets only such models reach serving."""
  # Users give their own functions as dotted paths from the current folder.
  sys.path.append(os.getcwd())


for command in (
  run,
  sweep,
  compile_,
  replay,
  submit,
  follow,
  evaluate,
  generate,
  probe,
  discover,
  report,
  preview,
  statistics,
):
  cli.add_command(command)


def main() -> None:
  """Entry point of the `clp-tfx` command."""
  cli(prog_name="clp-tfx")
