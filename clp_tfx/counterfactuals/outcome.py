"""What is made of a text: its counterfactuals, and why there are no more."""

from dataclasses import dataclass
from typing import NamedTuple

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.mentions import Mention

PEJORATIVE = "pejorative"
NO_COUNTERPART = "no_counterpart"
LOW_CONFIDENCE = "low_confidence"
SKIP_REASONS = (PEJORATIVE, NO_COUNTERPART, LOW_CONFIDENCE)
"""Reasons why a text has no counterfactuals, or fewer than possible."""
FAILED, LABEL = "failed", "label"
"""Further reasons in `components.counterfactual_gen`: a user's function failed, or the
label excludes a text from the training pairs."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
  """A text that differs from the original only in the identities it names.

  Example:
    >>> generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
    >>> (made,) = generator.generate("I met a gay neighbor")
    >>> made.text, made.edit
    ('I met a neighbor', 'gay→')

  Attributes:
    text: The edited text.
    edits: The edits, in text order. The rest of the text is the original, byte for
      byte.
    others: Those of the other texts that were edited together with it, changed or not.
  """

  text: str
  edits: tuple[Edit, ...]
  others: tuple["Counterfactual", ...] = ()

  @property
  def all_texts(self) -> tuple[str, ...]:
    """The text and the others."""
    return (self.text, *(other.text for other in self.others))

  @property
  def all_edits(self) -> tuple[Edit, ...]:
    """The edits of all texts."""
    return sum([other.edits for other in self.others], self.edits)

  @property
  def group(self) -> str:
    """The groups of the edited terms, sorted, distinct, joined by `+`."""
    return "+".join(sorted({edit.group for edit in self.all_edits if edit.group}))

  @property
  def edit(self) -> str:
    """Labels of the edits, joined by `;`: `gay→` is a removal, `an→a` a repair."""
    return ";".join([edit.label for edit in self.all_edits if edit.label])

  @property
  def confidence(self) -> float:
    """The lowest confidence of the edits."""
    return min([edit.confidence for edit in self.all_edits])


class Outcome(NamedTuple):
  """Result of the generator for one text.

  Example:
    >>> terms = IdentityTerms.parse("term,group\\ngay,orientation", "mine")
    >>> generator = CounterfactualGenerator(terms, method="substitution")
    >>> outcome = generator.outcome("a gay neighbor")
    >>> outcome.counterfactuals, outcome.skipped
    ([], 'no_counterpart')

  Attributes:
    mentions: The mentions of identity terms, including pejorative ones.
    counterfactuals: Its counterfactuals.
    skipped: One of `SKIP_REASONS` if there are none or fewer than possible, else empty.
      A text without mentions does not count as skipped.
  """

  mentions: list[Mention]
  counterfactuals: list[Counterfactual]
  skipped: str
