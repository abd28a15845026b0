"""What is reported about pairs while a model trains."""

import math

import keras
from keras import ops

from clp_tfx.counterfactuals.decisions import classes_differ, labels_differ


class PairMean(keras.metrics.Mean):
  """Weighted mean over the pairs of an epoch; NaN as long as there are none."""

  def result(self) -> keras.KerasTensor:
    """Returns the mean of what was seen since the last reset."""
    return ops.where(self.count > 0, super().result(), math.nan)


class DefinedAUC(keras.metrics.AUC):
  """Keras' AUC; NaN, and not 0, as long as one class has no weight."""

  def result(self) -> keras.KerasTensor:
    """Returns the AUC of what was seen since the last reset."""
    positives = self.true_positives[0] + self.false_negatives[0]
    negatives = self.false_positives[0] + self.true_negatives[0]
    defined = ops.logical_and(positives > 0, negatives > 0)
    return ops.where(defined, super().result(), math.nan)


def decision_flips(
  original: keras.KerasTensor,
  counterfactual: keras.KerasTensor,
  threshold: float | None = None,
) -> keras.KerasTensor:
  """Tells whether the decision on a text and on its counterfactual differ.

  With one output unit the decision is whether the probability exceeds `threshold`.
  With several it is the class of the highest logit; or, if a threshold is given, the
  set of labels whose probabilities exceed it.

  Args:
    original: Float logits, shape `[pairs, num_logits]`.
    counterfactual: Same shape; row i pairs with `original[i]`.
    threshold: Probability, in (0, 1). None: 0.5 for one unit, classes for several.

  Returns:
    Float, shape `[pairs]`: 1 where the decision flips, else 0.
  """
  if threshold is None and original.shape[-1] != 1:
    return ops.cast(classes_differ(ops, original, counterfactual), "float32")
  threshold = 0.5 if threshold is None else threshold
  logit = math.log(threshold / (1 - threshold))
  return ops.cast(labels_differ(ops, original, counterfactual, logit), "float32")
