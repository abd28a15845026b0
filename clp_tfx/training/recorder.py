"""Keeps a training's state, so that a killed one resumes where it was, and its log."""

import csv
import io
import logging

import absl.logging
import keras
import numpy as np
import tensorflow as tf

from clp_tfx.files import write_whole
from clp_tfx.training.checkpoints import Checkpoints, Progress, State

_log = logging.getLogger(__name__)


class Recorder(keras.callbacks.Callback):
  """Counts the steps of a training and saves its state every so many and per epoch.

  Attributes:
    progress: How far training has come.
    best: Values of the classifier's weights after the best epoch so far.

  Args:
    classifier: The model inside of the one that is trained.
    checkpoints: Where to; nowhere when not given.
    every: Steps of an epoch between two checkpoints; 0 saves at its end only.
  """

  def __init__(
    self, classifier: keras.Model, checkpoints: Checkpoints | None, every: int
  ):
    super().__init__()
    self.progress = Progress()
    self.best: list[np.ndarray] = []
    self._classifier = classifier
    self._checkpoints = checkpoints
    self._every = every
    self._restored: list[np.ndarray] = []

  def resume(self) -> bool:
    """Takes up what an earlier process saved; returns whether there was anything.

    The variables get their values when the next epoch begins: Keras resets the
    metrics just before.
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
    """Puts values that were saved into the variables."""
    if self._restored:
      for variable, value in zip(self._variables(), self._restored, strict=True):
        variable.assign(value)
      self._restored = []
      if not self.progress.step:
        self.model.reset_metrics()  # They were of the evaluation.

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Counts the step."""
    self.progress.step += 1
    if self._every and self.progress.step % self._every == 0:
      self._save()

  def finish_epoch(self, row: dict[str, float], is_best: bool) -> None:
    """Ends an epoch that was evaluated.

    Args:
      row: Its figures.
      is_best: Whether it is the best so far.
    """
    self.progress.history.append(row)
    self.progress.epoch += 1
    self.progress.step = 0
    if is_best:
      self.best = _values(self._classifier.weights)
    self._save()

  def restore_best(self) -> None:
    """Gives the classifier the weights of the best epoch."""
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
    """Returns weights, random seeds, the optimizer's state and the metrics'."""
    model = self.model
    found = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return list({id(variable): variable for variable in found}.values())


def _values(variables: list[keras.Variable]) -> list[np.ndarray]:
  return [keras.ops.convert_to_numpy(variable) for variable in variables]


class TrainingLog:
  """Writes `training.csv` and TensorBoard events to a folder, epoch by epoch.

  Args:
    folder: Made when needed; nothing is written when not given.
  """

  def __init__(self, folder: str | None):
    self._folder = folder
    self._rows: list[dict[str, float]] = []
    self._events = tf.summary.create_file_writer(folder) if folder else None

  def add(self, row: dict[str, float]) -> None:
    """Adds the figures of the next epoch."""
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
    """Ends the events file."""
    if self._events:
      self._events.close()
