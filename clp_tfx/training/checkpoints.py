"""Checkpoints of unfinished trainings.

A model may take half of the memory that there is: values are written and read one
variable at a time, and never held beside the model.
"""

import dataclasses
import json
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from clp_tfx.files import is_leftover, open_file, replacing

_log = logging.getLogger(__name__)
_NAME = re.compile(r"(?:checkpoint|best-\d+)-([0-9a-f]{64})\.npz")
_VARIABLES, _BEST, _PROGRESS = "variable", "best", "progress"
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
    best: The best finished epoch, counted from 0; None until one is finished.
  """

  epoch: int = 0
  step: int = 0
  history: list[dict[str, float]] = dataclasses.field(default_factory=list)
  best: int | None = None


@dataclasses.dataclass
class State:
  """Everything needed to continue a training as if it had not been interrupted.

  Attributes:
    progress: Progress of the training; the weights of its best epoch are saved apart.
    variables: The weights, the optimizer, the metrics and the random seeds.
  """

  progress: Progress
  variables: Sequence[Any]


class Checkpoints:
  """The checkpoint of one training, in a folder that holds nothing but checkpoints.

  It is a file with everything needed to continue as if the training had not been
  interrupted, and one with the weights of the best epoch so far. Each is replaced
  atomically, and the first names the second, so they belong together no matter when the
  process is killed. They hold arrays and JSON; reading them runs no code.

  Args:
    folder: Local or remote (`gs://`) folder; created when needed.
    digest: Digest of the training's inputs; see `training_digest`.
  """

  def __init__(self, folder: str, digest: str):
    self._folder = folder
    self._digest = digest
    self._path = f"{folder}/checkpoint-{digest}.npz"

  def owns(self, name: str) -> bool:
    """Whether a file in the folder is of this training."""
    found = _NAME.fullmatch(name)
    return bool(found) and found[1] == self._digest

  def load(self) -> Progress | None:
    """Returns the progress that was saved last; None if it is not there as a whole."""
    path = self._path
    if not tf.io.gfile.exists(path):
      return None
    try:
      _check(path)
      (written,) = _read(path, _PROGRESS)
      progress = Progress(**json.loads(written.tobytes()))
      if progress.best is not None:
        path = self._path_of_best(progress.best)
        _check(path)
    except _UNREADABLE as error:
      _log.warning("  %s cannot be read (%s): training starts over", path, error)
      return None
    return progress

  def variables(self) -> Iterator[np.ndarray]:
    """Yields the values of the variables that were saved last."""
    return _read(self._path, _VARIABLES)

  def best(self, epoch: int) -> Iterator[np.ndarray]:
    """Yields the values of the classifier's weights after the best epoch."""
    return _read(self._path_of_best(epoch), _BEST)

  def save(self, state: State) -> None:
    """Saves a state in place of the previous one."""
    progress = json.dumps(dataclasses.asdict(state.progress)).encode()
    _write(
      self._path,
      {_PROGRESS: [np.frombuffer(progress, np.uint8)], _VARIABLES: state.variables},
    )

  def save_best(self, epoch: int, weights: Sequence[Any]) -> None:
    """Saves the weights after an epoch, beside those of the best one so far."""
    _write(self._path_of_best(epoch), {_BEST: weights})

  def forget_best(self, epoch: int) -> None:
    """Deletes the weights after an epoch that is no longer the best one."""
    path = self._path_of_best(epoch)
    if tf.io.gfile.exists(path):
      tf.io.gfile.remove(path)

  def _path_of_best(self, epoch: int) -> str:
    return f"{self._folder}/best-{epoch}-{self._digest}.npz"


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
    stale -= {name for name in stale if but.owns(name)}
  for name in stale:
    tf.io.gfile.remove(f"{folder}/{name}")
  if names == stale:
    tf.io.gfile.rmtree(folder)


def _write(path: str, arrays: dict[str, Sequence[Any]]) -> None:
  """Writes arrays or variables as `np.savez` does, but one at a time."""
  with replacing(path) as fresh, zipfile.ZipFile(fresh, "w") as archive:
    for name, some in arrays.items():
      for index, each in enumerate(some):
        value = keras.ops.convert_to_numpy(each)
        with archive.open(f"{name}-{index}.npy", "w", force_zip64=True) as file:
          np.lib.format.write_array(file, value, allow_pickle=False)


def _read(path: str, name: str) -> Iterator[np.ndarray]:
  """Yields the arrays of a name, in their order."""
  with open_file(path) as file, np.load(file, allow_pickle=False) as arrays:
    for index in range(sum(key.startswith(f"{name}-") for key in arrays)):
      yield arrays[f"{name}-{index}"]


def _check(path: str) -> None:
  """Checks that a file is whole, before its values replace those of a model."""
  with open_file(path) as file, zipfile.ZipFile(file) as archive:
    if damaged := archive.testzip():
      raise zipfile.BadZipFile(f"{damaged} is damaged")
