"""The command line: clp-tfx."""

import contextlib
import dataclasses
import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, TextIO, get_args, get_origin

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx import __version__
from clp_tfx.counterfactuals import CounterfactualGenerator
from clp_tfx.errors import InputError
from clp_tfx.identity_terms import IdentityTerms
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.pipeline.console import logs_in
from clp_tfx.pipeline.output import prepare_output

EXIT_REFUSED = 3
"""Exit code of a run whose model the gate refused."""


def _configured(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
  """Gives a command an option for each field of the configuration but some."""

  def decorate(command: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(dataclasses.fields(PipelineConfig)):
      if field.name not in without:
        command = _option(field)(command)
    return click.option(
      "--config",
      "config_file",
      metavar="FILE.yaml",
      help="File with any of the options, as `name: value` lines.",
    )(command)

  return decorate


def _option(field: dataclasses.Field) -> Callable[..., Any]:
  multiple = get_origin(field.type) is tuple
  kind = get_args(field.type)[0] if isinstance(field.type, UnionType) else field.type
  shown = "" if field.default in (None, ()) else f"  [default: {field.default}]"
  return click.option(
    "--" + field.name.replace("_", "-"),
    field.name,
    type=str if multiple else kind,
    multiple=multiple,
    help=field.metadata["help"] + shown,
  )


def _config(config_file: str | None, options: dict[str, Any]) -> PipelineConfig:
  values = load_config(config_file) if config_file else {}
  given = {name: value for name, value in options.items() if value not in (None, ())}
  return PipelineConfig(**{**values, **given})


@contextlib.contextmanager
def _for_people() -> Iterator[None]:
  """Turns bad input into one sentence and exit code 2."""
  try:
    yield
  except InputError as error:
    # Beam says where in its graph an error came from; that helps nobody here.
    message = re.sub(r"( \[while running .*?\])+$", "", str(error), flags=re.DOTALL)
    raise click.UsageError(message) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
  """Counterfactual Logit Pairing for TFX: make a text classifier's decisions
  independent of identity terms, and let no other model reach serving."""
  # Users name their own functions by dotted path, from where they stand.
  sys.path.append(os.getcwd())


@cli.command()
@_configured()
def run(config_file: str | None, **options: Any) -> None:
  """Trains on comments and pushes the model if it passes the gate.

  Exit codes: 0 pushed, 3 refused by the gate, 2 bad usage or input, 1 anything else.
  """
  with _for_people():
    config = _config(config_file, options)
    with _quietly(prepare_output(config.output) / "clp-tfx.log") as terminal:
      print("Loading TensorFlow and TFX ...", file=terminal, flush=True)
      from clp_tfx.pipeline.local import run_locally

      summary = run_locally(config, terminal)
  print_summary(summary)
  if not summary["gate"]["blessed"]:
    sys.exit(EXIT_REFUSED)


@cli.command("compile")
@click.option("--output", required=True, help="Job file (.json) to write.")
@_configured("output")
def compile_(output: str, config_file: str | None, **options: Any) -> None:
  """Writes the pipeline as a Kubeflow Pipelines v2 / Vertex Pipelines job.

  Needs no network and no credentials.
  """
  log = Path(tempfile.gettempdir()) / "clp-tfx-compile.log"
  with _for_people():
    config = _config(config_file, options)
    with _quietly(log):
      from clp_tfx.pipeline.kubeflow_v2 import compile_job

      compile_job(config, output)
  click.echo(f"Wrote {output}.")


@cli.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option(
  "--identity-terms",
  default=PipelineConfig.identity_terms,
  show_default=True,
  help="Lexicon: a built-in name or a CSV file.",
)
@click.option(
  "--json", "as_json", is_flag=True, help="One JSON object per text and line."
)
def preview(texts: tuple[str, ...], identity_terms: str, as_json: bool) -> None:
  """Prints each text's counterfactuals and what was edited."""
  with _for_people():
    generator = CounterfactualGenerator(IdentityTerms.load(identity_terms))
  for text in texts:
    counterfactuals = generator.generate(text)
    if as_json:
      found = [dataclasses.asdict(item) for item in counterfactuals]
      click.echo(
        json.dumps({"text": text, "counterfactuals": found}, ensure_ascii=False)
      )
      continue
    click.echo(text)
    for item in counterfactuals:
      click.echo(f"  {item.text}\n    edited: {item.edit}  (group: {item.group})")
    if not counterfactuals:
      click.echo("  no identity term, no counterfactual")


@contextlib.contextmanager
def _quietly(log: Path) -> Iterator[TextIO]:
  """Keeps the libraries' output in a log, and anything unexpected with it."""
  try:
    with logs_in(log) as terminal:
      yield terminal
  except (InputError, click.ClickException):
    raise
  except Exception as error:
    with open(log, "a", encoding="utf-8") as file:
      traceback.print_exc(file=file)
    click.echo(f"Error: {type(error).__name__}; the log {log} says more.", err=True)
    sys.exit(1)


def print_summary(summary: dict[str, Any]) -> None:
  """Prints before, after and change as a table, and the verdict.

  Args:
    summary: As `run_locally` returns it.
  """
  console = Console()
  baseline, clp = summary["baseline"], summary["clp"]
  table = Table(title="Counterfactual Logit Pairing")
  for column in ("", "before", "after", "change"):
    table.add_column(column, justify="right" if column else "left")
  rows = {"AUC": "auc", "positive rate": "positive_rate", "flip rate": "flip_rate"}
  for name, key in rows.items():
    before, after = (baseline or {}).get(key), clp[key]
    change = None if before is None or after is None else after - before
    table.add_row(name, _figure(before), _figure(after), _figure(change, "+"))
  for group, after in clp["flip_rate_by_group"].items():
    before = (baseline or {}).get("flip_rate_by_group", {}).get(group)
    change = None if before is None or after is None else after - before
    table.add_row(
      f"  flip rate, {escape(group)}",
      _figure(before),
      _figure(after),
      _figure(change, "+"),
    )
  table.add_row("pairs", str(baseline["pairs"]) if baseline else "-", str(clp["pairs"]))
  console.print(table)
  if summary["pushed_model"]:
    console.print(f"Pushed: {escape(summary['pushed_model'])}", soft_wrap=True)
  else:
    console.print("Refused by the gate:", style="bold")
    for failure in summary["gate"]["failures"]:
      console.print(f"  {escape(failure['reason'])}", soft_wrap=True)
  console.print(f"Report: {escape(summary['report'])}", soft_wrap=True)


def _figure(value: float | None, sign: str = "") -> str:
  return "-" if value is None else f"{value:{sign}.4f}"


def main() -> None:
  """Entry point of the `clp-tfx` command."""
  cli(prog_name="clp-tfx")
