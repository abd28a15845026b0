"""The output folder of a run."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from clp_tfx.errors import InputError


def prepare_output(output: str) -> Path:
  """Creates the output folder.

  Example:
    >>> prepare_output("out").is_absolute()
    True

  Args:
    output: The folder.

  Returns:
    Its absolute path.

  Raises:
    InputError: If it is not on this machine, or cannot be created or written to.
  """
  _check_local(output)
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


def read_summary(output: str) -> dict[str, Any]:
  """Reads the summary of a run or an evaluation.

  Args:
    output: Its output folder.

  Returns:
    The contents of `summary.json`, with `evaluation`, the folder of the evaluation, as
    a path that can be opened from the current folder.

  Raises:
    InputError: If there is no valid summary, or its evaluation is gone.
  """
  _check_local(output)
  path = Path(output) / "summary.json"
  try:
    summary = json.loads(path.read_text(encoding="utf-8"))
    evaluation = summary["evaluation"]
    is_remote = "://" in evaluation
    evaluation = evaluation if is_remote else str(Path(output) / evaluation)
  except FileNotFoundError as error:
    raise InputError(
      f"{output} has no summary.json: give the --output folder of a finished "
      "clp-tfx run or evaluate."
    ) from error
  except (OSError, ValueError, KeyError, TypeError) as error:
    raise InputError(
      f"{path} is not the summary of a run with this version: run again; the cache "
      "keeps what is still valid."
    ) from error
  if not is_remote and not os.path.isdir(evaluation):
    raise InputError(
      f"The evaluation {evaluation} no longer exists: put it back or run again."
    )
  return {**summary, "evaluation": evaluation}


def _check_local(output: str) -> None:
  if "://" in os.fspath(output):
    raise InputError(
      f"Expected the output folder to be on this machine. Received: {output}; give a "
      "local folder and copy it there afterwards."
    )


def within(output: Path, path: str) -> str:
  """Returns a path relative to the output folder, so that the folder can be moved.

  Args:
    output: The folder.
    path: A file or folder; a path outside the output folder is returned unchanged.
  """
  inside = os.path.relpath(path, output)
  return path if inside.startswith(os.pardir) else inside
