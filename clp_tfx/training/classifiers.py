"""The built-in classifiers: from token ids to a logit.

Each is a function `(hparams, tf_transform_output)` that returns a Keras model from
token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`; with several labels, to
a dict of such logits by label; with classes, to one logit per class. Padding (token id
0) does not affect scores, so the score of a text does not depend on the rest of its
batch.
"""

import importlib
import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams

_UNITS = 64


def build_function(
  hparams: HParams,
) -> Callable[[HParams, tft.TFTransformOutput], keras.Model]:
  """Imports the function that builds the classifier.

  Args:
    hparams: Hyperparameters that name the function.

  Returns:
    The function `(hparams, tf_transform_output)`.

  Raises:
    InputError: If there is no such function.
  """
  module, _, name = hparams.build_model_path.rpartition(".")
  try:
    return getattr(importlib.import_module(module), name)
  except (ImportError, AttributeError) as error:
    raise InputError(
      f"Expected {hparams.build_model_path!r} to be a function that builds a model, "
      f"but it cannot be imported ({error}): give the dotted path of yours, or a "
      "built-in name."
    ) from error


def convolution(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Embedding, one convolution, maximum over time; the default.

  Args:
    hparams: Names the labels, if there are several.
    tf_transform_output: Gives the size of the vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`.
  """
  tokens, present = _tokens()
  x = keras.layers.Embedding(_rows(tf_transform_output), _UNITS)(tokens) * present
  x = keras.layers.Dropout(0.2)(x)
  x = keras.layers.Conv1D(128, 5, padding="same", activation="relu")(x) * present
  x = keras.layers.GlobalMaxPooling1D()(x)
  x = keras.layers.Dropout(0.2)(x)
  return keras.Model(tokens, logits(x, hparams))


def bag_of_embeddings(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Mean of the embeddings, one hidden layer; the fastest to train.

  Args:
    hparams: Names the labels, if there are several.
    tf_transform_output: Gives the size of the vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`.
  """
  tokens, present = _tokens()
  x = keras.layers.Embedding(_rows(tf_transform_output), _UNITS)(tokens)
  x = keras.layers.Dropout(0.2)(_mean(x, present))
  x = keras.layers.Dense(_UNITS, activation="relu")(x)
  return keras.Model(tokens, logits(x, hparams))


def transformer(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Two blocks of self-attention over the whole text, mean over time.

  Layers are normalised before attention and before the hidden layer, so training needs
  no learning-rate warm-up.

  Args:
    hparams: Names the labels, if there are several.
    tf_transform_output: Gives the size of the vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`.

  Reference:
    Xiong et al., 2020, https://arxiv.org/abs/2002.04745
  """
  tokens, present = _tokens()
  attended = keras.ops.expand_dims(keras.ops.not_equal(tokens, 0), 1)
  x = keras.layers.Embedding(_rows(tf_transform_output), _UNITS)(tokens)
  x = SinusoidalPositions()(x)
  for _ in range(2):
    y = keras.layers.LayerNormalization()(x)
    y = keras.layers.MultiHeadAttention(num_heads=4, key_dim=_UNITS // 4)(
      y, y, attention_mask=attended
    )
    x = x + keras.layers.Dropout(0.2)(y)
    y = keras.layers.LayerNormalization()(x)
    y = keras.layers.Dense(2 * _UNITS, activation="relu")(y)
    x = x + keras.layers.Dropout(0.2)(keras.layers.Dense(_UNITS)(y))
  x = _mean(keras.layers.LayerNormalization()(x), present)
  return keras.Model(tokens, logits(x, hparams))


@keras.saving.register_keras_serializable("clp_tfx")
class SinusoidalPositions(keras.layers.Layer):
  """Adds sines and cosines of a token's position, of increasing wavelength.

  Formula: unit i of position t gets `sin(t / 10000 ** (i / units))` if i is even and
  `cos(t / 10000 ** ((i - 1) / units))` if it is odd, scaled by 0.1 because the initial
  embeddings are small.

  Reference:
    Vaswani et al., 2017, https://arxiv.org/abs/1706.03762
  """

  def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
    """Returns `x`, shape `[batch, T, units]`, with the positions added."""
    length, units = keras.ops.shape(x)[1], x.shape[-1]
    unit = keras.ops.arange(units, dtype="int32")
    # Half precision does not tell late positions apart.
    is_odd = keras.ops.cast(unit % 2, "float32")
    wavelength = keras.ops.power(
      10_000.0, (keras.ops.cast(unit, "float32") - is_odd) / units
    )
    position = keras.ops.cast(keras.ops.arange(length), "float32")[:, None]
    shifted = position / wavelength + is_odd * (math.pi / 2)
    return x + keras.ops.cast(0.1 * keras.ops.sin(shifted), x.dtype)


def logits(x: keras.KerasTensor, hparams: HParams) -> Any:
  """Returns a linear layer's logit, shape `[batch, 1]`, or a dict of one per label.

  Args:
    x: What the layer takes, shape `[batch, units]`.
    hparams: Names the labels, if there are several, or the classes, which have a logit
      each.
  """
  # Whatever the layers before it compute in: losses and probabilities need it.
  if not hparams.label_names:
    return keras.layers.Dense(hparams.num_logits, dtype="float32")(x)
  return {
    name: keras.layers.Dense(1, dtype="float32")(x) for name in hparams.label_names
  }


def _mean(x: keras.KerasTensor, present: keras.KerasTensor) -> keras.KerasTensor:
  """Returns the mean over a text's tokens, shape `[batch, units]`; 0 without tokens."""
  count = keras.ops.maximum(keras.ops.sum(present, axis=1), 1.0)
  return keras.ops.sum(x * present, axis=1) / count


def _tokens() -> tuple[keras.KerasTensor, keras.KerasTensor]:
  """Returns the input and its mask, 1.0 for each token, shape `[batch, None, 1]`."""
  tokens = keras.Input([None], dtype="int32", name=features.TOKENS)
  present = keras.ops.cast(keras.ops.not_equal(tokens, 0), "float32")
  return tokens, keras.ops.expand_dims(present, -1)


def _rows(tf_transform_output: tft.TFTransformOutput) -> int:
  """Returns the number of words plus two, for padding and out-of-vocabulary tokens."""
  return tf_transform_output.vocabulary_size_by_name(features.VOCABULARY) + 2
