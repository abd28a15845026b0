"""Pairwise losses: distances between the outputs of a text and its counterfactual."""

import math

import keras
from keras import ops

from clp_tfx.errors import InputError


def pairwise_mean_squared_error(
  original: keras.KerasTensor, counterfactual: keras.KerasTensor
) -> keras.KerasTensor:
  """Mean squared gap between examples and their counterfactuals.

  Formula: `loss = mean((original - counterfactual) ** 2, axis=-1)`

  Example:
    >>> pairwise_mean_squared_error([[2.0], [0.0]], [[-1.0], [0.0]]).numpy().tolist()
    [9.0, 0.0]

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

  Example:
    >>> pairwise_absolute_difference([[2.0], [0.0]], [[-1.0], [0.0]]).numpy().tolist()
    [3.0, 0.0]

  Args:
    original: Float logits, shape `[pairs, num_logits]`.
    counterfactual: Same shape; row i pairs with `original[i]`.

  Returns:
    Loss per pair, shape `[pairs]`; 0 when the logits are identical.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """
  return ops.mean(ops.absolute(ops.subtract(original, counterfactual)), axis=-1)


def pairwise_cosine_distance(
  original: keras.KerasTensor, counterfactual: keras.KerasTensor
) -> keras.KerasTensor:
  """Cosine distance between examples and their counterfactuals.

  Formula: `loss = 1 - sum(o * c) / (norm(o) * norm(c))` over the last axis.

  Example:
    >>> pairwise_cosine_distance([[1.0, 0.0]], [[0.0, 2.0]]).numpy().tolist()
    [1.0]

  Args:
    original: Float logits, shape `[pairs, num_logits]`, `num_logits` at least 2.
    counterfactual: Same shape; row i pairs with `original[i]`.

  Returns:
    Loss per pair, shape `[pairs]`, in [0, 2]; 0 when the logits point the same way,
    however far apart they are.

  Raises:
    InputError: If `num_logits` is 1: the cosine of two numbers is always 1 or -1, so
      its gradient is zero and nothing would be learned.
  """
  original, counterfactual = map(ops.convert_to_tensor, (original, counterfactual))
  if original.shape[-1] == 1:
    raise InputError(
      "Expected at least two output units for the cosine loss, but the model has one: "
      "the cosine of two numbers is always 1 or -1, so its gradient is zero and "
      "nothing would be learned; use PairwiseMSELoss or "
      "PairwiseAbsoluteDifferenceLoss."
    )
  directions = (ops.normalize(logits, axis=-1) for logits in (original, counterfactual))
  return 1.0 - ops.sum(ops.multiply(*directions), axis=-1)


def pairwise_jensen_shannon_divergence(
  original: keras.KerasTensor, counterfactual: keras.KerasTensor
) -> keras.KerasTensor:
  """Jensen–Shannon divergence of the class probabilities of a pair, from logits.

  Formula: `loss = (KL(p, m) + KL(q, m)) / 2` with `p = softmax(original)`,
  `q = softmax(counterfactual)` and `m = (p + q) / 2`.

  Example:
    >>> pairwise_jensen_shannon_divergence([[1.0, 0.0]], [[1.0, 0.0]]).numpy().tolist()
    [0.0]

  Args:
    original: Float logits of the classes, shape `[pairs, num_classes]`. A single
      logit is that of the positive class, as for a sigmoid.
    counterfactual: Same shape; row i pairs with `original[i]`.

  Returns:
    Loss per pair in nats, shape `[pairs]`, in [0, log 2]; symmetric, 0 when the
    probabilities are identical, log 2 when they have no class in common.

  Reference:
    Lin, 1991, https://doi.org/10.1109/18.61115
  """
  p, q = (_log_probabilities(logits) for logits in (original, counterfactual))
  middle = ops.logaddexp(p, q) - math.log(2)
  divergences = (
    ops.sum(ops.multiply(ops.exp(log), ops.subtract(log, middle)), axis=-1)
    for log in (p, q)
  )
  # For identical probabilities, rounding may give a value just below zero.
  return ops.maximum(sum(divergences) / 2, 0.0)


def _log_probabilities(logits: keras.KerasTensor) -> keras.KerasTensor:
  logits = ops.convert_to_tensor(logits)
  if logits.shape[-1] == 1:
    logits = ops.concatenate([ops.zeros_like(logits), logits], axis=-1)
  return ops.log_softmax(logits, axis=-1)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseMSELoss(keras.losses.Loss):
  """Class form of `pairwise_mean_squared_error`.

  Example:
    >>> float(PairwiseMSELoss()([[2.0], [0.0]], [[-1.0], [0.0]]))
    4.5
  """

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_mean_squared_error`."""
    return pairwise_mean_squared_error(y_true, y_pred)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseAbsoluteDifferenceLoss(keras.losses.Loss):
  """Class form of `pairwise_absolute_difference`.

  Example:
    >>> float(PairwiseAbsoluteDifferenceLoss()([[2.0], [0.0]], [[-1.0], [0.0]]))
    1.5
  """

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_absolute_difference`."""
    return pairwise_absolute_difference(y_true, y_pred)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseCosineLoss(keras.losses.Loss):
  """Class form of `pairwise_cosine_distance`.

  Example:
    >>> round(float(PairwiseCosineLoss()([[1.0, 0.0]], [[0.0, 2.0]])), 6)
    1.0
  """

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_cosine_distance`."""
    return pairwise_cosine_distance(y_true, y_pred)


@keras.saving.register_keras_serializable("clp_tfx")
class PairwiseJensenShannonLoss(keras.losses.Loss):
  """Class form of `pairwise_jensen_shannon_divergence`.

  Example:
    >>> round(float(PairwiseJensenShannonLoss()([[50.0]], [[-50.0]])), 4)
    0.6931
  """

  def call(
    self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
  ) -> keras.KerasTensor:
    """Returns the loss per pair; see `pairwise_jensen_shannon_divergence`."""
    return pairwise_jensen_shannon_divergence(y_true, y_pred)
