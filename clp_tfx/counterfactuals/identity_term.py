"""A term that names an identity, and the form in which words are compared."""

import functools
import re
import unicodedata
from typing import NamedTuple

from clp_tfx.counterfactuals.sense_columns import ANY_SENSE, Sense

ROLES = (
  "subject",
  "object",
  "possessive_determiner",
  "possessive_pronoun",
  "reflexive",
  "noun",
  "adjective",
)
"""Roles that a term can have in a sentence; an empty role means any."""
CONNOTATIONS = ("neutral", "pejorative")
MATCHES = ("words", "value")
BLANKS = (
  "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
  "\u202f\u205f\u3000"
)
"""White space within a line, without line breaks, form feeds and control characters."""

_BLANKS = re.compile(f"[{BLANKS}]+")
# Maps the curly apostrophe and typographic hyphens to the plain ones.
_SPELLING = str.maketrans("\u2019\u2010\u2011", "'--")


class IdentityTerm(NamedTuple):
  """One row of a lexicon.

  Example:
    >>> IdentityTerm("husbands", "gender/male", counterparts=("wives",)).counterparts
    ('wives',)

  Attributes:
    term: The term, normalised.
    group: The path of its group, such as `gender/female`.
    counterparts: Terms of other groups that can replace it, normalised, with the same
      part of speech and number (`wives` for `husbands`); the preferred one first.
    role: One of `ROLES`, or empty for any. A term with several roles has several rows:
      `her` is an object and a possessive determiner.
    connotation: One of `CONNOTATIONS`. A text with a pejorative term gets no
      counterfactuals.
    language: Language tag such as `en`, in lower case.
    sense: When the term names people; always by default.
    match: One of `MATCHES`: whether the term is looked for among the words of a text,
      or is a category, which is the whole text, spelled as here.
  """

  term: str
  group: str
  counterparts: tuple[str, ...] = ()
  role: str = ""
  connotation: str = "neutral"
  language: str = "en"
  sense: Sense = ANY_SENSE
  match: str = "words"

  @property
  def is_value(self) -> bool:
    """Whether the term is a category."""
    return self.match == "value"


def normalized(text: str) -> str:
  """Returns the form in which terms and words are compared.

  Lower case, NFC and trimmed, with single spaces and plain apostrophes and hyphens.
  """
  if text.isascii() and text.isalnum():  # A shortcut for most words.
    return text.lower()
  text = unicodedata.normalize("NFC", text.lower()).translate(_SPELLING)
  return _BLANKS.sub(" ", text).strip(" ")


@functools.lru_cache(maxsize=4096)
def groups_with_ancestors(group: str) -> tuple[str, ...]:
  """Returns a group and its ancestors, topmost first.

  `gender/female` gives `("gender", "gender/female")`.

  Example:
    >>> groups_with_ancestors("gender/female")
    ('gender', 'gender/female')
  """
  parts = group.split("/")
  return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))
