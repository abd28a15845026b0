"""Rows of features as TFMA batches them."""

from typing import Any

import numpy as np
import tensorflow_model_analysis as tfma


def rows_of(values: Any, rows: np.ndarray) -> Any:
  """Returns rows of a batched feature; None if it is not batched.

  Args:
    values: A feature as TFMA has it.
    rows: Their numbers, shape `[R]`; any may occur several times.
  """
  if isinstance(values, np.ndarray) and values.ndim:
    return values[rows]
  if isinstance(values, tfma.types.VarLenTensorValue):
    return _rows_of_lists(values, rows)
  return None


def _rows_of_lists(
  values: tfma.types.VarLenTensorValue, rows: np.ndarray
) -> tfma.types.VarLenTensorValue:
  # TFMA's `dense_rows` and `from_dense_rows` are slow, and most models ask for none.
  held_by, columns = values.indices.T
  starts = np.searchsorted(held_by, rows)
  counts = np.searchsorted(held_by, rows, "right") - starts
  firsts = counts.cumsum() - counts
  taken = np.arange(counts.sum()) + np.repeat(starts - firsts, counts)
  places = np.stack([np.repeat(np.arange(len(rows)), counts), columns[taken]], axis=1)
  shape = np.array([len(rows), counts.max(initial=0)])
  return tfma.types.VarLenTensorValue(values.values[taken], places, shape)
