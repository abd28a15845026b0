"""What a model returns: which outputs are paired, and the logits behind them."""

from typing import Any

import keras

from clp_tfx.errors import InputError

Weight = float | keras.optimizers.schedules.LearningRateSchedule
"""A number, or a schedule of it over the optimizer's steps."""

SINGLE = ""
"""Stands for the name of a model's only output."""


def by_output(value: Any) -> dict[str, Any]:
  """Returns a dict by output name; what is not one belongs to a single output."""
  return dict(value) if isinstance(value, dict) else {SINGLE: value}


def weights_by_output(
  loss_weight: Weight | dict[str, Weight], losses: dict[str, keras.losses.Loss]
) -> dict[str, Weight]:
  """Returns the weight of each output's loss; one weight serves all of them.

  Raises:
    InputError: If a weight is below 0, or the names are not those of the losses.
  """
  if not isinstance(loss_weight, dict):
    loss_weight = dict.fromkeys(losses, loss_weight)
  if loss_weight.keys() != losses.keys():
    raise InputError(
      f"Expected loss weights for the outputs {sorted(losses)}, as the losses have "
      f"them, but got them for {sorted(loss_weight)}: give one weight for all or one "
      "for each."
    )
  for weight in loss_weight.values():
    if not callable(weight) and not weight >= 0:
      raise InputError(
        f"Expected loss_weight of at least 0, but got {weight}: 0 is plain training, "
        "more is more alike."
      )
  return dict(loss_weight)


def prefixed(output: str, name: str) -> str:
  """Returns the name of an output's metric, as Keras makes them."""
  return f"{output}_{name}" if output else name


def named_outputs(outputs: Any, names: list[str] | None) -> dict[str, Any]:
  """Returns the outputs of a model by name.

  Args:
    outputs: A tensor, or a dict, list or tuple of them.
    names: Of the outputs in a list or tuple, where the model has them.

  Raises:
    InputError: If the outputs in a list have no names.
  """
  if not keras.tree.is_nested(outputs):
    return {SINGLE: outputs}
  if isinstance(outputs, dict):
    return outputs
  if names is None:
    raise InputError(
      "Expected outputs with names to pair, but the model returns a list: make it a "
      "functional model, or return a dict."
    )
  return dict(zip(names, outputs, strict=True))


def check_outputs_exist(losses: dict[str, Any], outputs: dict[str, Any]) -> None:
  """Checks that there is an output for each loss.

  Raises:
    InputError: If there is none.
  """
  if losses.keys() <= outputs.keys():
    return
  if SINGLE in outputs:
    raise InputError(
      "Expected one counterfactual loss because the model has one output, but got a "
      f"dict for {sorted(losses)}: give the loss alone."
    )
  given = "one loss for all" if SINGLE in losses else f"a dict for {sorted(losses)}"
  raise InputError(
    "Expected counterfactual losses as a dict by output name, of the outputs "
    f"{sorted(outputs)}, but got {given}: name the outputs to pair."
  )


def logits_behind(
  output: keras.KerasTensor, from_logits: bool | None
) -> keras.KerasTensor:
  """Returns the logits that a sigmoid or softmax turned into an output.

  Probabilities hide gaps: between the logits 8 and 16 lie 0.0003, and from 17 on
  float32 knows no gap at all, so neither would the gradient; computing logits back
  from probabilities cannot repair that. Keras's sigmoid and softmax (as activation,
  layer or operation) leave their input on their output, for its crossentropies to be
  exact; these are the very logits, with their gradient.

  Args:
    output: What the model returned.
    from_logits: True if the outputs are logits, False if they are probabilities;
      None to take the logits where there are any behind the output, and else the
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
      "but its last operation is not a sigmoid or softmax of Keras: end the model in "
      "one, such as keras.layers.Activation('sigmoid'), or let it return logits."
    )
  return logits


def scores_as_in_serving(model: keras.Layer) -> bool:
  """Returns whether training changes the weights of a model and none of its scores.

  True for models made of Keras's own layers without dropout, batch normalization and
  the like, which all keep a state that is not trained. False where it is not known:
  layers and models that others have written may do anything.

  Args:
    model: Any layer; a model's inner layers count.
  """
  return not model.non_trainable_variables and all(
    type(layer).__module__.startswith("keras.") for layer in model._flatten_layers()
  )
