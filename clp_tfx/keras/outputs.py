"""Which outputs of a model are paired, by which loss and with which weight."""

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
