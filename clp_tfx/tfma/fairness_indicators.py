"""Fairness Indicators' metrics, for which a text is looked at once, not per slice."""

import bisect
import functools
from collections.abc import Sequence
from typing import Any

from fairness_indicators import fairness_indicators_metrics
from tensorflow_model_analysis.metrics import binary_confusion_matrices, metric_types

from clp_tfx.tfma.binned_scores import BinnedSums, LabelledScores, Sums
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.pair_scores import scored_outputs


class BinnedFairnessIndicators(fairness_indicators_metrics.FairnessIndicators):
  """Fairness Indicators' metrics, with its keys and values.

  Its confusion matrices are made from the number of thresholds that each score exceeds.
  Imported by TFMA only: the package is an extra.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = BinnedFairnessIndicators(thresholds=[0.5])
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'BinnedFairnessIndicators'

  Args:
    thresholds: Decision thresholds.
    name: Beginning of the keys.
  """

  def computations(
    self, *args: Any, sub_keys: Any = None, aggregation_type: Any = None, **kwargs: Any
  ) -> metric_types.MetricComputations:
    """Returns the computations, of which those of the matrices are our own."""
    several = {"sub_keys": sub_keys, "aggregation_type": aggregation_type}
    theirs = super().computations(*args, **several, **kwargs)
    if any(sub_keys or ()) or aggregation_type:
      return theirs  # They are about several classes.
    made: metric_types.MetricComputations = []
    # Of each model and output the counts, the matrices and the rates.
    for start in range(0, len(theirs), 3):
      _, matrices, rates = theirs[start : start + 3]
      made += [*self._counted(*matrices.keys), rates]
    return made

  def _counted(self, key: metric_types.MetricKey) -> metric_types.MetricComputations:
    thresholds = list(self.kwargs["thresholds"])
    weighted = bool(key.example_weighted)
    ((scored, _),) = scored_outputs(
      thresholds, THRESHOLD, None, [key.model_name], [key.output_name], None
    )
    binned = key._replace(name=f"_exceeded_{thresholds}")
    exceeded = functools.partial(bisect.bisect_left, sorted(thresholds))
    return [
      metric_types.MetricComputation(
        keys=[binned],
        preprocessors=[
          LabelledScores("fairness_indicators", scored, weighted, exceeded)
        ],
        combiner=BinnedSums(binned),
      ),
      metric_types.DerivedMetricComputation(
        keys=[key], result=lambda metrics: {key: _matrices(metrics[binned], thresholds)}
      ),
    ]


def _matrices(
  sums: Sums, thresholds: Sequence[float]
) -> binary_confusion_matrices.Matrices:
  """Returns the confusion matrices, from sums by the number of exceeded thresholds."""
  ordered = sorted(thresholds)
  rows = []
  for threshold in thresholds:
    least = bisect.bisect_right(ordered, threshold)
    tp = tn = fp = fn = 0.0
    for number, (labels, weights) in sorted(sums.items()):
      if number >= least:
        tp, fp = tp + labels, fp + (weights - labels)
      else:
        fn, tn = fn + labels, tn + (weights - labels)
    rows.append((tp, tn, fp, fn))
  return binary_confusion_matrices.Matrices(
    list(thresholds), *(list(column) for column in zip(*rows, strict=True))
  )
