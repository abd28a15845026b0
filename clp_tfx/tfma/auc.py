"""AUCs that are undefined if there is nothing to rank."""

import array
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import (
  binary_confusion_matrices,
  calibration_histogram,
  metric_types,
)
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import ARGMAX
from clp_tfx.tfma.pair_scores import Scored, scored_outputs
from clp_tfx.tfma.ranked_scores import RankedScores

_DEFAULT_NUM_THRESHOLDS = binary_confusion_matrices.DEFAULT_NUM_THRESHOLDS
_EPSILON = 1e-7
"""What TFMA adds to thresholds."""


class DefinedAUC(tfma.metrics.AUC):
  """TFMA's AUC, but NaN, which fails any bound, if one class has no weight.

  TFMA returns 0.0 in that case, which looks like a real value; the difference of two
  of them even looks like no loss.

  It also takes 35 ms for each slice with its default of 10,000 thresholds, whatever the
  number of texts; the same sums are made here with NumPy.
  """

  def _metric_computations(
    self,
    # TFMA passes what an argument is named after.
    eval_config: config_pb2.EvalConfig | None = None,
    model_name: str = "",
    output_name: str = "",
    sub_key: metric_types.SubKey | None = None,
    aggregation_type: metric_types.AggregationType | None = None,
    class_weights: dict[int, float] | None = None,
    example_weighted: bool = False,
    **options: Any,
  ) -> metric_types.MetricComputations:
    *first, matrices, value = super()._metric_computations(
      eval_config=eval_config,
      model_name=model_name,
      output_name=output_name,
      sub_key=sub_key,
      aggregation_type=aggregation_type,
      class_weights=class_weights,
      example_weighted=example_weighted,
      **options,
    )
    (histogram,), (key,) = first[-1].keys, matrices.keys
    number = options["num_thresholds"] or _DEFAULT_NUM_THRESHOLDS
    summed = metric_types.DerivedMetricComputation(
      keys=[key],
      result=lambda metrics: {key: _matrices(metrics[histogram], number)},
    )
    return [*first, summed, value]

  def _metric_value(self, *args: Any, matrices: Any, **kwargs: Any) -> float:
    positives = matrices.tp[0] + matrices.fn[0]
    negatives = matrices.fp[0] + matrices.tn[0]
    # Also catches weights that are NaN.
    if not (positives > 0 and negatives > 0):
      return float("nan")
    return super()._metric_value(*args, matrices=matrices, **kwargs)


def _matrices(
  buckets: Sequence[calibration_histogram.Bucket], num_thresholds: int
) -> binary_confusion_matrices.Matrices:
  """Returns the confusion matrices at equidistant thresholds, summed as by TFMA.

  Args:
    buckets: Sums of labels and weights of texts with about the same score, by score.
    num_thresholds: Number of thresholds, above 1.
  """
  inner = [(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)]
  thresholds = [-_EPSILON, *inner, 1.0 + _EPSILON]
  edges = np.array([each + _EPSILON for each in thresholds])
  ids = np.array([bucket.bucket_id for bucket in buckets])
  # The first and the last hold the scores below 0 and from 1 on.
  size = calibration_histogram.DEFAULT_NUM_BUCKETS
  scores = np.where(ids > size, np.inf, (ids - 1) / size)
  places = np.maximum(np.searchsorted(edges, scores, side="right") - 1, 0)
  labels = np.array([bucket.weighted_labels for bucket in buckets])
  weights = np.array([bucket.weighted_examples for bucket in buckets])
  positive = np.bincount(places, labels, num_thresholds)
  negative = np.bincount(places, weights, num_thresholds) - positive
  above = [np.cumsum(each[::-1])[::-1] for each in (positive, negative)]
  below = [np.append(0.0, np.cumsum(each)[:-1]) for each in (positive, negative)]
  # Nothing is above the last threshold.
  for up, down in zip(above, below, strict=True):
    up[-1], down[-1] = 0.0, up[0]
  (tp, fp), (fn, tn) = above, below
  return binary_confusion_matrices.Matrices(
    thresholds, *(each.tolist() for each in (tp, tn, fp, fn))
  )


class OneVsRestAUC(metric_types.Metric):
  """Mean over the classes of the AUC of each class against all others.

  Emits `auc`: how often a text of a class has a higher probability of it than a text of
  another class. It counts every labelled text once, exactly, without bins; 0.5 is
  chance, and it is NaN, which fails any bound, unless every class has a text.

  Args:
    num_classes: Number of classes.
    name: Name of the metric in the EvalConfig; it does not affect the key.
  """

  def __init__(self, num_classes: int, name: str = "one_vs_rest_auc"):
    super().__init__(_computations, num_classes=num_classes, name=name)


def _computations(
  num_classes: int,
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del name
  computations = []
  for scored, sub_key in scored_outputs(
    [], ARGMAX, eval_config, model_names, output_names, sub_keys
  ):
    key = metric_keys.metric_key(
      metric_keys.AUC, scored.model_name, scored.output_name, sub_key, example_weighted
    )
    computations.append(
      metric_types.MetricComputation(
        keys=[key],
        preprocessors=[_LabelledScores(scored)],
        combiner=_Ranker(key, num_classes),
      )
    )
  return computations


class _LabelledScores(metric_types.Preprocessor):
  """Yields the place of a labelled text's class, followed by its scores."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"one_vs_rest_auc {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[list[float]]:
    if self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0) > 0:
      label = self._scored.value(extracts, tfma.LABELS_KEY, math.nan)
      yield [label, *self._scored.original(extracts).tolist()]


class _Ranker(beam.CombineFn):
  """Collects labels and scores, which are only ranked at the end."""

  def __init__(self, key: metric_types.MetricKey, num_classes: int):
    self._key = key
    self._num_classes = num_classes

  def create_accumulator(self) -> array.array:
    return array.array("d")

  def add_input(self, accumulator: array.array, element: list[float]) -> array.array:
    accumulator.extend(element)
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[array.array]) -> array.array:
    merged = self.create_accumulator()
    for accumulator in accumulators:
      merged.extend(accumulator)
    return merged

  def extract_output(
    self, accumulator: array.array
  ) -> dict[metric_types.MetricKey, float]:
    rows = np.array(accumulator).reshape(-1, 1 + self._num_classes)
    aucs = [_auc(rows[:, 0] == c, rows[:, 1 + c]) for c in range(self._num_classes)]
    unknown = math.nan if np.isnan(rows[:, 0]).any() else 0.0
    return {self._key: float(np.mean(aucs)) + unknown}


def _auc(is_positive: np.ndarray, scores: np.ndarray) -> float:
  positives, negatives = (
    RankedScores.of(each, np.ones(len(each)))
    for each in (scores[is_positive], scores[~is_positive])
  )
  couples = positives.weight * negatives.weight
  return positives.wins_over(negatives) / couples if couples else math.nan
