"""What the rules of senses know about the words beside a term."""

from typing import NamedTuple

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.persons import (
  HUMAN_ADJECTIVES,
  NO_PERSONS,
  PERSON_ENDINGS,
  PERSONS,
  POSTMODIFIERS,
  VERBS,
)
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVES,
  ADVERBS,
  COPULAS,
  FINITE_VERBS,
  INTENSIFIERS,
)

_RARELY_PERSONS = frozenset(
  {"dwarfs", "host", "hosts", "kiwi", "orphan", "orphans", "pole", "poles", "steward"}
)
ENDS = CLOSED_CLASSES | FINITE_VERBS | POSTMODIFIERS | VERBS | {"will", "past", "n't"}
SENTENCE_ENDS = frozenset({"", ".", "!", "?", ";", ":", "\n"})
MODIFYING_ADVERBS = INTENSIFIERS | ADVERBS - {"straight", "right"}
MODIFYING_ADVERBS |= {"not", "also", "just", "both", "only", "all"}
ALL_COPULAS = COPULAS | {"ain't", "aint", "isnt", "arent", "wasnt", "werent"}


class Known(NamedTuple):
  """The words of `english.persons` and those that a lexicon adds.

  Attributes:
    persons: Nouns for persons.
    modifiers: Adjectives that can precede one.
    identities: The modifiers that are terms of the lexicon.
    either: Terms that can be a noun or an adjective.
  """

  persons: frozenset[str]
  modifiers: frozenset[str]
  identities: frozenset[str]
  either: frozenset[str]

  @classmethod
  def of(
    cls,
    nouns: frozenset[str],
    adjectives: frozenset[str],
    either: frozenset[str] = frozenset(),
  ) -> "Known":
    """Adds the terms of a lexicon."""
    identities = adjectives | either
    modifiers = HUMAN_ADJECTIVES | ADJECTIVES | identities
    persons = (PERSONS | nouns) - _RARELY_PERSONS
    return cls(persons, modifiers, identities, either)

  def person(self, word: str) -> float:
    """Returns the probability that a noun names a person."""
    if word in self.persons:
      return 1.0
    head = word[word.rfind("-") + 1 :]
    one = head.removesuffix("s")
    ends = one.endswith(PERSON_ENDINGS) and len(one) > 4
    return 0.8 if ends and head not in NO_PERSONS else 0.0


def is_word(token: str) -> bool:
  """Tells words from punctuation."""
  return token[:1].isalnum()


def is_noun(word: str) -> bool:
  """Tells whether a word may be a noun or precede one, judged by what it is not."""
  return is_word(word) and word not in ENDS


def is_past(word: str) -> bool:
  """Tells a regular past form, in small letters."""
  return word.endswith("ed") and len(word) > 4 and word.islower()


def is_capital(word: str) -> bool:
  """Tells words that begin with a capital from those in capitals."""
  return word[:1].isupper() and not word[1:2].isupper()


def is_name(word: str, known: Known) -> bool:
  """Tells whether a word with a capital can be a name, judged by what it is not."""
  lower = word.lower()
  return (
    is_capital(word)
    and lower not in known.persons
    and lower not in known.modifiers
    and lower not in CLOSED_CLASSES
    and lower not in FINITE_VERBS
  )
