"""The classifier that a training starts from: a new one or a base model."""

import keras
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.features import TOKENS, VOCABULARY
from clp_tfx.keras.outputs import SINGLE, output_shapes
from clp_tfx.training.classifiers import build_function
from clp_tfx.training.encoders import freeze_encoder_of
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier
from clp_tfx.training.model_inputs import model_inputs


def starting_classifier(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Builds the classifier, or loads the base model if there is one.

  Example:
    >>> import tensorflow_transform as tft
    >>> hparams = HParams(model_fn="bag_of_embeddings")
    >>> starting_classifier(hparams, tft.TFTransformOutput("transform")).output_shape
    (None, 1)

  Args:
    hparams: Hyperparameters that name the building function and the base model.
    tf_transform_output: Transform output with the inputs and any vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, or other inputs to logits, shape
    `[batch, 1]`; with several labels, to a dict of such logits by label; with classes,
    to one logit per class.

  Raises:
    InputError: If the function or the file does not exist or does not give such a
      model.
  """
  # Also for a base model: importing the module registers its custom layers.
  build = build_function(hparams)
  if hparams.base_model:
    words = vocabulary(tf_transform_output)
    classifier = load_classifier(hparams.base_model, words, hparams.num_logits)
    if hparams.encoder:
      freeze_encoder_of(classifier, hparams.encoder_layers_trained)
  else:
    classifier = build(hparams, tf_transform_output)
  source = hparams.base_model or hparams.model_fn
  _check(classifier, source, hparams)
  _check_inputs(classifier, source, tf_transform_output, hparams)
  return classifier


def vocabulary(tf_transform_output: tft.TFTransformOutput) -> list[bytes] | None:
  """Returns the words of the token ids; None if the preprocessing has no vocabulary."""
  if tf_transform_output.vocabulary_file_by_name(VOCABULARY) is None:
    return None
  return tf_transform_output.vocabulary_by_name(VOCABULARY)


def _check(classifier: keras.Model, source: str, hparams: HParams) -> None:
  if not isinstance(classifier, keras.Model):
    raise InputError(
      f"Expected {source} to give a Keras model. Received: {type(classifier).__name__}."
    )
  shapes = output_shapes(classifier)
  if shapes is not None:
    _check_names(list(shapes), source, hparams.label_names)
    for name, shape in shapes.items():
      if shape[1:] != (hparams.num_logits,):
        raise InputError(
          f"Expected the model of {source} to return {_logits(hparams, name)}, shape "
          f"(None, {hparams.num_logits}). Received: {shape}."
        )
  last = classifier.layers[-1] if classifier.layers else classifier
  activation = getattr(last, "activation", None)
  if activation in (keras.activations.sigmoid, keras.activations.softmax):
    raise InputError(
      f"Expected the model of {source} to return logits, but its last layer "
      f"{last.name!r} applies {activation.__name__}: give that layer activation=None."
    )


def _logits(hparams: HParams, output: str) -> str:
  if hparams.classes:
    return f"a logit per text for each class, {', '.join(hparams.classes)}"
  if output:
    return f"one logit per text for {output}"
  return "one logit per text, because there are no --classes"


def _check_names(outputs: list[str], source: str, label_names: tuple[str, ...]) -> None:
  """Checks that each output has a label and each label an output."""
  if set(outputs) == set(label_names or (SINGLE,)):
    return
  expected = f"an output for each label, {', '.join(label_names)}"
  if not label_names:
    expected = "one output, because there is one label"
  received = "a single output" if outputs == [SINGLE] else f"{', '.join(outputs)}"
  raise InputError(
    f"Expected the model of {source} to have {expected}. Received: {received}; name "
    "the labels with --label-feature, and return a dict of logits by label if there "
    "are several."
  )


def _check_inputs(
  classifier: keras.Model,
  source: str,
  tf_transform_output: tft.TFTransformOutput,
  hparams: HParams,
) -> None:
  """Checks that what the model takes by name is among the inputs that there are."""
  spec = tf_transform_output.transformed_feature_spec()
  made = {each.name for each in model_inputs(spec, hparams.padding)}
  inputs = getattr(classifier, "inputs", None) or []
  taken = {tensor.name for tensor in inputs}
  if made != {TOKENS} and taken and not taken <= made:
    raise InputError(
      f"Expected the model of {source} to take inputs that the preprocessing makes, "
      f"{sorted(made)}. Received: a model that takes {sorted(taken)}; give its "
      "keras.Input these names."
    )
