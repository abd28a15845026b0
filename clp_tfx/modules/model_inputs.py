"""Transform: texts to model inputs, by a function that the user gives.

Further features of an example go in beside its text, for its counterfactuals the same
unless they are edited together with the text.
Analyzers, such as `tft.vocabulary`, see the texts and their counterfactuals together.
"""

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.modules.preprocessing import dense, labels, ragged

ModelInputs = tf.Tensor | tf.RaggedTensor | dict[str, tf.Tensor | tf.RaggedTensor]


def preprocessing_fn(
  inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, Any]:
  """Turns the text and its counterfactuals into the inputs of a model.

  Args:
    inputs: Raw features: the text feature, `COUNTERFACTUAL_TEXT`, `LABEL` and
      `LABEL_WEIGHT`, or those of each label.
    custom_config: `text_feature` (its name), `inputs_fn` (dotted path of the function
      `(texts, config)` that returns the model's input, or a dict of its inputs) and
      `preprocessing`, the function's `config`; with several labels, their
      `label_names`; with `label_feature`, what `preprocessing.labels` describes; with
      `input_features`, the names of further features, the function
      gets a dict of them and the texts instead, by name.

  Returns:
    For each input, its values for the texts, and those for their counterfactuals as
    `features.counterfactual_input` and `features.counterfactual_lengths` describe;
    `LABEL` and `LABEL_WEIGHT` (float, shape `[batch, 1]`), or those of each label.

  Raises:
    InputError: If the function returns something else.
  """
  path = custom_config["inputs_fn"]
  texts = tf.reshape(dense(inputs[custom_config["text_feature"]]), [-1])
  counterfactuals = ragged(inputs[features.COUNTERFACTUAL_TEXT])
  # One call, so that analyzers run once and both sides get the same ids.
  both = tf.concat([texts, counterfactuals.values], axis=0)
  if further := custom_config.get("input_features"):
    _check_there(further, inputs)
    rows = counterfactuals.value_rowids()
    both = {custom_config["text_feature"]: both} | {
      name: _for_both(inputs, name, rows) for name in further
    }
  outputs = {}
  count = tf.size(texts, tf.int64)
  for name, value in _named(
    _function(path)(both, custom_config["preprocessing"]), path
  ):
    parts = {name: value[:count]}
    parts |= _per_example(name, value[count:], counterfactuals)
    if parts.keys() & outputs.keys():
      raise InputError(f"Expected another name than {name!r} for an input of {path}.")
    outputs |= parts
  return outputs | labels(inputs, custom_config)


def _check_there(names: Sequence[str], inputs: dict[str, Any]) -> None:
  for name in names:
    if name not in inputs:
      raise InputError(
        f"Expected input_features to be features of the examples, {sorted(inputs)}. "
        f"Received: {name!r}."
      )


def single(values: Any) -> tf.Tensor:
  """Returns the first value of each example, 0 or an empty text if it has none."""
  return tf.reshape(ragged(values).to_tensor(shape=[None, 1]), [-1])


def _for_both(inputs: dict[str, Any], name: str, original_row: tf.Tensor) -> tf.Tensor:
  """Returns a feature's values in the originals and then in their counterfactuals."""
  values = single(inputs[name])
  edited = features.counterfactual_of(name)
  if edited in inputs:
    of_counterfactuals = ragged(inputs[edited]).values
  else:
    of_counterfactuals = tf.gather(values, original_row)
  return tf.concat([values, of_counterfactuals], axis=0)


def _function(path: str) -> Callable[[tf.Tensor, dict[str, Any]], ModelInputs]:
  module, _, name = path.rpartition(".")
  return getattr(importlib.import_module(module), name)


def _named(made: ModelInputs, path: str) -> list[tuple[str, Any]]:
  """Returns the inputs by name, in types that tf.Example has."""
  named = made if isinstance(made, dict) else {features.TOKENS: made}
  for name, value in named.items():
    is_ragged = isinstance(value, tf.RaggedTensor) and value.shape.rank == 2
    is_dense = isinstance(value, tf.Tensor) and value.shape[1:].is_fully_defined()
    if not is_ragged and not is_dense:
      raise InputError(
        f"Expected {path} to return ragged tensors of shape [batch, None] and dense "
        f"ones of a known shape but for the batch. Received: {value} as {name!r}."
      )
    if name in features.RESERVED and name not in (features.TOKENS, features.EMBEDDING):
      raise InputError(
        f"Expected {path} to name its inputs otherwise than the features in "
        f"clp_tfx/features.py. Received: {name!r}; rename it."
      )
  return [(name, _storable(value)) for name, value in named.items()]


def _storable(value: tf.Tensor | tf.RaggedTensor) -> tf.Tensor | tf.RaggedTensor:
  if value.dtype == tf.string:
    return value
  return tf.cast(value, tf.float32 if value.dtype.is_floating else tf.int64)


def _per_example(
  name: str, value: tf.Tensor | tf.RaggedTensor, counterfactuals: tf.RaggedTensor
) -> dict[str, tf.RaggedTensor]:
  """Returns an input's values for all counterfactuals of each example, end to end."""
  key = features.counterfactual_input(name)
  if isinstance(value, tf.RaggedTensor):
    lengths = counterfactuals.with_values(value.row_lengths())
    return {
      key: counterfactuals.with_values(value).merge_dims(1, 2),
      features.counterfactual_lengths(name): lengths,
    }
  size = math.prod(value.shape[1:])
  splits = counterfactuals.row_splits * size
  return {key: tf.RaggedTensor.from_row_splits(tf.reshape(value, [-1]), splits)}
