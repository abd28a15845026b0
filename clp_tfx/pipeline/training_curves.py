"""Reads how the loss and the metrics of a training went."""

import csv
import io
import math

from clp_tfx.files import open_file


def training_curves(model_run: str) -> list[dict[str, float | None]]:
  """Reads the log of a model's training.

  Args:
    model_run: Folder that the Trainer wrote it to.

  Returns:
    A dictionary per epoch, counted from 1: `epoch`, `loss`, `auc`, `val_auc`, …;
    None where a figure is undefined.
  """
  with open_file(f"{model_run}/training.csv") as file:
    rows = csv.DictReader(io.TextIOWrapper(file, "utf-8"))
    return [
      {**{key: _finite(value) for key, value in row.items()}, "epoch": epoch}
      for epoch, row in enumerate(rows, start=1)
    ]


def _finite(text: str) -> float | None:
  value = float(text)
  return value if math.isfinite(value) else None
