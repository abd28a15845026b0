"""AUC that is undefined if there is nothing to rank."""

from typing import Any

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import binary_confusion_matrices, metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.binned_scores import BinnedSums, LabelledScores, Sums
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.pair_scores import scored_outputs

_DEFAULT_NUM_THRESHOLDS = binary_confusion_matrices.DEFAULT_NUM_THRESHOLDS
_BINS = 10_000
_EPSILON = 1e-7
"""What TFMA adds to thresholds."""


class DefinedAUC(tfma.metrics.AUC):
  """TFMA's AUC, but NaN, which fails any bound, if one class has no weight.

  TFMA returns 0.0 in that case, which looks like a real value; the difference of two
  of them even looks like no loss.

  The value is TFMA's to the digit. But TFMA takes 35 ms for each slice, and looks for
  the label and the score of a text again in every slice that the text is in.
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
    theirs = super()._metric_computations(
      eval_config=eval_config,
      model_name=model_name,
      output_name=output_name,
      sub_key=sub_key,
      aggregation_type=aggregation_type,
      class_weights=class_weights,
      example_weighted=example_weighted,
      **options,
    )
    if sub_key or aggregation_type or class_weights:
      return theirs  # They are about several classes.
    *_, matrices, value = theirs
    ((scored, _),) = scored_outputs(
      [0.0], THRESHOLD, eval_config, [model_name], [output_name], None
    )
    binned = metric_keys.metric_key(
      "_binned_scores", model_name, output_name, None, example_weighted
    )
    (key,) = matrices.keys
    number = options["num_thresholds"] or _DEFAULT_NUM_THRESHOLDS
    return [
      metric_types.MetricComputation(
        keys=[binned],
        preprocessors=[LabelledScores("auc", scored, example_weighted, _bin)],
        combiner=BinnedSums(binned),
      ),
      metric_types.DerivedMetricComputation(
        keys=[key], result=lambda metrics: {key: _matrices(metrics[binned], number)}
      ),
      value,
    ]

  def _metric_value(self, *args: Any, matrices: Any, **kwargs: Any) -> float:
    positives = matrices.tp[0] + matrices.fn[0]
    negatives = matrices.fp[0] + matrices.tn[0]
    # Also catches weights that are NaN.
    if not (positives > 0 and negatives > 0):
      return float("nan")
    return super()._metric_value(*args, matrices=matrices, **kwargs)


def _bin(score: float) -> int:
  """Returns the bin of a score: 0 for those below 0, the last for those from 1 on."""
  return int(min(max(score * _BINS + 1, 0), _BINS + 1))


def _matrices(sums: Sums, num_thresholds: int) -> binary_confusion_matrices.Matrices:
  """Returns the confusion matrices at equidistant thresholds, summed as by TFMA."""
  inner = [(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)]
  thresholds = [-_EPSILON, *inner, 1.0 + _EPSILON]
  edges = np.array([each + _EPSILON for each in thresholds])
  bins = np.array(sorted(sums), int)
  labels, weights = np.array([sums[each] for each in bins]).reshape(-1, 2).T
  scores = np.where(bins > _BINS, np.inf, (bins - 1) / _BINS)
  places = np.maximum(np.searchsorted(edges, scores, side="right") - 1, 0)
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
