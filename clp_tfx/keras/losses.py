"""Pairwise losses: how far apart the outputs of a text and its counterfactual are."""

import keras
from keras import ops


def pairwise_mean_squared_error(
  original: keras.KerasTensor, counterfactual: keras.KerasTensor
) -> keras.KerasTensor:
  """Mean squared gap between examples and their counterfactuals.

  Formula: `loss = mean((original - counterfactual) ** 2, axis=-1)`

  Args:
    original: Float logits, shape `[pairs, num_logits]`.
    counterfactual: Same shape; row i pairs with `original[i]`.

  Returns:
    Loss per pair, shape `[pairs]`; 0 when the logits are identical.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """
  return ops.mean(ops.square(ops.subtract(original, counterfactual)), axis=-1)


def pairwise_absolute_difference(
  original: keras.KerasTensor, counterfactual: keras.KerasTensor
) -> keras.KerasTensor:
  """Absolute gap between examples and their counterfactuals.

  Formula: `loss = mean(abs(original - counterfactual), axis=-1)`

  Args:
    original: Float logits, shape `[pairs, num_logits]`.
    counterfactual: Same shape; row i pairs with `original[i]`.

  Returns:
    Loss per pair, shape `[pairs]`; 0 when the logits are identical.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """
  return ops.mean(ops.absolute(ops.subtract(original, counterfactual)), axis=-1)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseMSELoss(keras.losses.Loss):
  """Class form of `pairwise_mean_squared_error`."""

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_mean_squared_error`."""
    return pairwise_mean_squared_error(y_true, y_pred)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseAbsoluteDifferenceLoss(keras.losses.Loss):
  """Class form of `pairwise_absolute_difference`."""

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_absolute_difference`."""
    return pairwise_absolute_difference(y_true, y_pred)
