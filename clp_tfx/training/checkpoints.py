"""Checkpoints of unfinished trainings."""

import dataclasses
import io
import json
import logging
import re
import zipfile
from typing import Any

import numpy as np
import tensorflow as tf

from clp_tfx.files import is_leftover, open_file, write_whole

_log = logging.getLogger(__name__)
_NAME = re.compile(r"checkpoint-[0-9a-f]{64}\.npz")
_UNREADABLE = (
  *(OSError, tf.errors.OpError, zipfile.BadZipFile),
  *(EOFError, ValueError, KeyError, TypeError),
)


@dataclasses.dataclass
class Progress:
  """The progress of a training.

  Attributes:
    epoch: Finished epochs, including their evaluation.
    step: Finished steps of the next epoch.
    history: A dictionary of metrics per finished epoch.
  """

  epoch: int = 0
  step: int = 0
  history: list[dict[str, float]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class State:
  """Everything needed to continue a training as if it had not been interrupted.

  Attributes:
    progress: Progress of the training.
    variables: Values of the weights, the optimizer, the metrics and the random seeds.
    best: Values of the classifier's weights after the best epoch so far; empty until
      the first epoch is finished.
  """

  progress: Progress
  variables: list[np.ndarray]
  best: list[np.ndarray]


class Checkpoints:
  """The checkpoint of one training, in a folder that holds nothing but checkpoints.

  It is a single file, replaced atomically, so the file on disk is complete no matter
  when the process is killed. It holds arrays and JSON; reading it runs no code.

  Attributes:
    folder: Folder as given.
    name: File name.

  Args:
    folder: Local or remote (`gs://`) folder; created when needed.
    digest: Digest of the training's inputs; see `training_digest`.
  """

  def __init__(self, folder: str, digest: str):
    self.folder = folder
    self.name = f"checkpoint-{digest}.npz"
    self._path = f"{folder}/{self.name}"

  def load(self) -> State | None:
    """Returns the last saved state; `None` if there is no readable one."""
    if not tf.io.gfile.exists(self._path):
      return None
    try:
      with open_file(self._path) as file:
        content = io.BytesIO(file.read())
      with np.load(content, allow_pickle=False) as arrays:
        progress = json.loads(arrays["progress"].tobytes())
        return State(
          Progress(**progress), _listed(arrays, "variable"), _listed(arrays, "best")
        )
    except _UNREADABLE as error:
      _log.warning("  %s cannot be read (%s): training starts over", self._path, error)
      return None

  def save(self, state: State) -> None:
    """Saves a state in place of the previous one."""
    progress = json.dumps(dataclasses.asdict(state.progress)).encode()
    arrays = {"progress": np.frombuffer(progress, np.uint8)}
    for name, values in (("variable", state.variables), ("best", state.best)):
      arrays |= {f"{name}-{i}": value for i, value in enumerate(values)}
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_whole(self._path, content.getvalue())


def sweep_checkpoints(folder: str, but: Checkpoints | None = None) -> None:
  """Deletes the checkpoints in a folder, and the folder once it is empty.

  Args:
    folder: Folder, which need not exist; files that are not checkpoints are kept.
    but: Checkpoint to keep.
  """
  if not tf.io.gfile.isdir(folder):
    return
  names = {name.rstrip("/") for name in tf.io.gfile.listdir(folder)}
  stale = {name for name in names if _NAME.fullmatch(name) or is_leftover(name)}
  if but:
    stale.discard(but.name)
  for name in stale:
    tf.io.gfile.remove(f"{folder}/{name}")
  if names == stale:
    tf.io.gfile.rmtree(folder)


def _listed(arrays: Any, name: str) -> list[np.ndarray]:
  count = sum(key.startswith(f"{name}-") for key in arrays)
  return [arrays[f"{name}-{i}"] for i in range(count)]
