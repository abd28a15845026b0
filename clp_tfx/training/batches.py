"""Transformed examples as batches of padded token ids."""

import random
from typing import Any

import tensorflow as tf

from clp_tfx import features
from clp_tfx.keras import CounterfactualInputs

_SHUFFLE_BUFFER = 10_000
_BATCHES_PER_READ = 32


def read_batches(
  files: list[str],
  feature_spec: dict[str, Any],
  batch_size: int,
  shuffle_seed: int | None = None,
  skip: int = 0,
) -> tf.data.Dataset:
  """Reads transformed examples as batches for a `CounterfactualModel`.

  Examples of similar length share a batch, which saves computing on padding. The data
  is streamed: no more than a shuffle buffer of it is in memory.

  Args:
    files: Patterns of gzipped TFRecords.
    feature_spec: Of the transformed examples.
    batch_size: Examples in a batch.
    shuffle_seed: Shuffles files, examples and batches; the same seed gives the same
      batches. In the order of the files when not given.
    skip: How many batches to leave out at the start.

  Returns:
    Dataset of `(CounterfactualInputs, labels, label_weights)`; both labels and
    weights have shape `[batch, 1]`, tokens `[batch, T]`.
  """
  paths = sorted(path for pattern in files for path in tf.io.gfile.glob(pattern))
  if shuffle_seed is not None:
    random.Random(shuffle_seed).shuffle(paths)
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  if shuffle_seed is not None:
    records = records.shuffle(_SHUFFLE_BUFFER, shuffle_seed)

  def parsed(serialized: tf.Tensor) -> tuple[dict[str, tf.RaggedTensor], tf.Tensor]:
    examples = tf.io.parse_example(serialized, feature_spec)
    return examples, tf.argsort(examples[features.TOKENS].row_lengths(), stable=True)

  def batches(examples: dict[str, Any], by_length: tf.Tensor) -> tf.data.Dataset:
    rows = tf.data.Dataset.from_tensor_slices(by_length).batch(batch_size)
    if shuffle_seed is not None:
      rows = rows.shuffle(_BATCHES_PER_READ, shuffle_seed)
    return rows.map(
      lambda chosen: {name: tf.gather(v, chosen) for name, v in examples.items()}
    )

  return (
    records.batch(batch_size * _BATCHES_PER_READ)
    .map(parsed, num_parallel_calls=1)
    .prefetch(1)
    .flat_map(batches)
    .skip(skip)
    .map(_pack, num_parallel_calls=tf.data.AUTOTUNE)
    .prefetch(tf.data.AUTOTUNE)
  )


def _pack(example: dict[str, Any]) -> tuple:
  lengths = example[features.COUNTERFACTUAL_LENGTHS].with_row_splits_dtype(tf.int64)
  original = example[features.TOKENS].with_row_splits_dtype(tf.int64)
  counterfactual = tf.RaggedTensor.from_row_lengths(
    example[features.COUNTERFACTUAL_TOKENS].values, lengths.values
  )
  tokens = pad_tokens(tf.concat([original, counterfactual], axis=0))
  inputs = CounterfactualInputs(
    original=tokens[: original.nrows()],
    counterfactual=tokens[original.nrows() :],
    original_row=lengths.value_rowids(),
    pair_weight=tf.ones_like(lengths.values, tf.float32),
  )
  return inputs, example[features.LABEL], example[features.LABEL_WEIGHT]


def pad_tokens(tokens: tf.RaggedTensor) -> tf.Tensor:
  """Returns token ids of shape `[batch, T]`, each row ending in padding.

  So a text without any token still has a position to take the maximum over.
  """
  return tf.pad(tf.cast(tokens, tf.int32).to_tensor(), [[0, 0], [0, 1]])
