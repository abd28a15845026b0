"""Finds the logits behind a model's outputs: what a counterfactual loss compares."""

import keras

from clp_tfx.errors import InputError


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
