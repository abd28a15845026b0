"""The log of a training: a row per epoch, for people and for TensorBoard."""

import csv
import io

import tensorflow as tf


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
    path = f"{self._folder}/training.csv"
    with tf.io.gfile.GFile(f"{path}.new", "w") as file:
      file.write(text.getvalue())
    tf.io.gfile.rename(f"{path}.new", path, overwrite=True)

  def close(self) -> None:
    """Ends the events file."""
    if self._events:
      self._events.close()
