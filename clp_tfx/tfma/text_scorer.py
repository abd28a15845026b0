"""Scores comments with a SavedModel's signature that takes texts or examples."""

import contextlib
import functools
import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx.errors import InputError
from clp_tfx.files import escaped, is_known, local_folder

SIGNATURE = "serving_default"
"""Name of the scorer's signature for TFMA, independent of the model's signature."""

# Sums in single precision can miss 0 or 1 by their last bit or two.
_ROUNDING = 2 * float(np.finfo(np.float32).eps)
# What TensorFlow writes around the reason of an error.
_AROUND_REASONS = re.compile(
  r"Graph execution error:|\d+ root error\(s\) found\.|Detected at node .*|<stack .*"
  r"|File \".*|Node: .*|\[\[.*|Original stack trace for .*"
)
_EXAMPLES = "serialized_examples"
# Not a tf.Example: a signature that can score it takes plain texts.
_PLAIN_TEXT = "This is a comment, not a tf.Example."
_FOLDER = "give the folder of a SavedModel"
_MADE_BY = 'such as tf.saved_model.save(model, "folder", signatures=...) writes'


class TextScorer:
  """Scores comments with one signature of a SavedModel.

  The signature must have one string input of shape `[batch]` or `[batch, 1]`, which
  takes texts or serialised tf.Examples (detected by passing a text), and return one
  probability per text, shape `[batch]` or `[batch, 1]`. To TFMA the scorer is a model
  with one signature, `SIGNATURE`, that takes serialised examples.

  Attributes:
    signatures: The signature that TFMA calls.
    takes_texts: Whether the model takes texts and not examples.

  Args:
    path: Folder of the SavedModel.
    signature: Signature of the model; by default `serving_default` or the only one.
    score_output: Output with the score; by default the only one.
    text_feature: Feature of the examples with the text.

  Raises:
    InputError: If the model, signature or output does not exist or does not meet the
      requirements above.
  """

  def __init__(
    self,
    path: str,
    signature: str | None = None,
    score_output: str | None = None,
    text_feature: str = "comment_text",
  ):
    self._path = path
    self._text_feature = text_feature
    self._model = _load(path)
    name, self._function = _signature(path, self._model, signature)
    self._where = f"signature {name!r} of {path}"
    self._input = _string_input(self._where, self._function)
    self._output = _output(self._where, self._function, score_output)
    self.takes_texts = self._scores_a_text()
    self.signatures = {SIGNATURE: _Signature(self)}

  def score_examples(self, serialized: Sequence[bytes]) -> np.ndarray:
    """Scores serialised tf.Examples.

    Args:
      serialized: Examples with the text feature and any other feature of the model.

    Returns:
      Probabilities, shape `[batch]`.

    Raises:
      InputError: If the model fails on them or its scores are not probabilities.
    """
    inputs = tf.constant(serialized, tf.string)
    if self.takes_texts:
      spec = {self._text_feature: tf.io.FixedLenFeature([], tf.string)}
      inputs = tf.io.parse_example(inputs, spec)[self._text_feature]
    try:
      outputs = self._call(inputs)
    except Exception as error:  # Of the model's graph.
      raise InputError(
        f"Expected {self._where} to score {self._kind()}, but it fails: "
        f"{root_reason(error)}; give a signature that can."
      ) from error
    return self._probabilities(outputs, len(serialized))

  def score_texts(self, texts: Sequence[str]) -> np.ndarray:
    """Scores texts, as examples with no feature but the text.

    Args:
      texts: The texts.

    Returns:
      Probabilities, shape `[texts]`.

    Raises:
      InputError: As `score_examples`.
    """
    return self.score_examples([self._example(text) for text in texts])

  def _example(self, text: str) -> bytes:
    example = tf.train.Example()
    example.features.feature[self._text_feature].bytes_list.value.append(text.encode())
    return example.SerializeToString()

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

  def _probabilities(self, outputs: dict[str, tf.Tensor], size: int) -> np.ndarray:
    try:
      scores = np.asarray(outputs[self._output], np.float64)
    except (TypeError, ValueError):
      raise InputError(
        f"Expected probabilities from output {self._output!r} of {self._where}, but it "
        "returns no dense tensor of numbers: export a signature that does."
      ) from None
    if scores.shape == () and size == 1:
      scores = scores.reshape(1)  # Some models squeeze their output.
    if scores.shape not in ((size,), (size, 1)):
      raise InputError(
        f"Expected one score per text from output {self._output!r} of {self._where}, "
        f"but {size} texts give shape {list(scores.shape)}: export a signature that "
        "returns the probability of the positive class."
      )
    if not np.all((scores >= -_ROUNDING) & (scores <= 1 + _ROUNDING)):
      worst = scores.ravel()[np.argmax(np.nan_to_num(abs(scores - 0.5), nan=np.inf))]
      raise InputError(
        f"Expected probabilities from output {self._output!r} of {self._where}, but "
        f"it returns {worst:.7g}: export a signature that returns numbers from 0 to 1, "
        "such as the sigmoid of a logit."
      )
    return np.clip(scores.ravel(), 0, 1)


class _Signature:
  """Signature for TFMA, from serialised examples to `{"scores": [batch, 1]}`."""

  structured_input_signature = ((), {_EXAMPLES: tf.TensorSpec([None], tf.string)})

  def __init__(self, scorer: TextScorer):
    self._scorer = scorer

  def __call__(self, serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    scores = self._scorer.score_examples(serialized.numpy().tolist())
    return {"scores": tf.constant(scores[:, np.newaxis], tf.float32)}


def eval_shared_model(
  name: str, is_baseline: bool = False, **scorer_arguments: Any
) -> tfma.types.EvalSharedModel:
  """Wraps a `TextScorer` as a model for TFMA.

  Args:
    name: Name of the model in the EvalConfig.
    is_baseline: Whether the model is the baseline.
    **scorer_arguments: Arguments of `TextScorer`, which each worker loads itself.
  """
  return tfma.types.EvalSharedModel(
    model_name=name,
    model_path=scorer_arguments["path"],
    model_type=tfma.TF_GENERIC,
    is_baseline=is_baseline,
    model_loader=tfma.types.ModelLoader(
      construct_fn=functools.partial(TextScorer, **scorer_arguments),
      tags=[tf.saved_model.SERVING],
    ),
  )


def _load(path: str) -> Any:
  if path.endswith((".keras", ".h5")):
    raise InputError(
      f"{path} is a Keras file: give the folder of a SavedModel instead, which "
      'model.export("folder") writes for a model that takes texts.'
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
    raise InputError(f"{path} does not exist: {_FOLDER}.")
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
    name = next(iter(signatures)) if len(signatures) == 1 else SIGNATURE
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
