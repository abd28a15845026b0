"""Sums of each class over texts, and the figures that are made of them."""

from collections.abc import Iterable, Sequence

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types

from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.pair_scores import Scored


class ClassSums(beam.CombineFn):
  """Adds counts, which are integers, so that sums do not depend on the order.

  Elements have shape `[num_classes, size]`. Subclasses set `size`, the number of sums
  of a class, and define `figures`.

  Args:
    scored: The scores that are measured.
    sub_key: Part of the keys.
    example_weighted: Part of the keys.
    classes: Names of the classes, in the order of the scores.
    level: Confidence of one-sided bounds, in (0, 1).
  """

  size: int

  def __init__(
    self,
    scored: Scored,
    sub_key: metric_types.SubKey | None,
    example_weighted: bool,
    classes: Sequence[str],
    level: float,
  ):
    self._scored = scored
    self._sub_key = sub_key
    self._example_weighted = example_weighted
    self._classes = classes
    self._level = level

  def figures(self, *sums: float) -> dict[str, float]:
    """Returns the figures of a class by the names of their keys."""
    raise NotImplementedError

  def create_accumulator(self) -> np.ndarray:
    """Returns sums of 0, shape `[num_classes, size]`."""
    return np.zeros((len(self._classes), self.size))

  def add_input(self, accumulator: np.ndarray, element: np.ndarray) -> np.ndarray:
    """Adds what a text adds."""
    return accumulator + element

  def merge_accumulators(self, accumulators: Iterable[np.ndarray]) -> np.ndarray:
    """Adds sums of different texts."""
    return sum(accumulators, self.create_accumulator())

  def extract_output(
    self, accumulator: np.ndarray
  ) -> dict[metric_types.MetricKey, float]:
    """Returns the figures of every class."""
    return {
      metric_keys.metric_key(
        metric_keys.group_key(figure, metric_keys.DECIDED_CLASS, name),
        self._scored.model_name,
        self._scored.output_name,
        self._sub_key,
        self._example_weighted,
      ): float(value)
      for name, sums in zip(self._classes, accumulator.tolist(), strict=True)
      for figure, value in self.figures(*sums).items()
    }
