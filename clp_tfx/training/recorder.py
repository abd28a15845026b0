"""Saves the state of a training, so that it can resume when killed, and its log."""

import csv
import io
import logging
import math
import time

import absl.logging
import keras
import numpy as np
import tensorflow as tf

from clp_tfx.files import write_whole
from clp_tfx.training.checkpoints import Checkpoints, Progress, State

_log = logging.getLogger(__name__)


class Recorder(keras.callbacks.Callback):
  """Saves the state of a training at regular steps and at the end of each epoch.

  Attributes:
    progress: Progress of the training.
    best: Values of the classifier's weights after the best epoch so far.

  Args:
    classifier: The model inside the one that is trained.
    checkpoints: Destination; if None, nothing is saved.
    every: Steps between two checkpoints in an epoch; 0 saves at its end only.
    steps_per_epoch: Steps of a whole epoch, rounded up.
    epochs: Most epochs, for what is told of the progress.
  """

  def __init__(
    self,
    classifier: keras.Model,
    checkpoints: Checkpoints | None,
    every: int,
    steps_per_epoch: float = 0,
    epochs: int = 0,
  ):
    super().__init__()
    self.progress = Progress()
    self.best: list[np.ndarray] = []
    self._classifier = classifier
    self._checkpoints = checkpoints
    self._every = every
    self._restored: list[np.ndarray] = []
    self._steps_per_epoch = math.ceil(steps_per_epoch)
    self._most_steps = self._steps_per_epoch * epochs
    self._told = time.monotonic()

  @property
  def steps_left(self) -> int:
    """Returns how many steps the epoch still has."""
    return self._steps_per_epoch - self.progress.step

  def resume(self) -> bool:
    """Loads the state of an earlier process; returns whether there was one.

    The variables are set when the next epoch begins, because Keras resets the metrics
    just before that.
    """
    state = self._checkpoints.load() if self._checkpoints else None
    if state is None:
      return False
    self.progress, self.best = state.progress, state.best
    self._restored = state.variables
    _log.info(
      "  resumed at epoch %d, step %d", self.progress.epoch + 1, self.progress.step
    )
    return True

  def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
    """Sets the variables to the loaded values."""
    if self._restored:
      for variable, value in zip(self._variables(), self._restored, strict=True):
        variable.assign(value)
      self._restored = []
      if not self.progress.step:
        self.model.reset_metrics()  # They held values of the evaluation.

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Counts the step, and tells of it once a second."""
    self.progress.step += 1
    if self._most_steps and time.monotonic() - self._told >= 1:
      self._told = time.monotonic()
      done = self.progress.epoch * self._steps_per_epoch + self.progress.step
      steps = (done, self._most_steps)
      _log.info("  step %d of at most %d", *steps, extra={"steps": steps})
    if self._every and self.progress.step % self._every == 0:
      self._save()

  def finish_epoch(self, row: dict[str, float], is_best: bool) -> None:
    """Records an epoch once it is evaluated.

    Args:
      row: Metrics of the epoch.
      is_best: Whether the epoch is the best so far.
    """
    self.progress.history.append(row)
    self.progress.epoch += 1
    self.progress.step = 0
    if is_best:
      self.best = _values(self._classifier.weights)
    self._save()

  def restore_best(self) -> None:
    """Restores the classifier's weights of the best epoch."""
    for variable, value in zip(self._classifier.weights, self.best, strict=True):
      variable.assign(value)

  def _save(self) -> None:
    if self._checkpoints:
      state = State(self.progress, _values(self._variables()), self.best)
      self._checkpoints.save(state)
      absl.logging.info(
        "Checkpoint at epoch %d, step %d.", self.progress.epoch + 1, self.progress.step
      )

  def _variables(self) -> list[keras.Variable]:
    """Returns the weights, random seeds and the state of the optimizer and metrics."""
    model = self.model
    found = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return list({id(variable): variable for variable in found}.values())


def _values(variables: list[keras.Variable]) -> list[np.ndarray]:
  return [keras.ops.convert_to_numpy(variable) for variable in variables]


class TrainingLog:
  """Writes `training.csv` and TensorBoard events to a folder, epoch by epoch.

  Args:
    folder: Folder, created when needed; if None, nothing is written.
  """

  def __init__(self, folder: str | None):
    self._folder = folder
    self._rows: list[dict[str, float]] = []
    self._events = tf.summary.create_file_writer(folder) if folder else None

  def add(self, row: dict[str, float]) -> None:
    """Adds the metrics of the next epoch."""
    self._rows.append(row)
    if not self._folder:
      return
    with self._events.as_default():
      for name, value in row.items():
        tf.summary.scalar(name, value, step=len(self._rows))
    self._events.flush()
    text = io.StringIO()
    writer = csv.DictWriter(text, row, lineterminator="\n")
    writer.writeheader()
    writer.writerows(self._rows)
    write_whole(f"{self._folder}/training.csv", text.getvalue())

  def close(self) -> None:
    """Closes the events file."""
    if self._events:
      self._events.close()
