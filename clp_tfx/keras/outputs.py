"""The outputs of a model: which of them are paired, and the logits behind them."""

from typing import Any

import keras

from clp_tfx.errors import InputError

Weight = float | keras.optimizers.schedules.LearningRateSchedule
"""A number, or a schedule over the optimizer's steps."""

SINGLE = ""
"""The name given to a model's only output."""

# Other models of KerasHub draw random numbers without a state of their own.
_KNOWN = (
  "keras.",
  "keras_hub.src.layers.modeling.",
  "keras_hub.src.models.bert.",
  "keras_hub.src.models.roberta.",
)


def by_output(value: Any) -> dict[str, Any]:
  """Returns a dict by output name, wrapping a value that belongs to a single output."""
  return dict(value) if isinstance(value, dict) else {SINGLE: value}


def weights_by_output(
  loss_weight: Weight | dict[str, Weight], losses: dict[str, keras.losses.Loss]
) -> dict[str, Weight]:
  """Returns the weight of each output's loss; a single weight applies to all of them.

  Raises:
    InputError: If a weight is negative, or the names are not those of the losses.
  """
  if not isinstance(loss_weight, dict):
    loss_weight = dict.fromkeys(losses, loss_weight)
  if loss_weight.keys() != losses.keys():
    raise InputError(
      f"Expected loss weights for the outputs that have a loss, {sorted(losses)}, but "
      f"got weights for {sorted(loss_weight)}: give one weight for all or one for each."
    )
  for weight in loss_weight.values():
    if not callable(weight) and not weight >= 0:
      raise InputError(
        f"Expected loss_weight of at least 0, but got {weight}: 0 is plain training, "
        "and larger weights make the outputs of a pair more alike."
      )
  return dict(loss_weight)


def prefixed(output: str, name: str) -> str:
  """Returns the name of an output's metric, following Keras's convention."""
  return f"{output}_{name}" if output else name


def output_shapes(model: keras.Model) -> dict[str, tuple] | None:
  """Returns the shape of each output by name, `SINGLE` for an only one.

  Args:
    model: A model; None is returned if it does not know its shapes before it is called.
  """
  outputs = getattr(model, "output", None)
  if isinstance(outputs, dict):
    return {name: tuple(output.shape) for name, output in outputs.items()}
  shape = getattr(model, "output_shape", None)
  if shape is None:
    return None
  if isinstance(shape, tuple) and not isinstance(shape[0], tuple):
    return {SINGLE: shape}
  return dict(zip(model.output_names, shape, strict=True))


def named_outputs(outputs: Any, names: list[str] | None) -> dict[str, Any]:
  """Returns the outputs of a model by name.

  Args:
    outputs: A tensor, or a dict, list or tuple of tensors.
    names: Names of the outputs in a list or tuple, if the model has any.

  Raises:
    InputError: If the outputs in a list have no names.
  """
  if not keras.tree.is_nested(outputs):
    return {SINGLE: outputs}
  if isinstance(outputs, dict):
    return outputs
  if names is None:
    raise InputError(
      "Expected outputs with names, but the model returns a list: make it a functional "
      "model, or return a dict."
    )
  return dict(zip(names, outputs, strict=True))


def check_outputs_exist(losses: dict[str, Any], outputs: dict[str, Any]) -> None:
  """Checks that there is an output for each loss.

  Raises:
    InputError: If a loss has no output.
  """
  if losses.keys() <= outputs.keys():
    return
  if SINGLE in outputs:
    raise InputError(
      "Expected one counterfactual loss because the model has one output, but got a "
      f"dict for {sorted(losses)}: give the loss itself."
    )
  given = "one loss for all" if SINGLE in losses else f"a dict for {sorted(losses)}"
  raise InputError(
    "Expected counterfactual losses as a dict with names of outputs, "
    f"{sorted(outputs)}, but got {given}: name the outputs to pair."
  )


def logits_behind(
  output: keras.KerasTensor, from_logits: bool | None
) -> keras.KerasTensor:
  """Returns the logits that a sigmoid or softmax turned into an output.

  Probabilities hide gaps: the logits 8 and 16 differ by only 0.0003, and from 17 on
  all probabilities are 1 in float32, so there is no gradient either; computing logits
  from probabilities cannot recover that. Keras's sigmoid and softmax (activation,
  layer or operation) attach their input to their output, which makes Keras's
  crossentropies exact; that input is the logits, with their gradient.

  Args:
    output: Output of the model.
    from_logits: True if the outputs are logits, False if they are probabilities;
      None to return the logits behind the output if there are any, and otherwise the
      output itself.

  Raises:
    InputError: If `from_logits` is False and no logits are found.
  """
  logits = getattr(output, "_keras_logits", None)
  if from_logits or (from_logits is None and logits is None):
    return output
  if logits is None:
    raise InputError(
      "Expected to find logits behind the model's output because from_logits=False, "
      "but its last operation is not Keras's sigmoid or softmax: end the model in one, "
      "such as keras.layers.Activation('sigmoid'), or let it return logits."
    )
  return logits


def scores_as_in_serving(model: keras.Layer) -> bool:
  """Returns whether a model gives the same scores in training mode as in serving.

  True for models made of Keras's own layers, and of KerasHub's for BERT and RoBERTa,
  without dropout, batch normalization and the like, which all keep a state that
  training by gradients does not change. Frozen layers may be among them. False if
  unknown: layers and models that others have written may do anything.

  Args:
    model: Any layer; the inner layers of a model are checked too.
  """
  layers = model._flatten_layers()
  stateless = {id(each) for layer in layers for each in _same_in_both(layer)}
  return all(id(each) in stateless for each in model.variables) and all(
    type(layer).__module__.startswith(_KNOWN) for layer in layers
  )


def _same_in_both(layer: keras.Layer) -> list[keras.Variable]:
  """Returns those of a layer's variables that do not show a state of its own."""
  if isinstance(layer, keras.layers.BatchNormalization) and not layer.trainable:
    # Normalizes with its moving averages, and keeps them.
    return layer.variables
  # Frozen weights are not trainable, but still here.
  return layer._trainable_variables
