"""SavedModels independent of clp_tfx, with simple arithmetic scores."""

import tensorflow as tf

WORDS = {b"gay": 0.5, b"woman": 0.25, b"bad": 0.375}
"""The score of a text is the sum over the words it contains."""


def score(texts):
  """Returns float32 scores of a string tensor, with the same shape."""
  scores = tf.zeros(tf.shape(texts))
  for word, weight in WORDS.items():
    pattern = rf"(?is).*\b{word.decode()}\b.*"
    scores += weight * tf.cast(tf.strings.regex_full_match(texts, pattern), tf.float32)
  return tf.minimum(scores, 1.0)


def text_model(path, shape=(None,), outputs=lambda scores: {"scores": scores}):
  """Saves a model whose signature `serving_default` takes texts; returns its path."""
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec(shape, tf.string, name="sentence")])
  def serve(sentence):
    return outputs(score(sentence))

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
  return str(path)


def example_model(path, feature="comment_text", also=()):
  """Saves a model whose signature `rate` takes tf.Examples; returns its path.

  It needs the text and `also` further features, which do not change the scores.
  """
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
  def rate(inputs):
    names = (feature, *also)
    spec = {name: tf.io.FixedLenFeature([], tf.string) for name in names}
    return {"p": score(tf.io.parse_example(inputs, spec)[feature])[:, tf.newaxis]}

  tf.saved_model.save(module, str(path), signatures={"rate": rate})
  return str(path)
