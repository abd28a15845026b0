"""The optimizer of a training: configured, compiled into the model, or Adam."""

import inspect
import logging
import math
from typing import Any

import keras

from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams

_MODULES = {
  "keras.optimizers": (keras.optimizers, keras.optimizers.Optimizer),
  "keras.optimizers.schedules": (
    keras.optimizers.schedules,
    keras.optimizers.schedules.LearningRateSchedule,
  ),
}
_log = logging.getLogger(__name__)


def optimizer_of(
  hparams: HParams, classifier: keras.Model, steps_per_epoch: float
) -> keras.optimizers.Optimizer:
  """Returns the optimizer to train a classifier with, and logs it unless it is Adam.

  The configured one comes before the one that is compiled into the classifier, and that
  before AdamW for encoders and Adam for others. Afterwards the classifier is not
  compiled: its optimizer would be saved with it, and its loss and metrics are not used.

  Args:
    hparams: Hyperparameters with the optimizer and the learning rate.
    classifier: Model, compiled or not.
    steps_per_epoch: Steps per epoch, for the rate of encoders.

  Raises:
    InputError: If the configured optimizer is not one of Keras's.
  """
  own = classifier.optimizer if classifier.compiled else None
  if own:
    classifier.compile(optimizer=None)
  if hparams.optimizer:
    optimizer = configured_optimizer(hparams.optimizer, hparams.learning_rate)
    _log.info("  optimizer: %s, as configured", type(optimizer).__name__)
  elif own:
    optimizer = own
    _log.info(
      "  optimizer: %s, which the model was compiled with (its learning rate, not "
      "--learning-rate; its loss and metrics are not used)",
      type(optimizer).__name__,
    )
  elif hparams.encoder:
    optimizer = _for_encoders(hparams.learning_rate, hparams.epochs * steps_per_epoch)
  else:
    optimizer = keras.optimizers.Adam(hparams.learning_rate)
  return optimizer


@keras.saving.register_keras_serializable("clp_tfx")
class WarmUpLinearDecay(keras.optimizers.schedules.LearningRateSchedule):
  """A rate that rises linearly from 0 and then falls linearly to 0.

  Formula: `peak * min((step + 1) / warm_up, (steps - step) / (steps - warm_up))`, at
  least 0.

  Args:
    peak: Highest rate.
    steps: Steps of the training.
    warm_up: Steps of the rise, at least 1 and fewer than `steps`.

  Reference:
    Devlin et al., 2019, https://arxiv.org/abs/1810.04805
  """

  def __init__(self, peak: float, steps: int, warm_up: int):
    self.peak, self.steps, self.warm_up = peak, steps, warm_up

  def __call__(self, step: Any) -> keras.KerasTensor:
    """Returns the rate of a step, counted from 0."""
    step = keras.ops.cast(step, "float32")
    rise = (step + 1) / self.warm_up
    fall = (self.steps - step) / (self.steps - self.warm_up)
    return self.peak * keras.ops.maximum(keras.ops.minimum(rise, fall), 0.0)

  def get_config(self) -> dict[str, Any]:
    """Returns the arguments."""
    return {"peak": self.peak, "steps": self.steps, "warm_up": self.warm_up}


def _for_encoders(learning_rate: float, steps: float) -> keras.optimizers.Optimizer:
  """Returns what BERT is fine-tuned with: AdamW, warm-up, linear decay, clipping."""
  steps = max(math.ceil(steps), 2)
  schedule = WarmUpLinearDecay(learning_rate, steps, max(steps // 10, 1))
  optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.01, global_clipnorm=1.0)
  # Biases and the weights of LayerNormalization.
  optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
  return optimizer


def configured_optimizer(
  serialized: dict[str, Any], learning_rate: float | None = None
) -> keras.optimizers.Optimizer:
  """Creates an optimizer of `keras.optimizers` from its serialised form.

  No code but Keras's is run: classes are looked up in `keras.optimizers` and its
  `schedules` only, and no module is imported.

  Args:
    serialized: A mapping with `class_name` and, optionally, `config`, as
      `keras.optimizers.serialize` returns it; schedules in the config likewise.
    learning_rate: The learning rate if the config has none; None for Keras's default.

  Raises:
    InputError: If there is no such class, or it does not take the config.
  """
  config = dict(serialized.get("config", {}))
  if learning_rate is not None:
    config.setdefault("learning_rate", learning_rate)
  found = _class(serialized, "keras.optimizers")
  try:
    # Not keras.optimizers.deserialize, which turns Lamb into its name.
    return found.from_config({key: _vetted(each) for key, each in config.items()})
  except InputError:
    raise
  except Exception as error:  # Keras documents no type of its errors.
    reason = " ".join(str(error).split())
    raise InputError(
      f"Expected a config that keras.optimizers.{found.__name__} takes, but it does "
      f"not take {config} ({reason[:300]})."
    ) from error


def _class(serialized: dict[str, Any], default: str) -> type:
  """Returns the class of a serialised optimizer or schedule, without imports."""
  name, module = serialized.get("class_name"), serialized.get("module") or default
  namespace, kind = _MODULES.get(module, (None, None))
  found = getattr(namespace, name, None) if isinstance(name, str) else None
  if not inspect.isclass(found) or not issubclass(found, kind) or found is kind:
    raise InputError(
      "Expected the optimizer and its schedules to be classes of keras.optimizers and "
      f"keras.optimizers.schedules. Received: {name!r} of {module!r}; compile others "
      "into the model that your build_model returns."
    )
  return found


def _vetted(value: Any) -> Any:
  """Returns a value in which all classes are Keras's optimizers or schedules.

  Left to itself, Keras imports whatever `module` names.
  """
  if isinstance(value, list):
    return [_vetted(each) for each in value]
  if not isinstance(value, dict):
    return value
  default = "keras.optimizers.schedules"
  return {
    "module": value.get("module") or default,
    "class_name": _class(value, default).__name__,
    "config": {key: _vetted(each) for key, each in value.get("config", {}).items()},
    "registered_name": None,
  }
