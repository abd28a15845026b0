"""What a `CounterfactualModel` is trained on: originals and their counterfactuals."""

from typing import Any, NamedTuple

import keras
import tensorflow as tf


class CounterfactualInputs(NamedTuple):
  """A batch of originals together with the counterfactuals that exist.

  Attributes:
    original: Model inputs, a tensor or structure of them, shape `[batch, ...]`.
    counterfactual: Same structure, shape `[pairs, ...]`; `pairs` may be 0 and is
      the number of counterfactuals in the batch, not the number of rows.
    original_row: Int, shape `[pairs]`; counterfactual i was made from row
      `original_row[i]` of `original`.
    pair_weight: Float, shape `[pairs]`; weight of each pair in the counterfactual
      loss, 0 to leave it out.
  """

  original: Any
  counterfactual: Any
  original_row: keras.KerasTensor
  pair_weight: keras.KerasTensor


class SeparatePairs(NamedTuple):
  """A batch of examples together with pairs that need not be of these examples.

  Attributes:
    original: Model inputs, a tensor or structure of them, shape `[batch, ...]`.
    pair_original: Same structure, shape `[pairs, ...]`.
    counterfactual: Same structure and shape; row i is the counterfactual of row i of
      `pair_original`.
    pair_weight: Float, shape `[pairs]`; 0 leaves a pair out.
  """

  original: Any
  pair_original: Any
  counterfactual: Any
  pair_weight: keras.KerasTensor


class PairedPredictions(NamedTuple):
  """What a `CounterfactualModel` returns for a batch with pairs.

  Attributes:
    outputs: The model's own outputs for the originals, shape `[batch, num_outputs]`
      or a structure of such.
    original: Float logits by output name ("" of a single output), shape
      `[pairs, num_logits]`: those of each pair's original.
    counterfactual: The same of each pair's counterfactual.
  """

  outputs: Any
  original: dict[str, keras.KerasTensor]
  counterfactual: dict[str, keras.KerasTensor]


def pad_pairs(
  inputs: CounterfactualInputs | SeparatePairs,
) -> CounterfactualInputs | SeparatePairs:
  """Pads the pairs of a batch, so that batches of one size have few shapes.

  The number of pairs becomes the next of an eighth, a quarter, half and all of the
  batch's rows, and above that a multiple of them. A step that is compiled for each
  shape (`jit_compile=True`) is then compiled at most four times, and once more for a
  smaller last batch, as long as no example has several counterfactuals. Without
  `jit_compile`, a tf.data pipeline is traced once whatever its shapes are, and
  padding only costs time.

  The padding has weight 0 and repeats the first original, so that it is an input
  the model can take.

  Args:
    inputs: A batch, as tensors; for `tf.data.Dataset.map`.

  Returns:
    The batch with as many pairs as before or more.
  """
  missing = _missing_pairs(_rows(inputs.original), tf.shape(inputs.pair_weight)[0])

  def padded(pairs: Any) -> Any:
    return keras.tree.map_structure(
      lambda original, paired: tf.concat(
        [paired, tf.repeat(original[:1], missing, axis=0)], axis=0
      ),
      inputs.original,
      pairs,
    )

  inputs = inputs._replace(
    counterfactual=padded(inputs.counterfactual),
    pair_weight=tf.pad(inputs.pair_weight, [[0, missing]]),
  )
  if isinstance(inputs, SeparatePairs):
    return inputs._replace(pair_original=padded(inputs.pair_original))
  return inputs._replace(original_row=tf.pad(inputs.original_row, [[0, missing]]))


def with_a_pair(
  inputs: CounterfactualInputs | SeparatePairs,
) -> CounterfactualInputs | SeparatePairs:
  """Gives a batch without pairs one, of weight 0: the first original with itself.

  TensorFlow's convolutions cannot take a batch of no rows: what they return for it on
  a CPU has the shape of their input.

  Args:
    inputs: A batch, as tensors; for `tf.data.Dataset.map`.

  Returns:
    The batch as it was if it has pairs.
  """
  if inputs.pair_weight.shape[0]:
    return inputs
  has_none = tf.equal(tf.shape(inputs.pair_weight)[0], 0)

  def first_original_if_none(pairs: Any) -> Any:
    return keras.tree.map_structure(
      lambda original, paired: tf.cond(has_none, lambda: original[:1], lambda: paired),
      inputs.original,
      pairs,
    )

  zero_if_none = [[0, tf.cast(has_none, tf.int32)]]
  inputs = inputs._replace(
    counterfactual=first_original_if_none(inputs.counterfactual),
    pair_weight=tf.pad(inputs.pair_weight, zero_if_none),
  )
  if isinstance(inputs, SeparatePairs):
    return inputs._replace(pair_original=first_original_if_none(inputs.pair_original))
  return inputs._replace(original_row=tf.pad(inputs.original_row, zero_if_none))


def _missing_pairs(rows: tf.Tensor, pairs: tf.Tensor) -> tf.Tensor:
  shares = tf.stack([-(-rows // 8), -(-rows // 4), -(-rows // 2), rows])
  multiple = rows * tf.math.floordiv(pairs + rows - 1, tf.maximum(rows, 1))
  size = tf.reduce_min(tf.where(shares >= pairs, shares, tf.maximum(multiple, rows)))
  return size - pairs


def average_counterfactuals(inputs: CounterfactualInputs) -> CounterfactualInputs:
  """Makes each original count once, however many counterfactuals it has.

  The weight of a pair is divided by the number of pairs of its original, those with
  weight 0 aside.

  Args:
    inputs: A batch, as tensors; for `tf.data.Dataset.map`.
  """
  counted = tf.cast(inputs.pair_weight > 0, inputs.pair_weight.dtype)
  per_row = tf.math.unsorted_segment_sum(
    counted, inputs.original_row, _rows(inputs.original)
  )
  share = tf.math.divide_no_nan(1.0, tf.gather(per_row, inputs.original_row))
  return inputs._replace(pair_weight=inputs.pair_weight * share)


def draw_counterfactuals(dataset: tf.data.Dataset, seed: int) -> tf.data.Dataset:
  """Draws one counterfactual per original and step, the same ones for the same seed.

  Each epoch draws anew. Cheaper than scoring all of them, and over the epochs all
  are seen.

  Args:
    dataset: Batches `(CounterfactualInputs, ...)`; those with weight 0 are not drawn.
    seed: Of the draws.

  Returns:
    The same batches with at most one pair per original.
  """
  seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)

  def drawn(batch: tuple, batch_seed: tf.Tensor) -> tuple:
    return _drawn(batch[0], batch_seed), *batch[1:]

  return tf.data.Dataset.zip(dataset, seeds).map(
    drawn, num_parallel_calls=tf.data.AUTOTUNE
  )


def _drawn(inputs: CounterfactualInputs, seed: tf.Tensor) -> CounterfactualInputs:
  lots = tf.random.stateless_uniform(
    tf.shape(inputs.original_row), seed, dtype=tf.float64
  )
  lots = tf.where(inputs.pair_weight > 0, lots, -1.0)
  highest = tf.math.unsorted_segment_max(
    lots, inputs.original_row, _rows(inputs.original)
  )
  is_drawn = (lots >= 0) & (lots == tf.gather(highest, inputs.original_row))
  pairs = tf.where(is_drawn)[:, 0]
  return CounterfactualInputs(
    inputs.original,
    keras.tree.map_structure(lambda x: tf.gather(x, pairs), inputs.counterfactual),
    tf.gather(inputs.original_row, pairs),
    tf.gather(inputs.pair_weight, pairs),
  )


def _rows(structure: Any) -> tf.Tensor:
  return tf.shape(keras.tree.flatten(structure)[0])[0]
