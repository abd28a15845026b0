"""The built-in classifiers: from token ids to a logit.

Each is a function `(hparams, tf_transform_output)` that returns a Keras model from
token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`. Padding (token id 0)
never reaches a score, so that it does not depend on the texts it is batched with.
"""

import importlib
from collections.abc import Callable

import keras
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams

_UNITS = 64


def build_classifier(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Builds the classifier that `hparams.model_fn` names.

  Args:
    hparams: Passed on to the function.
    tf_transform_output: Passed on to the function.

  Returns:
    What the function returns.

  Raises:
    InputError: If there is no such function.
  """
  return _function(hparams.build_model_path)(hparams, tf_transform_output)


def convolution(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Embedding, one convolution, maximum over time: the default.

  Args:
    hparams: Not used by this model.
    tf_transform_output: Gives the size of the vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`.
  """
  del hparams
  tokens, present = _tokens()
  x = keras.layers.Embedding(_rows(tf_transform_output), _UNITS)(tokens) * present
  x = keras.layers.Dropout(0.2)(x)
  x = keras.layers.Conv1D(128, 5, padding="same", activation="relu")(x) * present
  x = keras.layers.GlobalMaxPooling1D()(x)
  x = keras.layers.Dropout(0.2)(x)
  return keras.Model(tokens, keras.layers.Dense(1)(x))


def _tokens() -> tuple[keras.KerasTensor, keras.KerasTensor]:
  """Returns the input and, shape `[batch, None, 1]`, 1.0 where it holds a token."""
  tokens = keras.Input([None], dtype="int32", name=features.TOKENS)
  present = keras.ops.cast(keras.ops.not_equal(tokens, 0), "float32")
  return tokens, keras.ops.expand_dims(present, -1)


def _rows(tf_transform_output: tft.TFTransformOutput) -> int:
  """Two more than there are words: padding and out of vocabulary."""
  return tf_transform_output.vocabulary_size_by_name(features.VOCABULARY) + 2


def _function(dotted_path: str) -> Callable[..., keras.Model]:
  module, _, name = dotted_path.rpartition(".")
  try:
    return getattr(importlib.import_module(module), name)
  except (ImportError, AttributeError) as error:
    raise InputError(
      f"Expected {dotted_path!r} to be a function that builds a model, but it cannot "
      f"be imported ({error}): give the dotted path of yours, or a built-in name."
    ) from error
