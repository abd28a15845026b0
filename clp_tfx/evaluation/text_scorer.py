"""Scores comments with a SavedModel's signature that takes texts or examples."""

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx.errors import InputError

SIGNATURE = "serving_default"
"""Name of the scorer's signature for TFMA, independent of the model's signature."""

_EXAMPLES = "serialized_examples"
# Not a tf.Example: a signature that can score it takes plain texts.
_PLAIN_TEXT = "This is a comment, not a tf.Example."
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
      return self._probabilities(self._call(inputs), len(serialized))
    except tf.errors.OpError as error:
      raise InputError(
        f"Expected {self._where} to score {self._kind()}, but it fails: "
        f"{_first_line(error)}; give a signature that can."
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
    except tf.errors.OpError:
      return False
    return True

  def _probabilities(self, outputs: dict[str, tf.Tensor], size: int) -> np.ndarray:
    scores = np.asarray(outputs[self._output], np.float64)
    if scores.shape not in ((size,), (size, 1)):
      raise InputError(
        f"Expected one score per text from output {self._output!r} of {self._where}, "
        f"but {size} texts give shape {list(scores.shape)}: export a signature that "
        "returns the probability of the positive class."
      )
    if not np.all((scores >= 0) & (scores <= 1)):
      worst = scores.ravel()[np.argmax(np.nan_to_num(abs(scores - 0.5), nan=np.inf))]
      raise InputError(
        f"Expected probabilities from output {self._output!r} of {self._where}, but "
        f"it returns {worst:.4g}: export a signature that returns numbers from 0 to 1, "
        "such as the sigmoid of a logit."
      )
    return scores.ravel()


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
  if not tf.io.gfile.exists(path):
    raise InputError(f"{path} does not exist: give the folder of a SavedModel.")
  if not tf.saved_model.contains_saved_model(path):
    inside = tf.io.gfile.listdir(path) if tf.io.gfile.isdir(path) else []
    versions = [name.rstrip("/") for name in inside if name.rstrip("/").isdigit()]
    hint = (
      f"did you mean {os.path.join(path, max(versions, key=int))}"
      if versions
      else f"give one {_MADE_BY}"
    )
    raise InputError(f"{path} is not a SavedModel (no saved_model.pb): {hint}.")
  try:
    return tf.saved_model.load(path)
  except Exception as error:  # Damaged models raise many kinds of errors.
    raise InputError(
      f"The SavedModel {path} cannot be loaded ({_first_line(error)}): export it again."
    ) from error


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


def _first_line(error: BaseException) -> str:
  message = str(error).strip() or type(error).__name__
  return message.splitlines()[0].rstrip(".")[:200]
