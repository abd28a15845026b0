"""Templates with escaping and atomic writes for every page of this package."""

import os

import jinja2

from clp_tfx.files import write_whole


def environment() -> jinja2.Environment:
  """Returns the Jinja2 environment of this package's templates, with escaping."""
  return jinja2.Environment(
    loader=jinja2.PackageLoader("clp_tfx", "report"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
  )


def write_page(path: str | os.PathLike[str], page: str) -> None:
  """Writes an HTML page atomically.

  Args:
    path: File to write or replace.
    page: Its contents; characters that UTF-8 cannot encode become question marks.
  """
  write_whole(path, page.encode("utf-8", "replace"))
