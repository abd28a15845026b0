"""The SavedModel that is evaluated and served."""

from collections.abc import Callable, Sequence
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
  input_features: Sequence[str] = (),
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
    input_features: Further features that the model looks at. Where an example has none,
      and in `serving_text`, they are 0 or empty.
  """
  inputs = model_inputs(tf_transform_output.transformed_feature_spec(), padding)
  module = tf.Module()
  module.classifier = classifier
  # Its `call`, not the layer: Keras would trace and save a layer that was called once
  # more, which took most of the time.
  module.transform = tf_transform_output.transform_features_layer()
  raw_spec = tf_transform_output.raw_feature_spec()
  further = {name: tf.io.RaggedFeature(raw_spec[name].dtype) for name in input_features}
  spec = {text_feature: tf.io.FixedLenFeature([1], tf.string), **further}

  def raw(values: tf.Tensor, name: str) -> tf.Tensor | tf.SparseTensor:
    is_sparse = isinstance(raw_spec[name], tf.io.VarLenFeature)
    return tf.RaggedTensor.from_tensor(values).to_sparse() if is_sparse else values

  def score(columns: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    given = {name: raw(values, name) for name, values in columns.items()}
    transformed = module.transform.call(given)
    if not all(each.name in transformed for each in inputs):
      # Computed for both at once: these stand for counterfactuals, and are not used.
      texts = columns[text_feature]
      given[features.COUNTERFACTUAL_TEXT] = raw(texts, features.COUNTERFACTUAL_TEXT)
      for name in further:
        if (edited := features.counterfactual_of(name)) in raw_spec:
          given[edited] = raw(columns[name], edited)
      transformed = module.transform.call(given)
    padded = {each.name: each.padded(transformed[each.name]) for each in inputs}
    logits = classifier(structured(inputs, padded), training=False)
    named = logits if isinstance(logits, dict) else {"scores": logits}
    if is_rating:
      return named
    return {name: _probabilities(each) for name, each in named.items()}

  @_traced("examples")
  def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
    parsed = tf.io.parse_example(examples, spec)
    return score(
      {text_feature: parsed[text_feature]}
      | {name: parsed[name].to_tensor(shape=[None, 1]) for name in further}
    )

  @_traced("text")
  def serving_text(text: tf.Tensor) -> dict[str, tf.Tensor]:
    shape = [tf.size(text), 1]
    none = {name: tf.zeros(shape, each.dtype) for name, each in further.items()}
    return score({text_feature: text[:, tf.newaxis]} | none)

  tf.saved_model.save(
    module,
    path,
    signatures={"serving_default": serving_default, "serving_text": serving_text},
  )
