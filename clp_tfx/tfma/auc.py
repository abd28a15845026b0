"""AUC that is undefined if there is nothing to rank."""

from typing import Any

import tensorflow_model_analysis as tfma


class DefinedAUC(tfma.metrics.AUC):
  """TFMA's AUC, but NaN, which fails any bound, if one class has no weight.

  TFMA returns 0.0 in that case, which looks like a real value; the difference of two
  of them even looks like no loss.
  """

  def _metric_value(self, *args: Any, matrices: Any, **kwargs: Any) -> float:
    positives = matrices.tp[0] + matrices.fn[0]
    negatives = matrices.fp[0] + matrices.tn[0]
    # Also catches weights that are NaN.
    if not (positives > 0 and negatives > 0):
      return float("nan")
    return super()._metric_value(*args, matrices=matrices, **kwargs)
