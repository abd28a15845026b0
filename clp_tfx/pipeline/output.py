"""The folder that a run writes to."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

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


def read_summary(output: str) -> dict[str, Any]:
  """Reads the summary of a run or an evaluation.

  Args:
    output: The folder that it wrote.

  Returns:
    What `summary.json` holds, with `evaluation`, the folder of the evaluation, as a
    path that can be opened from here.

  Raises:
    InputError: If there is no such summary, or its evaluation is gone.
  """
  path = Path(output) / "summary.json"
  try:
    summary = json.loads(path.read_text(encoding="utf-8"))
    evaluation = Path(output) / summary["evaluation"]
  except FileNotFoundError as error:
    raise InputError(
      f"{output} has no summary.json: give the --output folder of a finished "
      "clp-tfx run or evaluate."
    ) from error
  except (OSError, ValueError, KeyError, TypeError) as error:
    raise InputError(
      f"{path} is not the summary of a run with this version: run again, which takes "
      "what it can from the cache."
    ) from error
  if not evaluation.is_dir():
    raise InputError(
      f"The evaluation {evaluation} is no longer there: put it back or run again."
    )
  return {**summary, "evaluation": str(evaluation)}


def within(output: Path, path: str) -> str:
  """Returns a path as seen from the output folder, so that it may move, if it is in it.

  Args:
    output: The folder.
    path: Of a file or folder, in it or elsewhere.
  """
  inside = os.path.relpath(path, output)
  return path if inside.startswith(os.pardir) else inside
