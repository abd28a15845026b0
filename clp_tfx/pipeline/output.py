"""The folder that a run writes to."""

import os
import tempfile
from pathlib import Path

from clp_tfx.errors import InputError


def prepare_output(output: str) -> Path:
  """Makes the output folder.

  Args:
    output: The folder.

  Returns:
    Its absolute path.

  Raises:
    InputError: If it cannot be made or written.
  """
  path = Path(output).absolute()
  try:
    path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path):
      pass
  except OSError as error:
    raise InputError(
      f"The output folder {output} cannot be written ({error.strerror}): give another "
      "with --output."
    ) from error
  return path


def write_whole(path: Path, text: str) -> None:
  """Writes a text file under a temporary name and renames it.

  Args:
    path: The file; replaced in one step.
    text: Its contents.
  """
  fresh = path.with_name(path.name + ".new")
  fresh.write_text(text, encoding="utf-8")
  os.replace(fresh, path)
