"""Transform: texts to token ids, with one vocabulary computed in a full pass."""

from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features


def preprocessing_fn(
  inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, Any]:
  """Turns the text and its counterfactuals into token ids.

  Args:
    inputs: Raw features: the text feature, `COUNTERFACTUAL_TEXT`, `LABEL` and
      `LABEL_WEIGHT`, or those of each label.
    custom_config: `text_feature` (its name), `vocabulary_size` (number of most frequent
      tokens to keep) and `max_tokens` (length at which texts are truncated); with
      several labels, their `label_names`.

  Returns:
    `TOKENS`, `COUNTERFACTUAL_TOKENS` and `COUNTERFACTUAL_LENGTHS` (ragged int64,
    shape `[batch, None]`), `LABEL` and `LABEL_WEIGHT` (float, shape `[batch, 1]`), or
    those of each label.
  """
  max_tokens = custom_config["max_tokens"]
  text = inputs[custom_config["text_feature"]]
  words = tokenize(tf.reshape(dense(text), [-1]), max_tokens)
  vocabulary = tft.vocabulary(
    words.values,
    top_k=custom_config["vocabulary_size"],
    vocab_filename=features.VOCABULARY,
  )

  def token_ids(ragged: tf.RaggedTensor) -> tf.RaggedTensor:
    ids = tft.apply_vocabulary(ragged.values, vocabulary, num_oov_buckets=1)
    return ragged.with_values(ids + 1)  # 0 is padding

  per_example = ragged(inputs[features.COUNTERFACTUAL_TEXT])
  counterfactual_ids = token_ids(tokenize(per_example.values, max_tokens))
  return {
    features.TOKENS: token_ids(words),
    features.COUNTERFACTUAL_TOKENS: per_example.with_values(
      counterfactual_ids
    ).merge_dims(1, 2),
    features.COUNTERFACTUAL_LENGTHS: per_example.with_values(
      counterfactual_ids.row_lengths()
    ),
    **labels(inputs, custom_config),
  }


def labels(
  inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, tf.Tensor]:
  """Returns the features with the labels and their weights.

  They are unchanged, unless `custom_config` names a `label_feature`: the number that is
  the label in examples of another ExampleGen. Without a value the weight is 0.
  """
  if column := custom_config.get("label_feature"):
    values = ragged(inputs[column])
    weights = tf.cast(values.row_lengths() > 0, tf.float32)
    return {
      features.LABEL: tf.cast(values.to_tensor(shape=[None, 1]), tf.float32),
      features.LABEL_WEIGHT: weights[:, tf.newaxis],
    }
  names = features.label_features(custom_config.get("label_names", ()))
  return {name: inputs[name] for name in names}


def tokenize(texts: tf.Tensor, max_tokens: int) -> tf.RaggedTensor:
  """Splits texts into lower-case words and single punctuation marks.

  Args:
    texts: String, shape `[batch]`.
    max_tokens: Tokens kept per text.

  Returns:
    String, shape `[batch, None]`, at most `max_tokens` long.
  """
  lower = tf.strings.lower(texts, encoding="utf-8")
  spaced = tf.strings.regex_replace(lower, r"([^\pL\pM\pN\s])", r" \1 ")
  return tf.strings.split(spaced)[:, :max_tokens]


def dense(values: Any) -> tf.Tensor:
  """Converts sparse tensors, with nothing for missing values, and dense ones."""
  if isinstance(values, tf.SparseTensor):
    return tf.sparse.to_dense(values, default_value="")
  return values


def ragged(values: Any) -> tf.RaggedTensor:
  """Converts sparse tensors (K >= 0 values per row) and dense ones (exactly K)."""
  if isinstance(values, tf.SparseTensor):
    return tf.RaggedTensor.from_sparse(values)
  if isinstance(values, tf.RaggedTensor):
    return values
  return tf.RaggedTensor.from_tensor(values)
