"""The libraries of the extra `encoder`."""

import importlib
from types import ModuleType

from clp_tfx.errors import InputError


def keras_hub() -> ModuleType:
  """Returns KerasHub.

  Raises:
    InputError: If the extra is not installed.
  """
  # KerasHub can be imported without these, which it needs for texts and weights.
  for name in ("tensorflow_text", "safetensors", "sentencepiece"):
    _imported(name)
  return _imported("keras_hub")


def safetensors() -> ModuleType:
  """Returns the part of safetensors for NumPy.

  Raises:
    InputError: If the extra is not installed.
  """
  return _imported("safetensors.numpy")


def tensorflow_text() -> ModuleType:
  """Returns TensorFlow Text, whose import registers its operations.

  Raises:
    InputError: If the extra is not installed.
  """
  return _imported("tensorflow_text")


def _imported(name: str) -> ModuleType:
  try:
    return importlib.import_module(name)
  except ImportError as error:
    raise InputError(
      f"Expected the libraries of pretrained encoders, but {error.name or name} is not "
      "installed: pip install 'clp-tfx[encoder]'."
    ) from error
