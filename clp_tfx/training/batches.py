"""Reads transformed examples as batches of padded model inputs."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.files import matching
from clp_tfx.keras.inputs import (
  CounterfactualInputs,
  average_counterfactuals,
  draw_counterfactuals,
  draw_pairs,
  pad_pairs,
)
from clp_tfx.options import for_label
from clp_tfx.training.model_inputs import ModelInput, model_inputs, structured

_SHUFFLE_BUFFER = 10_000
_BATCHES_PER_READ = 32


def read_batches(
  files: list[str],
  feature_spec: dict[str, Any],
  batch_size: int,
  shuffle_seed: int | None = None,
  skip: int = 0,
  positive_weight: float | Mapping[str, float] = 1.0,
  positive_pair_weight: float = 1.0,
  draw: bool = False,
  max_pairs: int | None = None,
  few_shapes: bool = False,
  max_tokens: int | None = None,
  padding: dict[str, Any] | None = None,
  label_names: Sequence[str] = (),
) -> tf.data.Dataset:
  """Reads transformed examples as batches for a `CounterfactualModel`.

  Batches hold examples of similar length, which saves computation on padding. The data
  is streamed: no more than a shuffle buffer is in memory.

  Example:
    >>> import tensorflow_transform as tft
    >>> spec = tft.TFTransformOutput("transform").transformed_feature_spec()
    >>> batches = read_batches(["transformed/Split-train/*"], spec, batch_size=16)
    >>> inputs, labels, weights = next(iter(batches))
    >>> labels.shape
    TensorShape([16, 1])

  Args:
    files: Patterns of gzipped TFRecords.
    feature_spec: Feature spec of the transformed examples.
    batch_size: Examples per batch.
    shuffle_seed: Seed for shuffling files, examples and batches; the same seed gives
      the same batches. If None, nothing is shuffled.
    skip: Number of batches to skip at the start.
    positive_weight: Factor on the label weight of positive examples, or a mapping of
      such factors by label.
    positive_pair_weight: Factor on the weight of the pairs of examples with a positive
      label.
    draw: Whether to draw one counterfactual per text, using the seed; otherwise each
      pair of a text with K counterfactuals has weight 1 / K.
    max_pairs: Most pairs per batch, drawn using the seed; None for all.
    few_shapes: Whether to pad tokens to multiples of 32 and pairs to a few sizes, for
      steps that are compiled for each shape. Other steps are traced once for all
      shapes, and padding would only cost time.
    max_tokens: Number of tokens kept per text. No batch is padded beyond it, so that a
      model needs no more positions.
    padding: Padding of ragged inputs by name, see `model_inputs`.
    label_names: Names of the labels, if there are several.

  Returns:
    Dataset of `(CounterfactualInputs, labels, label_weights)`; labels and weights have
    shape `[batch, 1]` and, if there are several, are dicts by label; tokens and other
    ragged inputs have shape `[batch, T]`. If there are other inputs than tokens,
    originals and counterfactuals are dicts of them.

  Raises:
    InputError: If the examples have no model inputs, or `padding` names another one.
  """
  inputs = model_inputs(feature_spec, padding, max_tokens)
  paths = matching(files)
  if shuffle_seed is not None:
    random.Random(shuffle_seed).shuffle(paths)
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  if shuffle_seed is not None:
    records = records.shuffle(_SHUFFLE_BUFFER, shuffle_seed)

  def parsed(serialized: tf.Tensor) -> tuple[dict[str, tf.RaggedTensor], tf.Tensor]:
    examples = tf.io.parse_example(serialized, feature_spec)
    return examples, tf.argsort(_lengths(examples, inputs), stable=True)

  def batches(examples: dict[str, Any], by_length: tf.Tensor) -> tf.data.Dataset:
    rows = tf.data.Dataset.from_tensor_slices(by_length).batch(batch_size)
    if shuffle_seed is not None:
      rows = rows.shuffle(_BATCHES_PER_READ, shuffle_seed)
    return rows.map(
      lambda chosen: {name: tf.gather(v, chosen) for name, v in examples.items()}
    )

  def packed(example: dict[str, Any]) -> tuple:
    texts = _pack(example, inputs, 32 if few_shapes else 1)
    positive, label, weight = [], {}, {}
    for name in label_names or ("",):
      label[name] = example[features.binary_label(name)]
      positive.append(label[name] > 0.5)
      factor = tf.where(positive[-1], for_label(positive_weight, name), 1.0)
      weight[name] = example[features.label_weight(name)] * factor
    is_any = tf.reduce_any(tf.concat(positive, axis=1), axis=1)
    of_pairs = tf.where(is_any, positive_pair_weight, 1.0)
    of_pairs = texts.pair_weight * tf.gather(of_pairs, texts.original_row)
    texts = texts._replace(pair_weight=of_pairs)
    if not draw:
      texts = average_counterfactuals(texts)
    return (texts, label, weight) if label_names else (texts, label[""], weight[""])

  # Reading and parsing run ahead of packing, and both ahead of training.
  dataset = (
    records.batch(batch_size * _BATCHES_PER_READ)
    .map(parsed, num_parallel_calls=1)
    .prefetch(1)
    .flat_map(batches)
    .map(packed, num_parallel_calls=tf.data.AUTOTUNE)
  )
  if draw:
    dataset = draw_counterfactuals(dataset, shuffle_seed or 0)
  if max_pairs:
    dataset = draw_pairs(dataset, max_pairs, shuffle_seed or 0)
  if few_shapes:
    dataset = dataset.map(lambda texts, *rest: (pad_pairs(texts), *rest))
  return dataset.skip(skip).prefetch(tf.data.AUTOTUNE)


class Totals(NamedTuple):
  """What is in training files.

  Example:
    >>> totals = Totals(100, {"": 60.0}, {"": 20.0})
    >>> totals.balanced_weight("")
    3.0

  Attributes:
    examples: Their number.
    negative: Total label weight of negative examples, by name of the label.
    positive: The same of positive ones.
  """

  examples: int
  negative: dict[str, float]
  positive: dict[str, float]

  def balanced_weight(self, label_name: str) -> float:
    """Returns the weight of a positive example that balances a label.

    Raises:
      InputError: If there are no positive or no negative examples.
    """
    negative, positive = self.negative[label_name], self.positive[label_name]
    if not positive or not negative:
      raise InputError(
        f"Expected both positive and negative labels{' ' * bool(label_name)}"
        f"{label_name} to balance. Received: {positive:g} positive and {negative:g} "
        "negative ones in the training split; give positive_weight as a number."
      )
    return negative / positive


def totals(
  files: list[str], feature_spec: dict[str, Any], label_names: Sequence[str] = ()
) -> Totals:
  """Counts the examples, and adds up weights of labels, by reading all of them once.

  Args:
    files: Patterns of gzipped TFRecords; streamed, not held in memory.
    feature_spec: Feature spec of the transformed examples.
    label_names: Names of the labels to add up, "" for that of a model with a single
      output. Without any, examples are not parsed.
  """
  names = [name for each in label_names for name in features.label_features((each,))]
  spec = {name: feature_spec[name] for name in names}
  found = Totals(0, dict.fromkeys(label_names, 0.0), dict.fromkeys(label_names, 0.0))
  records = tf.data.TFRecordDataset(matching(files), "GZIP").batch(4096)
  for serialized in records:
    found = found._replace(examples=found.examples + len(serialized))
    batch = tf.io.parse_example(serialized, spec) if spec else {}
    for name in label_names:
      both = (features.binary_label(name), features.label_weight(name))
      label, weight = (batch[each].numpy() for each in both)
      found.positive[name] += float(weight[label > 0.5].sum())
      found.negative[name] += float(weight[label <= 0.5].sum())
  return found


def _lengths(examples: dict[str, Any], inputs: list[ModelInput]) -> tf.Tensor:
  """Returns what the cost of a row depends on: its length, in its longest input."""
  lengths = [
    examples[each.name].row_lengths()
    if each.is_ragged
    else tf.zeros(tf.shape(examples[each.name])[:1], tf.int64)
    for each in inputs
  ]
  return tf.reduce_max(tf.stack(lengths), axis=0)


def _pack(
  example: dict[str, Any], inputs: list[ModelInput], multiple: int
) -> CounterfactualInputs:
  rows = inputs[0].counts(example)
  count = rows.nrows()
  padded = {}
  for each in inputs:
    both = [each.of_originals(example), each.of_counterfactuals(example)]
    padded[each.name] = each.padded(tf.concat(both, axis=0), multiple)
  return CounterfactualInputs(
    original=structured(inputs, {name: x[:count] for name, x in padded.items()}),
    counterfactual=structured(inputs, {name: x[count:] for name, x in padded.items()}),
    original_row=rows.value_rowids(),
    pair_weight=tf.ones_like(rows.values, tf.float32),
  )
