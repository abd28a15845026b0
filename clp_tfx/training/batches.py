"""Transformed examples as batches of padded token ids."""

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
) -> tf.data.Dataset:
  """Reads transformed examples as batches for a `CounterfactualModel`.

  Examples of similar length share a batch, which saves computing on padding.

  Args:
    files: Patterns of gzipped TFRecords.
    feature_spec: Of the transformed examples.
    batch_size: Examples in a batch.
    shuffle_seed: Shuffles with this seed; file order when not given.

  Returns:
    Dataset of `(CounterfactualInputs, labels, label_weights)`; both labels and
    weights have shape `[batch, 1]`, tokens `[batch, T]`.
  """
  paths = sorted(path for pattern in files for path in tf.io.gfile.glob(pattern))
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  if shuffle_seed is not None:
    records = records.shuffle(_SHUFFLE_BUFFER, seed=shuffle_seed)

  def batches(serialized: tf.Tensor) -> tf.data.Dataset:
    examples = tf.io.parse_example(serialized, feature_spec)
    by_length = tf.argsort(examples[features.TOKENS].row_lengths(), stable=True)
    rows = tf.data.Dataset.from_tensor_slices(by_length).batch(batch_size)
    if shuffle_seed is not None:
      rows = rows.shuffle(_BATCHES_PER_READ, seed=shuffle_seed)
    return rows.map(
      lambda chosen: _pack({k: tf.gather(v, chosen) for k, v in examples.items()})
    )

  return (
    records.batch(batch_size * _BATCHES_PER_READ)
    .flat_map(batches)
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
