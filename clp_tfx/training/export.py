"""The SavedModel that is evaluated and served."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.training.model_inputs import model_inputs, structured


# No AutoGraph: nothing here branches on a tensor, and converting Keras's code took most
# of the time.
def _traced(argument: str) -> Callable[[Callable], Callable]:
  spec = tf.TensorSpec([None], tf.string, name=argument)
  return tf.function(input_signature=[spec], autograph=False)


def _probabilities(logits: tf.Tensor) -> tf.Tensor:
  return tf.sigmoid(logits) if logits.shape[-1] == 1 else tf.nn.softmax(logits)


def export(
  classifier: keras.Model,
  tf_transform_output: tft.TFTransformOutput,
  text_feature: str,
  path: str,
  padding: dict[str, Any] | None = None,
  is_rating: bool = False,
) -> None:
  """Writes a SavedModel that scores texts and does not need this package.

  Signatures: `serving_default` takes serialised tf.Examples (`examples`, string,
  shape `[batch]`) and `serving_text` takes texts (`text`, string, shape `[batch]`);
  both return `scores`, probabilities of the positive class, shape `[batch, 1]`, or
  those of each label under its name; of several classes, their probabilities, shape
  `[batch, num_classes]`; of a rating, the number that the classifier returns.

  Args:
    classifier: Model from token ids, or other inputs, to logits, or a dict of them.
    tf_transform_output: Transform output, whose graph becomes part of the SavedModel.
    text_feature: The only feature that the examples need.
    path: Folder to write.
    padding: Padding of ragged inputs by name, see `model_inputs`.
    is_rating: Whether the classifier returns numbers of any size and no logits.
  """
  inputs = model_inputs(tf_transform_output.transformed_feature_spec(), padding)
  module = tf.Module()
  module.classifier = classifier
  # Its `call`, not the layer: Keras would trace and save a layer that was called once
  # more, which took most of the time.
  module.transform = tf_transform_output.transform_features_layer()
  text_spec = {text_feature: tf.io.FixedLenFeature([1], tf.string)}
  raw_spec = tf_transform_output.raw_feature_spec()

  def raw(texts: tf.Tensor, name: str) -> tf.Tensor | tf.SparseTensor:
    is_sparse = isinstance(raw_spec[name], tf.io.VarLenFeature)
    return tf.sparse.from_dense(texts) if is_sparse else texts

  def score(texts: tf.Tensor) -> dict[str, tf.Tensor]:
    given = {text_feature: raw(texts, text_feature)}
    transformed = module.transform.call(given)
    if not all(each.name in transformed for each in inputs):
      # Computed for both at once: these stand for counterfactuals, and are not used.
      given[features.COUNTERFACTUAL_TEXT] = raw(texts, features.COUNTERFACTUAL_TEXT)
      transformed = module.transform.call(given)
    padded = {each.name: each.padded(transformed[each.name]) for each in inputs}
    logits = classifier(structured(inputs, padded), training=False)
    named = logits if isinstance(logits, dict) else {"scores": logits}
    if is_rating:
      return named
    return {name: _probabilities(each) for name, each in named.items()}

  @_traced("examples")
  def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
    return score(tf.io.parse_example(examples, text_spec)[text_feature])

  @_traced("text")
  def serving_text(text: tf.Tensor) -> dict[str, tf.Tensor]:
    return score(text[:, tf.newaxis])

  tf.saved_model.save(
    module,
    path,
    signatures={"serving_default": serving_default, "serving_text": serving_text},
  )
