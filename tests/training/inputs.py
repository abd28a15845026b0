"""Functions from texts to model inputs, and models of them, for tests."""

import keras
import tensorflow as tf
import tensorflow_transform as tft

PADDING = {"ids": {"value": 7, "maximum": 3}, "mask": {}, "words": {"value": "·"}}


def several(texts, config):
  """Ids of a vocabulary with 7 as padding, a mask, a number, its words, the text."""
  words = tf.strings.split(tf.strings.lower(texts))
  ids = tft.compute_and_apply_vocabulary(
    words.flat_values, vocab_filename="own", default_value=config["unknown"]
  )
  count = tf.cast(words.row_lengths(), tf.float64)
  return {
    "ids": words.with_flat_values(ids),
    "mask": tf.ones_like(words, tf.bool),
    "sizes": tf.stack([count, -count], axis=1),
    "text": texts,
    "words": words,
  }


def raw(texts, config):
  return texts


def beside(given, config):
  """The lengths of the texts, and an age and a place beside them."""
  return {
    "length": tf.strings.length(given["comment_text"])[:, tf.newaxis],
    "age": tft.scale_to_0_1(given["age"])[:, tf.newaxis],
    "place": given["place"],
  }


def model_beside(hparams, tf_transform_output):
  length = keras.Input([1], dtype="int64", name="length")
  age = keras.Input([1], name="age")
  x = keras.ops.concatenate([keras.ops.cast(length, "float32") / 20, age], axis=1)
  return keras.Model({"length": length, "age": age}, keras.layers.Dense(1)(x))


def model_of_several(hparams, tf_transform_output):
  """Needs the mask and the padding value: 8 rows of embeddings, 0 to 7."""
  ids = keras.Input([None], dtype="int32", name="ids")
  mask = keras.Input([None], name="mask")
  sizes = keras.Input([2], name="sizes")
  x = keras.layers.Embedding(20, 4)(ids)
  x = keras.ops.sum(x * keras.ops.expand_dims(mask, -1)[:, :3], axis=1)
  x = keras.layers.Dense(4, activation="tanh")(keras.ops.concatenate([x, sizes], 1))
  inputs = {"ids": ids, "mask": mask, "sizes": sizes}
  return keras.Model(inputs, keras.layers.Dense(1)(x))


def model_of_others(hparams, tf_transform_output):
  x = keras.Input([2], name="counts")
  return keras.Model({"counts": x}, keras.layers.Dense(1)(x))


@keras.saving.register_keras_serializable("tests")
class Length(keras.layers.Layer):
  """The number of bytes of a text, shape `[batch, 1]`."""

  def call(self, texts):
    return tf.cast(tf.strings.length(texts), tf.float32)[:, tf.newaxis]

  def compute_output_spec(self, texts):
    return keras.KerasTensor([None, 1])


def model_of_text(hparams, tf_transform_output):
  text = keras.Input([], dtype="string", name="text")
  return keras.Model(text, keras.layers.Dense(1)(Length()(text) / 10.0))
