"""Models in .keras files that take texts."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.files import open_file
from clp_tfx.scorers.saved_model import root_reason


class KerasSource:
  """Scores texts with a model in a .keras file, without running code from the file.

  The model must have one string input of shape `[batch]` or `[batch, 1]`, such as a
  TextVectorization layer takes.

  Attributes:
    where: What it is, for errors.
    takes_texts: True.
    batch_size: Number of texts to score together.

  Args:
    path: Local or remote path of the file.
    score_output: Output with the score; by default the only one.

  Raises:
    InputError: If the file cannot be read, or the model has other inputs or outputs.
  """

  takes_texts = True
  batch_size = 128

  def __init__(self, path: str, score_output: str | None = None):
    self.where = path
    self._model = _load(path)
    self._input = _text_input(path, self._model)
    self._output = score_output

  def outputs(self, texts: Sequence[bytes]) -> Any:
    """Returns the model's output for texts, shape `[texts, ...]`."""
    inputs = tf.constant(texts, tf.string)
    if len(self._input.shape) == 2:
      inputs = inputs[:, tf.newaxis]
    try:
      outputs = self._model(inputs, training=False)
    except Exception as error:  # Of the model's layers.
      raise InputError(
        f"Expected {self.where} to score texts, but it fails: {root_reason(error)}; "
        "give a model that can."
      ) from error
    return self._chosen(outputs)

  def _chosen(self, outputs: Any) -> Any:
    if isinstance(outputs, list | tuple):
      outputs = dict(zip(self._model.output_names, outputs, strict=True))
    if not isinstance(outputs, dict):
      outputs = {name: outputs for name in self._model.output_names[:1]}
    if self._output is None and len(outputs) == 1:
      return next(iter(outputs.values()))
    if self._output not in outputs:
      raise InputError(
        f"{self.where} has the outputs {', '.join(outputs)}: set --score-output to the "
        "one with the score."
      )
    return outputs[self._output]


def _load(path: str) -> keras.Model:
  with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "model.keras")
    try:
      with open_file(path) as stored, open(file, "wb") as copy:
        shutil.copyfileobj(stored, copy)
    except FileNotFoundError:
      raise InputError(f"{path} does not exist: give a .keras file.") from None
    except Exception as error:  # Each file system has its own errors.
      raise InputError(
        f"{path} cannot be read ({root_reason(error)}): give a .keras file."
      ) from error
    try:
      return keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # Keras documents no type of its errors.
      raise InputError(
        f"The Keras file {path} cannot be loaded ({root_reason(error)}): give a model "
        "of registered layers, without lambdas, or export it as a SavedModel with "
        'model.export("folder").'
      ) from error


def _text_input(path: str, model: Any) -> Any:
  inputs = list(getattr(model, "inputs", None) or ())
  fits = [
    each
    for each in inputs
    if each.dtype == "string" and each.shape[1:] in ((), (1,), (None,))
  ]
  if len(inputs) == 1 and fits:
    return fits[0]
  described = ", ".join(f"{each.dtype} of shape {each.shape}" for each in inputs)
  raise InputError(
    f"Expected {path} to have one string input of shape [batch] or [batch, 1], but it "
    f"takes {described or 'none that is known'}: put the TextVectorization into the "
    "model, or give a function from texts to scores."
  )
