"""Scores comments with a model of any kind."""

import functools
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.scorers.endpoint import EndpointSource, is_endpoint
from clp_tfx.scorers.function import FunctionSource, is_function
from clp_tfx.scorers.options import PROBABILITY, ScoringOptions
from clp_tfx.scorers.outputs import probabilities
from clp_tfx.scorers.saved_model import SavedModelSource

_CHECKED = 10
# Quantised models and GPUs give a text slightly other scores in other batches.
_SAME_SCORE = 0.01


class Source(Protocol):
  """What a kind of model has to offer.

  Attributes:
    where: What returns the scores, for errors.
    takes_texts: Whether it takes texts and not serialised tf.Examples.
    batch_size: Number of texts of similar length to score together, for what pads the
      texts of a batch to the longest; None to be given all texts as they come.
  """

  where: str
  takes_texts: bool
  batch_size: int | None

  def outputs(self, inputs: Sequence[bytes]) -> Any:
    """Returns what the model returns for texts or examples.

    Raises:
      InputError: If the model fails.
    """


class TextScorer:
  """Scores comments with a model, whatever its kind.

  A model is one of these, told by its name:

  - the folder of a SavedModel with a signature that has one string input of shape
    `[batch]` or `[batch, 1]`, which takes texts or serialised tf.Examples (detected by
    passing a text);
  - a `.keras` file of a model with one such input, which takes texts;
  - the dotted path of a function from a list of texts to scores;
  - the URL of an HTTP endpoint with the predict form of TensorFlow Serving and Vertex,
    which takes texts.

  It returns a score per text, shape `[batch]` or `[batch, 1]`, or one per class, shape
  `[batch, classes]`.

  Example:
    >>> scorer = TextScorer("model")
    >>> scorer.takes_texts
    False
    >>> scorer.score_texts(["a text", "another"]).shape
    (2,)

  Attributes:
    takes_texts: Whether the model takes texts and not examples.

  Args:
    model: Path, dotted path or URL.
    signature: Signature of a SavedModel, by default `serving_default` or the only one;
      of an endpoint, by default the server's.
    score_output: Output with the score; by default the only one.
    text_feature: Feature of the examples with the text.
    score_kind: `probability` or `logit`.
    positive_class: Number of the class whose score counts, from 0; None for one score
      per text.
    timeout: Seconds to wait for an answer of an endpoint.

  Raises:
    InputError: If the model, signature or output does not exist or does not meet the
      requirements above.
  """

  def __init__(
    self,
    model: str,
    signature: str | None = None,
    score_output: str | None = None,
    text_feature: str = "comment_text",
    score_kind: str = PROBABILITY,
    positive_class: int | None = None,
    timeout: float = ScoringOptions.timeout,
  ):
    self._text_feature = text_feature
    self._source = _source(model, signature, score_output, text_feature, timeout)
    self._probabilities = functools.partial(
      probabilities,
      where=self._source.where,
      score_kind=score_kind,
      positive_class=positive_class,
    )
    self.takes_texts = self._source.takes_texts

  def score_examples(self, serialized: Sequence[bytes]) -> np.ndarray:
    """Scores serialised tf.Examples.

    Args:
      serialized: Examples with the text feature and any other feature of the model.

    Returns:
      Probabilities, shape `[batch]`.

    Raises:
      InputError: If the model fails on them or its scores are not what they should be.
    """
    inputs = list(serialized)
    if self.takes_texts:
      spec = {self._text_feature: tf.io.FixedLenFeature([], tf.string)}
      parsed = tf.io.parse_example(tf.constant(inputs, tf.string), spec)
      inputs = parsed[self._text_feature].numpy().tolist()
    size = self._source.batch_size
    if not size or len(inputs) <= size:
      return self._scores(inputs)
    by_length = np.argsort([len(each) for each in inputs], kind="stable")
    scores = np.empty(len(inputs))
    for rows in np.split(by_length, range(size, len(inputs), size)):
      scores[rows] = self._scores([inputs[row] for row in rows])
    return scores

  def _scores(self, inputs: list[bytes]) -> np.ndarray:
    return self._probabilities(self._source.outputs(inputs), len(inputs))

  def score_texts(self, texts: Sequence[str]) -> np.ndarray:
    """Scores texts, as examples with no feature but the text.

    Args:
      texts: The texts.

    Returns:
      Probabilities, shape `[texts]`.

    Raises:
      InputError: As `score_examples`.
    """
    return self.score_examples(self._examples(texts))

  def check(self, serialized: Sequence[bytes]) -> None:
    """Finds out on ten examples whether the model can be used.

    Scores them twice, the second time in reverse, because a model that returns scores
    in another order, or by chance, would flip decisions of its own.

    Args:
      serialized: Examples, of which the first ten distinct ones count.

    Raises:
      InputError: If it cannot; the message says why.
    """
    some = list(dict.fromkeys(serialized))[:_CHECKED]
    scores = self.score_examples(some)
    again = self.score_examples(some[::-1])[::-1]
    worst = int(np.argmax(abs(scores - again)))
    if abs(scores[worst] - again[worst]) > _SAME_SCORE:
      raise InputError(
        f"Expected {self._source.where} to give a text the same score in any order, "
        f"but one of {len(some)} texts has {scores[worst]:.4g} and in reverse order "
        f"{again[worst]:.4g}: return scores in the order of the texts, without dropout "
        "or chance."
      )

  def check_texts(self, texts: Sequence[str]) -> None:
    """Finds out on ten texts whether the model can be used, as `check` does.

    Args:
      texts: The texts, of which the first ten distinct ones count.
    """
    self.check(self._examples(list(dict.fromkeys(texts))[:_CHECKED]))

  def _examples(self, texts: Sequence[str]) -> list[bytes]:
    return [_example(text, self._text_feature) for text in texts]


def _example(text: str, feature: str) -> bytes:
  example = tf.train.Example()
  example.features.feature[feature].bytes_list.value.append(text.encode())
  return example.SerializeToString()


def _source(
  model: str,
  signature: str | None,
  score_output: str | None,
  text_feature: str,
  timeout: float,
) -> Source:
  if is_function(model):
    return FunctionSource(model)
  if is_endpoint(model):
    return EndpointSource(model, signature, score_output, timeout)
  if model.endswith(".keras"):
    from clp_tfx.scorers.keras_file import KerasSource  # Keras takes seconds to load.

    return KerasSource(model, score_output)
  return SavedModelSource(model, signature, score_output, text_feature)
