"""Whether XLA compiles the steps of a training, and what it cannot compile."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams


def jit_compile_of(classifier: keras.Model, hparams: HParams) -> bool | str:
  """Returns whether XLA compiles the step; `auto` where Keras thinks that it helps.

  Args:
    classifier: The model.
    hparams: Hyperparameters with `jit_compile`.

  Raises:
    InputError: If it shall compile a step that it cannot.
  """
  takes_text = _takes_text(classifier)
  if not hparams.jit_compile:
    return False if takes_text or hparams.strategy != "none" else "auto"
  unable = [
    layer.name
    for layer in classifier._flatten_layers(include_self=False)
    if not layer.supports_jit
  ]
  if takes_text or unable:
    what = (
      "its inputs are texts" if takes_text else f"its layer {unable[0]!r} cannot be"
    )
    raise InputError(
      "Expected a model that XLA compiles with jit_compile. Received: one that it does "
      f"not, because {what}; leave jit_compile out."
    )
  return True


@contextlib.contextmanager
def sentence_for_xla(hparams: HParams) -> Iterator[None]:
  """Turns an error of XLA about a model into one for users.

  Args:
    hparams: Hyperparameters with `jit_compile`.

  Raises:
    InputError: In place of such an error.
  """
  try:
    yield
  except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
    if not hparams.jit_compile or "compil" not in error.message:
      raise
    reason = " ".join(error.message.split())
    raise InputError(
      f"Expected a model of {hparams.model_fn} that XLA compiles, because of "
      f"jit_compile, but it does not ({reason[:300]}): leave jit_compile out."
    ) from error


def _takes_text(classifier: keras.Model) -> bool:
  """Returns whether a model has inputs that XLA does not have."""
  return any(tensor.dtype == "string" for tensor in getattr(classifier, "inputs", ()))
