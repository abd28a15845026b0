"""What every page of this package needs: templates that escape, whole files."""

import os

import jinja2

from clp_tfx.files import write_whole


def environment() -> jinja2.Environment:
  """Returns the Jinja2 environment of this package's templates; it escapes."""
  return jinja2.Environment(
    loader=jinja2.PackageLoader("clp_tfx", "report"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
  )


def write_page(path: str | os.PathLike[str], page: str) -> None:
  """Writes an HTML page, whole or not at all.

  Args:
    path: File to write or replace.
    page: Its contents; what UTF-8 cannot say becomes a question mark.
  """
  write_whole(path, page.encode("utf-8", "replace"))
