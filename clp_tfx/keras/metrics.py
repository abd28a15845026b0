"""Metrics that are reported during training."""

import math

import keras
from keras import ops

from clp_tfx.counterfactuals.decisions import classes_differ, labels_differ


class PairMean(keras.metrics.Mean):
  """Weighted mean over the pairs of an epoch; NaN if there are none."""

  def result(self) -> keras.KerasTensor:
    """Returns the mean since the last reset."""
    return ops.where(self.count > 0, super().result(), math.nan)


class DefinedAUC(keras.metrics.AUC):
  """Keras's AUC, but NaN rather than 0 if one class has no weight."""

  def result(self) -> keras.KerasTensor:
    """Returns the AUC since the last reset."""
    positives = self.true_positives[0] + self.false_negatives[0]
    negatives = self.false_positives[0] + self.true_negatives[0]
    # With several labels, these have an axis of labels.
    defined = ops.all(ops.logical_and(positives > 0, negatives > 0))
    return ops.where(defined, super().result(), math.nan)


class OneVsRestAUC(DefinedAUC):
  """Mean over the classes of the AUC of each against all others, from logits.

  NaN if a class has no weight.

  Args:
    num_classes: Number of classes.
    name: Name of the metric.
  """

  def __init__(self, num_classes: int, name: str = "auc"):
    super().__init__(multi_label=True, num_labels=num_classes, name=name)

  def update_state(
    self,
    y_true: keras.KerasTensor,
    y_pred: keras.KerasTensor,
    sample_weight: keras.KerasTensor | None = None,
  ) -> None:
    """Adds a batch.

    Args:
      y_true: Places of the classes, shape `[batch, 1]`.
      y_pred: Logits, shape `[batch, num_classes]`.
      sample_weight: Weights, shape `[batch, 1]` or `[batch]`.
    """
    places = ops.cast(ops.reshape(y_true, [-1]), "int32")
    if sample_weight is not None:
      sample_weight = ops.reshape(sample_weight, [-1])
    super().update_state(
      ops.one_hot(places, self.num_labels), ops.softmax(y_pred), sample_weight
    )


def decision_flips(
  original: keras.KerasTensor,
  counterfactual: keras.KerasTensor,
  threshold: float | None = None,
  tolerance: float | None = None,
) -> keras.KerasTensor:
  """Returns which pairs have a text and a counterfactual with different decisions.

  With one output unit, the decision is whether the probability exceeds `threshold`.
  With several, it is the class of the highest logit or, if a threshold is given, the
  set of labels whose probabilities exceed it.

  Args:
    original: Float logits, shape `[pairs, num_logits]`.
    counterfactual: Same shape; row i pairs with `original[i]`.
    threshold: Probability in (0, 1). If None, 0.5 for one unit and the highest logit
      for several.
    tolerance: For outputs that are numbers and no logits: a pair flips if any output
      differs by more than this. No threshold then.

  Returns:
    Float, shape `[pairs]`: 1 where the decision flips, else 0.
  """
  if tolerance is not None:
    apart = ops.absolute(ops.subtract(original, counterfactual)) > tolerance
    return ops.cast(ops.any(apart, axis=-1), "float32")
  if threshold is None and original.shape[-1] != 1:
    return ops.cast(classes_differ(ops, original, counterfactual), "float32")
  threshold = 0.5 if threshold is None else threshold
  logit = math.log(threshold / (1 - threshold))
  return ops.cast(labels_differ(ops, original, counterfactual, logit), "float32")
