"""R²: how much of the variance of a label that is a number a model explains."""

from collections.abc import Iterable, Iterator

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import TOLERANCE
from clp_tfx.tfma.exact_sums import ExactSums
from clp_tfx.tfma.pair_scores import Scored, scored_outputs


class R2(metric_types.Metric):
  """Coefficient of determination of the labelled texts, each counted once.

  Emits `r2`. A model that gives every text the same score never flips; its R² is at
  most 0.

  Formula: `1 - sum((label - score)²) / sum((label - mean(label))²)`; NaN, which fails
  any bound, if all labels are equal or there are none.

  Args:
    name: Name of the metric in the EvalConfig; it does not affect the key.
  """

  def __init__(self, name: str = "r2_of_ratings"):
    super().__init__(_computations, name=name)


def _computations(
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: list[str] | None = None,
  output_names: list[str] | None = None,
  sub_keys: list[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del name
  computations = []
  for scored, sub_key in scored_outputs(
    [0.0], TOLERANCE, eval_config, model_names, output_names, sub_keys
  ):
    key = metric_keys.metric_key(
      metric_keys.R2, scored.model_name, scored.output_name, sub_key, example_weighted
    )
    computations.append(
      metric_types.MetricComputation(
        keys=[key], preprocessors=[_Errors(scored)], combiner=_Explained(key)
      )
    )
  return computations


class _Errors(metric_types.Preprocessor):
  """Yields 1, label, squared label and squared error of a labelled text."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"r2 {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[np.ndarray]:
    if self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0) > 0:
      label = self._scored.value(extracts, tfma.LABELS_KEY, float("nan"))
      error = label - self._scored.rule.score(self._scored.original(extracts))
      yield np.array([1.0, label, label * label, error * error])


class _Explained(beam.CombineFn):
  def __init__(self, key: metric_types.MetricKey):
    self._key = key

  def create_accumulator(self) -> ExactSums:
    return ExactSums.zeros(4)

  def add_input(self, accumulator: ExactSums, element: np.ndarray) -> ExactSums:
    return accumulator + element

  def merge_accumulators(self, accumulators: Iterable[ExactSums]) -> ExactSums:
    return sum(accumulators, self.create_accumulator())

  def extract_output(
    self, accumulator: ExactSums
  ) -> dict[metric_types.MetricKey, float]:
    count, total, squares, errors = accumulator.totals.tolist()
    variance = squares - total * total / count if count else 0.0
    # Rounding may leave a little where all labels are equal.
    known = variance > 1e-9 * squares
    return {self._key: 1 - errors / variance if known else float("nan")}
