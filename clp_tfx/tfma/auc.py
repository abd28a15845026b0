"""AUC that is undefined where there is nothing to rank."""

from typing import Any

import tensorflow_model_analysis as tfma


class DefinedAUC(tfma.metrics.AUC):
  """TFMA's AUC; NaN, which fails any bound, where one class has no weight.

  TFMA gives 0.0 there, which reads as a figure, and the difference of two of them as
  no loss at all.
  """

  def _metric_value(self, *args: Any, matrices: Any, **kwargs: Any) -> float:
    positives = matrices.tp[0] + matrices.fn[0]
    negatives = matrices.fp[0] + matrices.tn[0]
    # Also where a weight is not a number.
    if not (positives > 0 and negatives > 0):
      return float("nan")
    return super()._metric_value(*args, matrices=matrices, **kwargs)
