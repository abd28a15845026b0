"""What the commands share: options, and how errors reach people."""

import contextlib
import dataclasses
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, TextIO, get_args, get_origin

import click

from clp_tfx.errors import ComponentError, InputError
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.runners.console import logs_in


def configured(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
  """Gives a command an option for each field of the configuration but some."""

  def decorate(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
      "--config",
      "config_file",
      metavar="FILE.yaml",
      help="File with any of the options, as `name: value` lines.",
    )(options_of(PipelineConfig, *without)(command))

  return decorate


def options_of(
  config: type, *without: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
  """Gives a command an option for each field of a dataclass of options but some."""

  def decorate(command: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(dataclasses.fields(config)):
      if field.name not in without:
        command = _option(field)(command)
    return command

  return decorate


def _option(field: dataclasses.Field) -> Callable[..., Any]:
  multiple = get_origin(field.type) is tuple
  kinds = get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)
  kind = str if str in kinds else kinds[0]
  name = "--" + field.name.replace("_", "-")
  if field.type is bool:
    no = "no-" + name.removeprefix("--")
    return click.option(
      f"{name}/--{no}", field.name, default=None, help=field.metadata["help"]
    )
  shown = "" if field.default in (None, ()) else f"  [default: {field.default}]"
  return click.option(
    name,
    field.name,
    type=get_args(kind)[0] if multiple else kind,
    multiple=multiple,
    help=field.metadata["help"] + shown,
  )


def read_config(config_file: str | None, options: dict[str, Any]) -> PipelineConfig:
  """Returns the configuration of a file, overridden by the options given."""
  values = load_config(config_file) if config_file else {}
  given = {name: value for name, value in options.items() if value not in (None, ())}
  return PipelineConfig(**{**values, **given})


@contextlib.contextmanager
def for_people() -> Iterator[None]:
  """Turns bad input into one sentence and exit code 2."""
  try:
    yield
  except InputError as error:
    # Beam says where in its graph an error came from; that helps nobody here.
    message = re.sub(r"( \[while running .*?\])+$", "", str(error), flags=re.DOTALL)
    raise click.UsageError(message) from error


@contextlib.contextmanager
def quietly(log: Path) -> Iterator[TextIO]:
  """Keeps the libraries' output in a log, and anything unexpected with it."""
  try:
    with logs_in(log) as terminal:
      yield terminal
  except (InputError, click.ClickException):
    raise
  except ComponentError as error:
    raise click.ClickException(str(error)) from error
  except Exception as error:
    with open(log, "a", encoding="utf-8") as file:
      traceback.print_exc(file=file)
    click.echo(f"Error: {type(error).__name__}; the log {log} says more.", err=True)
    sys.exit(1)
