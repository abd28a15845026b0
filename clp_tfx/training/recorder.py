"""Saves the state of a training, so that it can resume when killed, and its log."""

import csv
import io
import logging
import math
import time
from collections.abc import Callable, Iterable

import absl.logging
import keras
import numpy as np
import tensorflow as tf

from clp_tfx.files import write_whole
from clp_tfx.training.checkpoints import Checkpoints, Progress, State

_log = logging.getLogger(__name__)
# Between two checkpoints, and of the time for saving them.
_SECONDS, _SHARE = 30.0, 0.02


class Recorder(keras.callbacks.Callback):
  """Saves the state of a training at intervals and at the end of each epoch.

  Attributes:
    progress: Progress of the training.

  Args:
    classifier: The model inside the one that is trained.
    checkpoints: Destination; if None, nothing is saved, and the weights of the best
      epoch are held in memory.
    every: Steps between two checkpoints in an epoch; 0 saves at its end only. If None,
      time decides: half a minute, and longer if saving would take more than 2% of it.
    steps_per_epoch: Steps of a whole epoch, rounded up.
    epochs: Most epochs, for what is told of the progress.
    clock: Returns seconds.
  """

  def __init__(
    self,
    classifier: keras.Model,
    checkpoints: Checkpoints | None,
    every: int | None = None,
    steps_per_epoch: float = 0,
    epochs: int = 0,
    clock: Callable[[], float] = time.monotonic,
  ):
    super().__init__()
    self.progress = Progress()
    self._classifier = classifier
    self._checkpoints = checkpoints
    self._every = every
    self._steps_per_epoch = math.ceil(steps_per_epoch)
    self._most_steps = self._steps_per_epoch * epochs
    self._clock = clock
    self._told = self._saved = clock()
    self._seconds_to_save = 0.0
    self._best: list[np.ndarray] = []
    self._is_to_restore = False

  @property
  def steps_left(self) -> int:
    """Returns how many steps the epoch still has."""
    return self._steps_per_epoch - self.progress.step

  def resume(self) -> bool:
    """Loads the progress of an earlier process; returns whether there was one.

    The variables are set when the next epoch begins, because Keras resets the metrics
    just before that.
    """
    progress = self._checkpoints.load() if self._checkpoints else None
    if progress is None:
      return False
    self.progress = progress
    self._is_to_restore = True
    _log.info("  resumed at epoch %d, step %d", progress.epoch + 1, progress.step)
    return True

  def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
    """Sets the variables to the saved values."""
    if self._is_to_restore:
      _assign(self._variables(), self._checkpoints.variables())
      self._is_to_restore = False
      if not self.progress.step:
        self.model.reset_metrics()  # They held values of the evaluation.

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Counts the step, and tells of it once a second."""
    self.progress.step += 1
    if self._most_steps and self._clock() - self._told >= 1:
      self._told = self._clock()
      done = self.progress.epoch * self._steps_per_epoch + self.progress.step
      steps = (done, self._most_steps)
      _log.info("  step %d of at most %d", *steps, extra={"steps": steps})
    if self._is_due():
      self._save()

  def finish_epoch(self, row: dict[str, float], is_best: bool) -> None:
    """Records an epoch once it is evaluated.

    Args:
      row: Metrics of the epoch.
      is_best: Whether the epoch is the best so far.
    """
    progress, before = self.progress, self.progress.best
    if is_best:
      self._keep_best(progress.epoch)
      progress.best = progress.epoch
    progress.history.append(row)
    progress.epoch += 1
    progress.step = 0
    self._save()
    if is_best and before is not None and self._checkpoints:
      self._checkpoints.forget_best(before)

  def restore_best(self) -> None:
    """Restores the classifier's weights of the best epoch."""
    best = self._best
    if self._checkpoints:
      best = self._checkpoints.best(self.progress.best)
    _assign(self._classifier.weights, best)

  def _keep_best(self, epoch: int) -> None:
    weights = self._classifier.weights
    if self._checkpoints:
      self._checkpoints.save_best(epoch, weights)
    else:
      self._best = [*map(keras.ops.convert_to_numpy, weights)]

  def _is_due(self) -> bool:
    if self._every is not None:
      return self._every > 0 and self.progress.step % self._every == 0
    waited = self._clock() - self._saved
    return waited >= max(_SECONDS, self._seconds_to_save / _SHARE)

  def _save(self) -> None:
    if self._checkpoints:
      began = self._clock()
      self._checkpoints.save(State(self.progress, self._variables()))
      self._saved = self._clock()
      self._seconds_to_save = self._saved - began
      absl.logging.info(
        "Checkpoint at epoch %d, step %d.", self.progress.epoch + 1, self.progress.step
      )

  def _variables(self) -> list[keras.Variable]:
    """Returns the weights, random seeds and the state of the optimizer and metrics."""
    model = self.model
    found = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return list({id(variable): variable for variable in found}.values())


def _assign(variables: list[keras.Variable], values: Iterable[np.ndarray]) -> None:
  for variable, value in zip(variables, values, strict=True):
    variable.assign(value)


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
