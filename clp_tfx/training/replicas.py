"""Training on several devices: batches of pairs are split among them.

All of them together give the loss and the gradients of one device, also where the parts
of a batch have different numbers of pairs or labelled examples.
"""

import functools
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from clp_tfx.errors import InputError
from clp_tfx.keras.inputs import CounterfactualInputs, with_a_pair
from clp_tfx.keras.replicas import sum_over_replicas
from clp_tfx.training.hparams import HParams


def strategy_of(hparams: HParams) -> tf.distribute.Strategy:
  """Returns the configured strategy, over all GPUs, or CPUs if there are none.

  Args:
    hparams: Hyperparameters with the strategy and the batch size.

  Raises:
    InputError: If a batch has fewer examples than there are devices.
  """
  if hparams.strategy == "none":
    return tf.distribute.get_strategy()
  devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices(
    "CPU"
  )
  if hparams.batch_size < len(devices):
    raise InputError(
      f"Expected batch_size of at least {len(devices)}, the number of devices, with "
      f"strategy mirrored. Received: {hparams.batch_size}."
    )
  return _mirrored(tuple(device.name for device in devices))


# TensorFlow numbers the exchanges of each strategy from the same number on, and those
# of a second one in a process would meet those of the first.
@functools.cache
def _mirrored(devices: tuple[str, ...]) -> tf.distribute.MirroredStrategy:
  return tf.distribute.MirroredStrategy(devices)


def distributed(batches: tf.data.Dataset, strategy: tf.distribute.Strategy) -> Any:
  """Splits batches among the devices of a strategy.

  Args:
    batches: What `read_batches` returns.
    strategy: The strategy.

  Returns:
    A distributed dataset with as many steps, or the same batches for a strategy without
    devices of its own.
  """
  if not isinstance(strategy, tf.distribute.MirroredStrategy):
    return batches
  count = strategy.num_replicas_in_sync

  def parts(*batch: Any) -> tf.data.Dataset:
    return tf.data.Dataset.range(count, output_type=tf.int32).map(
      lambda place: _part(batch, place, count)
    )

  # Each device takes one part in turn.
  split = batches.flat_map(parts).prefetch(2 * count)
  return strategy.distribute_datasets_from_function(lambda _: split)


def _part(batch: tuple, place: tf.Tensor, count: int) -> tuple:
  """Returns one of `count` parts of a batch; without rows left, one of weight 0."""
  texts, labels, weights = batch
  rows = tf.shape(keras.tree.flatten(texts.original)[0])[0]
  start, end = place * rows // count, (place + 1) * rows // count
  is_empty = tf.equal(start, end)
  chosen = (texts.original_row >= tf.cast(start, texts.original_row.dtype)) & (
    texts.original_row < tf.cast(end, texts.original_row.dtype)
  )
  stop = tf.where(is_empty, start + 1, end)

  def cut(values: Any) -> Any:
    return keras.tree.map_structure(lambda x: x[start:stop], values)

  def paired(values: Any) -> Any:
    return keras.tree.map_structure(lambda x: tf.boolean_mask(x, chosen), values)

  inputs = CounterfactualInputs(
    original=cut(texts.original),
    counterfactual=paired(texts.counterfactual),
    original_row=paired(texts.original_row) - tf.cast(start, texts.original_row.dtype),
    pair_weight=paired(texts.pair_weight),
  )
  weights = keras.tree.map_structure(
    lambda x: tf.where(is_empty, tf.zeros_like(x), x), cut(weights)
  )
  return with_a_pair(inputs), cut(labels), weights


class MeanOverReplicas(keras.losses.Loss):
  """The weighted mean of a loss over the examples of all replicas.

  Keras takes the mean of each replica by its own weights, and the mean of these.

  Args:
    loss: A loss without a reduction.
  """

  def __init__(self, loss: keras.losses.Loss):
    super().__init__(name=loss.name, reduction=None)
    self._loss = loss

  def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """Returns this replica's share; the shares add up to the mean."""
    values = self._loss(y_true, y_pred, sample_weight)
    weight = ops.cast(sample_weight, values.dtype)
    return ops.divide_no_nan(ops.sum(values), sum_over_replicas(ops.sum(weight)))
