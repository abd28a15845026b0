"""Names the libraries that are installed, and the extras with those that are not."""

import click

from clp_tfx.report.versions import installed

_CURRENT, _OLDER = "1.21", "1.16"

_OPTIONAL = {
  *("apache_beam", "google", "google_crc32c", "keras", "kfp", "ml_metadata", "numpy"),
  *("pyarrow", "requests", "scipy", "sklearn", "tensorflow", "tensorflow_metadata"),
  *("tensorflow_model_analysis", "tensorflow_transform", "tfx", "tfx_bsl"),
}
_EXTRAS = {
  **dict.fromkeys(("evaluate", "generate", "probe", "report"), "tfma"),
  "submit": "gcp",
}
"""Extras of the commands that do not need `tfx`, or not only that."""


def missing(error: ModuleNotFoundError, command: str | None) -> str | None:
  """Says which extra a command lacks; None if the module is none of an extra's."""
  if (error.name or "").partition(".")[0] not in _OPTIONAL:
    return None
  return (
    f"This command needs {error.name}, which is not installed: "
    f"pip install 'clp-tfx[{_EXTRAS.get(command, 'tfx')}]'."
  )


def show(context: click.Context, option: click.Parameter, wanted: bool) -> None:
  """Prints the versions and ends the program if the option is given."""
  if wanted and not context.resilient_parsing:
    click.echo(described())
    context.exit()


def described() -> str:
  """Returns the version, the stack, and the versions of the libraries in it."""
  found = installed()
  apart = ("clp-tfx", "python")
  libraries = [f"{name} {found[name]}" for name in found if name not in apart]
  return (
    f"clp-tfx {found['clp-tfx']} on the {_stack(found.get('tfx'))}\n"
    f"{', '.join(['Python ' + found['python'], *libraries])}"
  )


def _stack(tfx: str | None) -> str:
  if tfx is None:
    return "libraries without TFX"
  series = tfx.rpartition(".")[0]
  names = {_CURRENT: "current stack", _OLDER: "older stack"}
  return f"{names.get(series, 'untested stack')} (TFX {series})"
