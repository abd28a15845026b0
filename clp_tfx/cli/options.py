"""Options and error handling shared by the commands."""

import collections
import contextlib
import dataclasses
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO, get_args, get_origin

import click

from clp_tfx.cli.versions import missing
from clp_tfx.errors import ComponentError, InputError
from clp_tfx.options import Options, flag, value_types
from clp_tfx.pipeline.config import SECTIONS, PipelineConfig, load_config
from clp_tfx.runners.console import logs_in


def configured(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
  """Adds all options of the configuration to a command, except those given."""

  def decorate(command: Callable[..., None]) -> Callable[..., None]:
    for section in reversed(SECTIONS.values()):
      command = options_of(section, *without)(command)
    return click.option(
      "--config",
      "config_file",
      metavar="FILE.yaml",
      help="File with options as `name: value` lines, optionally grouped by section "
      f"({', '.join(SECTIONS)}). Commands can share a file: options that do not apply "
      "to this command are ignored. Options on the command line override the file.",
    )(command)

  return decorate


def options_of(
  options: type[Options], *without: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
  """Adds an option per field of a dataclass to a command, except those given."""

  def decorate(command: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(dataclasses.fields(options)):
      if field.name not in without:
        by_label = options.BY_LABEL and field.metadata["by_label"]
        command = (_option_by_label if by_label else _option)(field)(command)
    return command

  return decorate


def _option(field: dataclasses.Field) -> Callable[..., Any]:
  name, kinds = flag(field.name), value_types(field)
  if bool in kinds:
    name = f"{name}/--no-{name.removeprefix('--')}"
    return click.option(name, field.name, default=None, help=field.metadata["help"])
  # A text or several.
  multiple = any(get_origin(kind) is tuple for kind in kinds)
  # If words are allowed besides numbers, the field's own checks parse the text, as they
  # parse mappings.
  is_text = str in kinds or dict in kinds
  kind = str if is_text else get_args(kinds[0])[0] if multiple else kinds[0]
  choices = field.metadata["choices"]
  shown = "" if field.default in (None, (), "") else f"  [default: {field.default}]"
  return click.option(
    name,
    field.name,
    type=click.Choice(choices) if choices and kinds == (str,) else kind,
    metavar=f"[NUMBER|{'|'.join(choices)}]"
    if choices and float in kinds
    else "JSON"
    if dict in kinds
    else None,
    multiple=multiple,
    help=field.metadata["help"] + shown,
  )


class _ValueOfLabel(click.ParamType):
  """A number, or a number of one label: `threat=0.2`."""

  name = "value"

  def __init__(self, words: tuple[str, ...]):
    self._words = words

  def convert(self, value: str, param: Any, ctx: Any) -> str | float:
    label, equals, number = str(value).rpartition("=")
    if self._words:
      return value  # The field's own checks parse the text.
    number = click.FLOAT.convert(number, param, ctx)
    return f"{label}={number!r}" if equals else number


def _option_by_label(field: dataclasses.Field) -> Callable[..., Any]:
  def single(
    ctx: click.Context, param: click.Parameter, values: tuple[str | float, ...]
  ) -> Any:
    del ctx, param
    is_plain = len(values) == 1 and "=" not in str(values[0])
    return values[0] if is_plain else values

  words = field.metadata["choices"]
  return click.option(
    flag(field.name),
    field.name,
    type=_ValueOfLabel(words),
    metavar=f"[LABEL=][NUMBER|{'|'.join(words)}]" if words else "[LABEL=]NUMBER",
    multiple=True,
    callback=single,
    help=f"{field.metadata['help']}  [default: {field.default}]",
  )


def given(options: dict[str, Any]) -> dict[str, Any]:
  """Returns the options of a command that the user gave."""
  return {name: value for name, value in options.items() if value not in (None, ())}


def read_config(
  config_file: str | None, options: dict[str, Any], **fixed: Any
) -> PipelineConfig:
  """Returns the configuration from a file and the command line.

  Args:
    config_file: YAML file, or None.
    options: Options of the command line, which override the file.
    **fixed: Options set by the command, which override both.
  """
  values = load_config(config_file) if config_file else {}
  return PipelineConfig.of(**{**values, **given(options), **fixed})


class Group(click.Group):
  """Commands that refuse repeated options and say which command takes a wrong one."""

  def resolve_command(
    self, ctx: click.Context, args: list[str]
  ) -> tuple[str | None, click.Command | None, list[str]]:
    """Returns the name, the command and its arguments."""
    name, command, rest = super().resolve_command(ctx, args)
    if command:
      _check_once(click.Context(command, ctx, name), rest)
    return name, command, rest

  def invoke(self, ctx: click.Context) -> Any:
    """Runs the command."""
    try:
      return super().invoke(ctx)
    except click.NoSuchOption as error:
      takers = [
        name
        for name, command in self.commands.items()
        if any(
          error.option_name in (*each.opts, *each.secondary_opts)
          for each in command.params
        )
      ]
      if not takers:
        raise
      *others, last = takers
      names = f"{', '.join(others)} and {last}" if others else last
      raise click.UsageError(
        f"{error.option_name} is an option of clp-tfx {names}, not of "
        f"{error.ctx.command_path}.",
        error.ctx,
      ) from error
    except ModuleNotFoundError as error:
      if message := missing(error, ctx.invoked_subcommand):
        raise click.ClickException(message) from error
      raise


def _check_once(ctx: click.Context, args: list[str]) -> None:
  """Refuses an option given twice: click would take the last value."""
  try:
    _, _, found = ctx.command.make_parser(ctx).parse_args(list(args))
  except click.UsageError:
    return  # The command reports it.
  for option, times in collections.Counter(found).items():
    if isinstance(option, click.Option) and not option.multiple and times > 1:
      raise click.UsageError(
        f"Expected {option.opts[0]} once. Received: {times} times; keep one of them.",
        ctx,
      )


@contextlib.contextmanager
def for_people() -> Iterator[None]:
  """Turns bad input into one sentence and exit code 2."""
  try:
    yield
  except InputError as error:
    # Remove Beam's note about the step of its graph, which does not help users.
    message = re.sub(r"( \[while running .*?\])+$", "", str(error), flags=re.DOTALL)
    raise click.UsageError(message) from error


@contextlib.contextmanager
def quietly(log: Path | None = None) -> Iterator[TextIO]:
  """Writes the libraries' output and unexpected errors to a log.

  Args:
    log: File to append to. By default a private temporary file, which is kept only
      after an unexpected error.

  Yields:
    The terminal.
  """
  own = None
  if log is None:
    # A new name: others could own a predictable one, or link it elsewhere.
    handle, name = tempfile.mkstemp(prefix="clp-tfx-", suffix=".log")
    os.close(handle)
    own = log = Path(name)
  try:
    with logs_in(log) as terminal:
      yield terminal
  except (InputError, click.ClickException):
    raise
  except ComponentError as error:
    raise click.ClickException(str(error)) from error
  except Exception as error:
    if isinstance(error, ModuleNotFoundError) and missing(error, None):
      raise
    own = None
    with open(log, "a", encoding="utf-8") as file:
      traceback.print_exc(file=file)
    click.echo(f"Error: {type(error).__name__}; see the log {log}.", err=True)
    sys.exit(1)
  finally:
    if own:
      own.unlink()


def printable(text: str) -> str:
  """Returns a text without control characters and invalid bytes, for a terminal."""
  encoded = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
  return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in encoded)
