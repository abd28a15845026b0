"""The optimizer of a training: configured, compiled into the model, or Adam."""

import inspect
import logging
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
  hparams: HParams, classifier: keras.Model
) -> keras.optimizers.Optimizer:
  """Returns the optimizer to train a classifier with, and logs it unless it is Adam.

  The configured one comes before the one that is compiled into the classifier, and that
  before Adam. The classifier is not compiled afterwards: its optimizer would be saved
  with it, and its loss and metrics are not used.

  Args:
    hparams: Hyperparameters with the optimizer and the learning rate.
    classifier: Model, compiled or not.

  Raises:
    InputError: If the configured optimizer is not one of Keras's.
  """
  own = classifier.optimizer if classifier.compiled else None
  if own:
    classifier.compile(optimizer=None)
  if hparams.optimizer:
    optimizer = configured_optimizer(hparams.optimizer, hparams.learning_rate)
    _log.info("  optimizer: %s, as configured", optimizer.name)
  elif own:
    optimizer = own
    _log.info(
      "  optimizer: %s, which the model was compiled with (its learning rate, not "
      "--learning-rate; its loss and metrics are not used)",
      optimizer.name,
    )
  else:
    optimizer = keras.optimizers.Adam(hparams.learning_rate)
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
