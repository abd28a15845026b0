"""Turns what models return into probabilities of the positive class."""

from typing import Any

import numpy as np

from clp_tfx.errors import InputError
from clp_tfx.options import flag
from clp_tfx.scorers.options import LOGIT

# Sums in single precision can miss 0 or 1 by their last bit or two.
_ROUNDING = 2 * float(np.finfo(np.float32).eps)


def probabilities(
  outputs: Any, size: int, where: str, score_kind: str, positive_class: int | None
) -> np.ndarray:
  """Returns the probability of the positive class for each text.

  Formula: the score itself or, of a logit, `1 / (1 + exp(-logit))`; of one score per
  class, that of the positive class or, of logits, its `exp(logit) / sum(exp(logits))`.

  Args:
    outputs: What a model returned: numbers of shape `[size]`, `[size, 1]` or, for one
      score per class, `[size, classes]`; `[]` for a single text.
    size: Number of texts.
    where: What returned it, for errors.
    score_kind: `probability` or `logit`.
    positive_class: Number of the positive class; None for one score per text.

  Returns:
    Probabilities, shape `[size]`.

  Raises:
    InputError: If the outputs are no numbers, have another shape, are not finite, or
      are to be probabilities but outside [0, 1].
  """
  scores = _numbers(outputs, where)
  if scores.shape == () and size == 1:
    scores = scores.reshape(1)  # Some models squeeze their output.
  if scores.ndim == 2 and scores.shape[1] != 1 and len(scores) == size:
    column = _class_of(scores.shape[1], where, positive_class)
    if score_kind == LOGIT:
      _check_numbers(scores, where)
      exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
      return exponents[:, column] / exponents.sum(axis=1)
    return _in_range(scores[:, column], where)
  if scores.shape not in ((size,), (size, 1)):
    raise InputError(
      f"Expected one score per text from {where}, but {size} texts give shape "
      f"{list(scores.shape)}: return a score, or one per class, for each text."
    )
  if positive_class is not None:
    raise InputError(
      f"{flag('positive_class')} is for models with one score per class, but {where} "
      "returns one per text: leave it out."
    )
  scores = scores.ravel()
  if score_kind == LOGIT:
    _check_numbers(scores, where)
    return np.exp(-np.logaddexp(0, -scores))
  return _in_range(scores, where)


def _numbers(outputs: Any, where: str) -> np.ndarray:
  try:
    array = np.asarray(outputs)
    if array.dtype.kind in "biuf" or array.dtype.name == "bfloat16":
      return array.astype(np.float64)
  except Exception:  # Tensors of other libraries, ragged lists.
    pass
  raise InputError(
    f"Expected numbers from {where}, but it returns no dense tensor of numbers: give "
    "one that returns scores."
  )


def _class_of(classes: int, where: str, positive_class: int | None) -> int:
  option = flag("positive_class")
  if classes == 0 or (positive_class is not None and positive_class >= classes):
    raise InputError(
      f"Expected {option} below {classes}, because {where} returns {classes} scores "
      f"per text. Received: {positive_class}; they count from 0."
    )
  if positive_class is None:
    raise InputError(
      f"Expected one score per text from {where}, but it returns {classes}: say which "
      f"one counts with {option}, from 0 to {classes - 1}."
    )
  return positive_class


def _check_numbers(scores: np.ndarray, where: str) -> None:
  others = scores[~np.isfinite(scores)]
  if others.size:
    raise InputError(
      f"Expected finite scores from {where}, but it returns {others[0]}: correct the "
      "model."
    )


def _in_range(scores: np.ndarray, where: str) -> np.ndarray:
  _check_numbers(scores, where)
  worst = scores[np.argmax(abs(scores - 0.5))] if scores.size else 0.5
  if not -_ROUNDING <= worst <= 1 + _ROUNDING:
    raise InputError(
      f"Expected probabilities from {where}, but it returns {worst:.7g}: give "
      f"{flag('score_kind')} {LOGIT} if that is a logit, or a model whose scores are "
      "from 0 to 1."
    )
  return np.clip(scores, 0, 1)
