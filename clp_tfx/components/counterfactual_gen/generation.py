"""Generates counterfactuals by lexicon or user function, with filters for training."""

import dataclasses
import itertools
import logging
import traceback
from collections.abc import Callable, Sequence

from clp_tfx.counterfactuals.differences import edits_between
from clp_tfx.counterfactuals.generator import CounterfactualGenerator, check_language
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import Mention, Refusals
from clp_tfx.counterfactuals.outcome import (
  FAILED,
  LABEL,
  LOW_CONFIDENCE,
  NO_COUNTERPART,
  PEJORATIVE,
  Counterfactual,
  Outcome,
)
from clp_tfx.errors import InputError

FUNCTION = "function"
"""Rule recorded for the edits of a user's function."""
SKIP_REASONS = (PEJORATIVE, NO_COUNTERPART, LOW_CONFIDENCE, FAILED, LABEL)
"""Why a text with terms has no counterfactuals, or fewer than it could have. `failed`
is followed by the type of error, as in `failed: TimeoutError`."""

_NOTHING = Outcome([], [], "")
_FAILURES_LOGGED = 5
_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Generation:
  """The configuration from which workers generate counterfactuals; cheap to serialise.

  Attributes:
    identity_terms: The lexicon.
    pejorative_terms: Further terms that make a text ineligible.
    options: Options of the generator.
    is_training: Whether the pairs are for training. Filters by confidence and label do
      not apply to pairs for evaluation.

  Raises:
    InputError: If the method has no rules for a language of the lexicon.
  """

  identity_terms: IdentityTerms
  pejorative_terms: IdentityTerms | None
  options: GeneratorOptions
  is_training: bool

  def __post_init__(self):
    check_language(self.options.method, self.identity_terms)

  def start(self) -> "Generator":
    """Builds the matcher and loads the user's function."""
    return Generator(self)


class Generator:
  """Generates the counterfactuals of many texts.

  Args:
    generation: The configuration.

  Raises:
    InputError: If the user's function cannot be imported.
  """

  def __init__(self, generation: Generation):
    options = generation.options
    self._max = options.max_counterfactuals
    self._function = options.load_function()
    self._function_name = options.counterfactual_fn
    self._failures = 0
    self._label_bound = (
      options.only_when_label_below if generation.is_training else None
    )
    self._generator = CounterfactualGenerator(
      generation.identity_terms,
      method=options.method,
      max_counterfactuals=options.max_counterfactuals,
      min_confidence=options.min_confidence if generation.is_training else 0.0,
      pejorative_terms=generation.pejorative_terms,
    )

  def outcomes(
    self,
    texts: Sequence[bytes],
    label: Callable[[int], float | None],
    refusals: Refusals | None = None,
  ) -> list[Outcome]:
    """Returns the outcome for each text.

    Args:
      texts: UTF-8 texts; other bytes are kept unchanged.
      label: Returns the label of a text by its index, or None; called only if the
        label matters. A missing label does not count as a low one.
      refusals: Counter for terms that do not refer to people in their context.
    """
    return [
      self._outcome(text, mentions, index, label) if mentions else _NOTHING
      for index, (text, mentions) in enumerate(
        zip(texts, self._generator.find_all(texts, refusals), strict=True)
      )
    ]

  def joint_outcomes(
    self,
    columns: Sequence[Sequence[bytes]],
    label: Callable[[int], float | None],
    refusals: Refusals | None = None,
  ) -> list[Outcome]:
    """Returns the outcome for each row of columns that are edited together.

    Args:
      columns: The texts of each column, that of the text first.
      label: As for `outcomes`.
      refusals: As for `outcomes`.
    """
    found = [self._generator.find_all(texts, refusals) for texts in columns]
    return [
      self._joint_outcome(row, mentions, index, label) if any(mentions) else _NOTHING
      for index, (row, mentions) in enumerate(
        zip(zip(*columns, strict=True), zip(*found, strict=True), strict=True)
      )
    ]

  def _joint_outcome(
    self,
    row: Sequence[bytes],
    mentions: Sequence[list[Mention]],
    index: int,
    label: Callable[[int], float | None],
  ) -> Outcome:
    if excluded := self._excluded([*itertools.chain(*mentions)], index, label):
      return excluded
    decoded = [text.decode("utf-8", "surrogateescape") for text in row]
    return self._generator.joint_outcome(decoded, mentions)

  def _outcome(
    self,
    text: bytes,
    mentions: list[Mention],
    index: int,
    label: Callable[[int], float | None],
  ) -> Outcome:
    if excluded := self._excluded(mentions, index, label):
      return excluded
    decoded = text.decode("utf-8", "surrogateescape")
    if self._function and not any(mention.pejorative for mention in mentions):
      return self._by_function(decoded, mentions)
    return self._generator.outcome(decoded, mentions)

  def _excluded(
    self, mentions: list[Mention], index: int, label: Callable[[int], float | None]
  ) -> Outcome | None:
    """Returns the outcome of a text that its label excludes from training."""
    if self._label_bound is None:
      return None
    value = label(index)
    if value is not None and value < self._label_bound:
      return None
    pejorative = any(mention.pejorative for mention in mentions)
    return Outcome(mentions, [], PEJORATIVE if pejorative else LABEL)

  def _by_function(self, text: str, mentions: list[Mention]) -> Outcome:
    try:
      made = self._texts(self._function(text))
    except InputError:
      raise
    # A user's function may raise anything, for instance if its model is unreachable.
    except Exception as error:
      self._failures += 1
      if self._failures <= _FAILURES_LOGGED:
        _log.warning("The counterfactual function failed:\n%s", _without_words(error))
      # Only the type: a message may quote the comment.
      return Outcome(mentions, [], f"{FAILED}: {type(error).__name__}")
    distinct = [each for each in dict.fromkeys(made) if each != text]
    counterfactuals = [
      Counterfactual(each, tuple(edits_between(text, each, mentions, FUNCTION)))
      for each in distinct[: self._max]
    ]
    return Outcome(mentions, counterfactuals, "" if distinct else NO_COUNTERPART)

  def _texts(self, made: object) -> list[str]:
    """Returns the function's result if it is a list of texts that can be written.

    Raises:
      InputError: If it is not a list of texts: that is a fault of the function, not of
        a single text.
    """
    received = type(made).__name__
    if isinstance(made, list | tuple):
      others = [type(each).__name__ for each in made if not isinstance(each, str)]
      if not others:
        for text in made:
          text.encode("utf-8", "surrogateescape")
        return list(made)
      received += f" with a {others[0]} in it"
    raise InputError(
      f"Expected the counterfactual function {self._function_name} to return a list of "
      f"texts. Received: {received}; return [text], or [] for no counterfactual."
    )


def _without_words(error: Exception) -> str:
  """Returns an error's type and traceback; its message may quote the comment."""
  place = "".join(traceback.format_tb(error.__traceback__))
  return f"{place}{type(error).__name__}"
