"""The inputs of a `CounterfactualModel`: originals and their counterfactuals."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf


class CounterfactualInputs(NamedTuple):
  """A batch of originals together with their counterfactuals, if any.

  Example:
    >>> import tensorflow as tf
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant(["a gay man", "a hat"]),
    ...   counterfactual=tf.constant(["a man"]),
    ...   original_row=tf.constant([0]),
    ...   pair_weight=tf.constant([1.0]),
    ... )
    >>> tf.gather(inputs.original, inputs.original_row).numpy().tolist()
    [b'a gay man']

  Attributes:
    original: Model inputs, a tensor or structure of tensors, shape `[batch, ...]`.
    counterfactual: Same structure, shape `[pairs, ...]`, where `pairs` is the number
      of counterfactuals in the batch, possibly 0.
    original_row: Int, shape `[pairs]`; counterfactual i was made from row
      `original_row[i]` of `original`.
    pair_weight: Float, shape `[pairs]`; weight of each pair in the counterfactual
      loss; 0 excludes the pair.
  """

  original: Any
  counterfactual: Any
  original_row: keras.KerasTensor
  pair_weight: keras.KerasTensor


class SeparatePairs(NamedTuple):
  """A batch of examples together with pairs of any examples.

  Attributes:
    original: Model inputs, a tensor or structure of tensors, shape `[batch, ...]`.
    pair_original: Same structure, shape `[pairs, ...]`.
    counterfactual: Same structure and shape; row i is the counterfactual of row i of
      `pair_original`.
    pair_weight: Float, shape `[pairs]`; 0 excludes the pair.
  """

  original: Any
  pair_original: Any
  counterfactual: Any
  pair_weight: keras.KerasTensor


class PairedPredictions(NamedTuple):
  """The result of a `CounterfactualModel` for a batch with pairs.

  Example:
    >>> import keras
    >>> import tensorflow as tf
    >>> layers = [keras.Input([2]), keras.layers.Dense(1, "sigmoid")]
    >>> model = CounterfactualModel(keras.Sequential(layers))
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant([[1.0, 0.0], [0.0, 0.0]]),
    ...   counterfactual=tf.constant([[0.0, 0.0]]),
    ...   original_row=tf.constant([0]),
    ...   pair_weight=tf.constant([1.0]),
    ... )
    >>> predictions = model(inputs)
    >>> tuple(predictions.outputs.shape), tuple(predictions.original[""].shape)
    ((2, 1), (1, 1))

  Attributes:
    outputs: The model's own outputs for the originals, a tensor of shape
      `[batch, num_outputs]` or a structure of such tensors.
    original: Float logits of each pair's original, shape `[pairs, num_logits]`, by
      output name ("" for a single output).
    counterfactual: The same for each pair's counterfactual.
  """

  outputs: Any
  original: dict[str, keras.KerasTensor]
  counterfactual: dict[str, keras.KerasTensor]


def pad_pairs(
  inputs: CounterfactualInputs | SeparatePairs,
) -> CounterfactualInputs | SeparatePairs:
  """Pads the pairs of a batch, so that equally large batches have few distinct shapes.

  The number of pairs is rounded up to an eighth, a quarter, half or all of the number
  of rows, and above that to a multiple of it. A step that is compiled for each shape
  (`jit_compile=True`) is then compiled at most four times, and once more for a smaller
  last batch, as long as no example has several counterfactuals. Without
  `jit_compile`, a step on a tf.data pipeline is traced once for all shapes, and padding
  only costs time.

  The padding has weight 0 and repeats the first original, which is a valid input.

  Example:
    >>> import tensorflow as tf
    >>> inputs = CounterfactualInputs(
    ...   original=tf.zeros([8, 3]),
    ...   counterfactual=tf.zeros([3, 3]),
    ...   original_row=tf.constant([0, 1, 2]),
    ...   pair_weight=tf.ones([3]),
    ... )
    >>> pad_pairs(inputs).pair_weight.numpy().tolist()
    [1.0, 1.0, 1.0, 0.0]

  Args:
    inputs: A batch, as tensors; for `tf.data.Dataset.map`.

  Returns:
    The batch with at least as many pairs as before.
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
  """Adds a pair of weight 0, the first original with itself, to a batch without pairs.

  TensorFlow's convolutions do not handle batches of no rows: on a CPU their result has
  the shape of their input.

  Args:
    inputs: A batch, as tensors; for `tf.data.Dataset.map`.

  Returns:
    The batch, unchanged if it has pairs.
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

  Divides the weight of a pair by the number of pairs that its original has, not
  counting pairs of weight 0.

  Example:
    >>> import tensorflow as tf
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant(["a gay man"]),
    ...   counterfactual=tf.constant(["a man", "a gay person"]),
    ...   original_row=tf.constant([0, 0]),
    ...   pair_weight=tf.constant([1.0, 1.0]),
    ... )
    >>> average_counterfactuals(inputs).pair_weight.numpy().tolist()
    [0.5, 0.5]

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
  """Draws one counterfactual per original, anew in each epoch.

  This is cheaper than scoring all of them, and over the epochs all of them are seen.

  Example:
    >>> import tensorflow as tf
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant(["a gay man"]),
    ...   counterfactual=tf.constant(["a man", "a gay person"]),
    ...   original_row=tf.constant([0, 0]),
    ...   pair_weight=tf.constant([1.0, 1.0]),
    ... )
    >>> batches = tf.data.Dataset.from_tensors((inputs, tf.constant([[0.0]])))
    >>> (drawn,) = draw_counterfactuals(batches, seed=1)
    >>> len(drawn[0].counterfactual)
    1

  Args:
    dataset: Batches `(CounterfactualInputs, ...)`; pairs of weight 0 are not drawn.
    seed: Random seed; the same seed draws the same counterfactuals.

  Returns:
    The same batches with at most one pair per original.
  """
  return _with_lots(dataset, seed, _one_per_original)


def draw_pairs(dataset: tf.data.Dataset, most: int, seed: int) -> tf.data.Dataset:
  """Draws some pairs of batches that have many, anew in each epoch.

  This bounds the time and the memory of a step.

  Example:
    >>> import tensorflow as tf
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant(["a gay man", "a gay bar"]),
    ...   counterfactual=tf.constant(["a man", "a bar"]),
    ...   original_row=tf.constant([0, 1]),
    ...   pair_weight=tf.constant([1.0, 1.0]),
    ... )
    >>> batches = tf.data.Dataset.from_tensors((inputs, tf.constant([[0.0], [1.0]])))
    >>> (drawn,) = draw_pairs(batches, most=1, seed=1)
    >>> len(drawn[0].counterfactual)
    1

  Args:
    dataset: Batches `(CounterfactualInputs, ...)`; pairs of weight 0 are not drawn.
    most: Most pairs per batch.
    seed: Random seed; the same seed draws the same pairs.

  Returns:
    The same batches with at most so many pairs, in their order.
  """

  def some(inputs: CounterfactualInputs, lots: tf.Tensor) -> CounterfactualInputs:
    first = tf.argsort(lots, direction="DESCENDING")[:most]
    first = tf.boolean_mask(first, tf.gather(lots, first) >= 0)
    return _chosen(inputs, tf.sort(first))

  return _with_lots(dataset, seed, some)


def _with_lots(
  dataset: tf.data.Dataset,
  seed: int,
  choose: Callable[[CounterfactualInputs, tf.Tensor], CounterfactualInputs],
) -> tf.data.Dataset:
  """Applies a function of the inputs and a random number per pair, -1 for weight 0."""
  seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)

  def drawn(batch: tuple, batch_seed: tf.Tensor) -> tuple:
    inputs = batch[0]
    lots = tf.random.stateless_uniform(
      tf.shape(inputs.original_row), batch_seed, dtype=tf.float64
    )
    lots = tf.where(inputs.pair_weight > 0, lots, -1.0)
    return choose(inputs, lots), *batch[1:]

  return tf.data.Dataset.zip(dataset, seeds).map(
    drawn, num_parallel_calls=tf.data.AUTOTUNE
  )


def _one_per_original(
  inputs: CounterfactualInputs, lots: tf.Tensor
) -> CounterfactualInputs:
  highest = tf.math.unsorted_segment_max(
    lots, inputs.original_row, _rows(inputs.original)
  )
  is_drawn = (lots >= 0) & (lots == tf.gather(highest, inputs.original_row))
  return _chosen(inputs, tf.where(is_drawn)[:, 0])


def _chosen(inputs: CounterfactualInputs, pairs: tf.Tensor) -> CounterfactualInputs:
  return CounterfactualInputs(
    inputs.original,
    keras.tree.map_structure(lambda x: tf.gather(x, pairs), inputs.counterfactual),
    tf.gather(inputs.original_row, pairs),
    tf.gather(inputs.pair_weight, pairs),
  )


def _rows(structure: Any) -> tf.Tensor:
  return tf.shape(keras.tree.flatten(structure)[0])[0]
