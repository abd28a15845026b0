"""The exported model of a classifier that has a position for each token kept."""

import keras
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx.training.export import export

from .transformed import CONFIG


class Positions(keras.layers.Layer):
  """Fails on a longer text, as a table of learned positions does."""

  def call(self, tokens):
    length = keras.ops.shape(tokens)[1]
    tf.debugging.assert_less_equal(length, CONFIG["max_tokens"])
    tf.debugging.assert_positive(length)
    return keras.ops.cast(tokens, "float32")


def test_texts_of_all_lengths(transformed, tmp_path):
  output = tft.TFTransformOutput(transformed[0])
  tokens = keras.Input([None], dtype="int32")
  most = keras.ops.max(Positions()(tokens), axis=1, keepdims=True)
  export(keras.Model(tokens, most), output, "comment_text", str(tmp_path / "model"))
  score = tf.saved_model.load(tmp_path / "model").signatures["serving_text"]
  assert score(tf.constant([""]))["scores"].numpy().tolist() == [[0.5]]
  # Seven tokens, of which six are kept.
  assert score(tf.constant(["A GAY bar, a GAY day", ""]))["scores"].shape == (2, 1)
