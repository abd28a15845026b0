"""Sums over the replicas of a `tf.distribute` strategy."""

from typing import Any

import tensorflow as tf
from keras import ops


def sum_over_replicas(value: Any) -> Any:
  """Returns the sum of a value over all replicas, without its gradient.

  Args:
    value: Tensor; returned as it is where there is only one replica.
  """
  context = tf.distribute.get_replica_context()
  if context is None or context.num_replicas_in_sync == 1:
    return value
  return ops.stop_gradient(context.all_reduce(tf.distribute.ReduceOp.SUM, value))


def shown_as_of_all(loss: Any) -> Any:
  """Returns a replica's share of a loss with the value of the whole loss.

  The gradient remains that of the share. Keras multiplies what it reports by the number
  of replicas, and then takes the mean over them by the sizes of their parts, which need
  not be equal.

  Args:
    loss: The share; the shares of all replicas add up to the loss.
  """
  context = tf.distribute.get_replica_context()
  if context is None or context.num_replicas_in_sync == 1:
    return loss
  reported = sum_over_replicas(loss) / context.num_replicas_in_sync
  return loss + ops.stop_gradient(reported - loss)
