"""SavedModels with a signature that takes texts or serialised tf.Examples."""

import contextlib
import os
import re
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.files import escaped, is_known, local_folder
from clp_tfx.scorers.options import FORMS, OTHER_FILES

_DEFAULT_SIGNATURE = "serving_default"
# What TensorFlow writes around the reason of an error.
_AROUND_REASONS = re.compile(
  r"Graph execution error:|\d+ root error\(s\) found\.|Detected at node .*|<stack .*"
  r"|File \".*|Node: .*|\[\[.*|Original stack trace for .*"
)
# Not a tf.Example: a signature that can score it takes plain texts.
_PLAIN_TEXT = "This is a comment, not a tf.Example."
_FOLDER = "give the folder of a SavedModel"
_MADE_BY = 'such as tf.saved_model.save(model, "folder", signatures=...) writes'


class SavedModelSource:
  """Scores texts or examples with one signature of a SavedModel.

  Attributes:
    where: What it is, for errors.
    takes_texts: Whether the signature takes texts and not serialised tf.Examples.
    batch_size: Number of texts to score together.

  Args:
    path: Folder of the SavedModel.
    signature: Signature of the model; by default `serving_default` or the only one.
    score_output: Output with the score; by default the only one.
    text_feature: Feature of the examples with the text, for errors.

  Raises:
    InputError: If the model, signature or output does not exist, or the signature has
      other inputs.
  """

  batch_size = 128

  def __init__(
    self,
    path: str,
    signature: str | None,
    score_output: str | None,
    text_feature: str,
  ):
    self._text_feature = text_feature
    # Held here because the signature does not keep the model's variables alive.
    self._model = _load(path)
    name, self._function = _signature(path, self._model, signature)
    self._signature = f"signature {name!r} of {path}"
    self._input = _string_input(self._signature, self._function)
    self._output = _output(self._signature, self._function, score_output)
    self.where = f"output {self._output!r} of {self._signature}"
    self.takes_texts = self._scores_a_text()

  def outputs(self, inputs: Sequence[bytes]) -> tf.Tensor:
    """Returns the signature's output for texts or serialised tf.Examples.

    Raises:
      InputError: If the model fails on them.
    """
    try:
      return self._call(tf.constant(inputs, tf.string))[self._output]
    except Exception as error:  # Of the model's graph.
      raise InputError(
        f"Expected {self._signature} to score {self._kind()}, but it fails: "
        f"{root_reason(error)}; give a signature that can."
      ) from error

  def _kind(self) -> str:
    if self.takes_texts:
      return "texts"
    return f"texts or serialised tf.Examples with the feature {self._text_feature!r}"

  def _call(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
    name, spec = self._input
    inputs = texts[:, tf.newaxis] if spec.shape.rank == 2 else texts
    return self._function(**{name: inputs})

  def _scores_a_text(self) -> bool:
    try:
      self._call(tf.constant([_PLAIN_TEXT]))
    except Exception:  # Of the model's graph.
      return False
    return True


def _load(path: str) -> Any:
  ending = path.rpartition(".")[2].lower()
  if ending in OTHER_FILES and not tf.io.gfile.isdir(path):
    raise InputError(
      f"{path} is {OTHER_FILES[ending]}, which is not read: give the dotted path of a "
      "function that scores a list of texts with it, such as my_module.score."
    )
  try:
    with _plain(path) as folder:
      _check_folder(folder, path)
      return tf.saved_model.load(folder)
  except InputError:
    raise
  except Exception as error:  # Damaged models raise many kinds of errors.
    raise InputError(
      f"The SavedModel {path} cannot be loaded ({root_reason(error)}): export it again."
    ) from error


def _plain(path: str) -> contextlib.AbstractContextManager[str]:
  """Returns a path of the folder that TensorFlow can read and takes for no pattern."""
  scheme, is_remote, _ = path.partition("://")
  known = [str(each) for each in tf.io.gfile.get_registered_schemes()]
  if is_remote and scheme in known and escaped(path) == path:
    return contextlib.nullcontext(path)
  if not is_known(path):
    raise InputError(
      f"There is no file system for {path}: {_FOLDER} on this machine or, for example, "
      "gs://."
    )
  return local_folder(path)


def _check_folder(folder: str, path: str) -> None:
  if not tf.io.gfile.exists(folder):
    dotted = path.replace(":", ".")
    is_colon = re.fullmatch(r"[\w.]+:\w+", path)
    hint = f"did you mean the function {dotted}" if is_colon else f"give {FORMS}"
    raise InputError(f"{path} does not exist: {hint}.")
  if tf.saved_model.contains_saved_model(folder):
    return
  inside = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
  versions = [name.rstrip("/") for name in inside if name.rstrip("/").isdigit()]
  hint = (
    f"did you mean {os.path.join(path, max(versions, key=int))}"
    if versions
    else f"give one {_MADE_BY}"
  )
  raise InputError(f"{path} is not a SavedModel (no saved_model.pb): {hint}.")


def _signature(path: str, model: Any, name: str | None) -> tuple[str, Any]:
  signatures = model.signatures
  if not signatures:
    raise InputError(f"{path} has no signatures: give a SavedModel {_MADE_BY}.")
  if name is None:
    name = next(iter(signatures)) if len(signatures) == 1 else _DEFAULT_SIGNATURE
  if name not in signatures:
    raise InputError(
      f"{path} has no signature {name!r}: set --signature to one of "
      f"{', '.join(sorted(signatures))}."
    )
  return name, signatures[name]


def _string_input(where: str, function: Any) -> tuple[str, tf.TensorSpec]:
  inputs = function.structured_input_signature[1]
  described = ", ".join(
    f"{name} ({spec.dtype.name}, shape {spec.shape})" for name, spec in inputs.items()
  )
  expected = "one string input of shape [batch]: texts or serialised tf.Examples"
  fits = [(n, s) for n, s in inputs.items() if s.dtype == tf.string and _is_column(s)]
  if len(inputs) != 1 or not fits:
    raise InputError(
      f"Expected {where} to have {expected}, but it takes {described or 'nothing'}: "
      "give another one with --signature or export one."
    )
  return fits[0]


def _is_column(spec: tf.TensorSpec) -> bool:
  return spec.shape.rank in (None, 1) or (
    spec.shape.rank == 2 and spec.shape[1] in (None, 1)
  )


def _output(where: str, function: Any, name: str | None) -> str:
  outputs = sorted(function.structured_outputs)
  if name is None and len(outputs) == 1:
    (name,) = outputs
  if name not in outputs:
    raise InputError(
      f"Expected {where} to have "
      + ("one output" if name is None else f"an output {name!r}")
      + f", but it has {', '.join(outputs)}: set --score-output to the one with the "
      "probability of the positive class."
    )
  return name


def root_reason(error: BaseException) -> str:
  """Returns the line of an error that says why, without the graph around it."""
  lines = [line.strip() for line in str(error).splitlines()]
  said = [line for line in lines if line and not _AROUND_REASONS.fullmatch(line)]
  if not said:
    return type(error).__name__
  reason = re.sub(r"^(\(\d+\) [A-Z_]+: *|\{\{function_node \S+\}\} )+", "", said[0])
  return reason.partition(" [[{{")[0].rstrip(".")[:200] or type(error).__name__
