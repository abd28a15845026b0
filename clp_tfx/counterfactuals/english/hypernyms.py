"""The neutral word for a noun that names an identity: woman, person; wives, spouses.

A table gives the words for kin, partners, ranks and occupations; every other noun for
people becomes "person" or "people". A term of several words keeps a last word that
names no identity ("black families") or takes the neutral word for its last word
("single mother").
"""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from clp_tfx.counterfactuals.english.persons import plural_of
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS, word_lists
from clp_tfx.files import lists_beside

_LISTS = word_lists(__name__)
_PERSON_SUFFIX = _LISTS["person_suffix"]
_KIN_OR_PERSON = _LISTS["kin_or_person"]
_OFFSPRING = _LISTS["offspring"]
_PLURALS = _LISTS["plurals"]
_UNCOUNTED = _LISTS["uncounted"]
_HYPERNYMS = {
  word: hypernym
  for hypernym, words in (
    line.split(": ") for line in lists_beside(__name__)["hypernyms"]
  )
  for word in words.split(", ")
}
_IRREGULAR = {"person": "people", "child": "children", "offspring": "offspring"}
_SINGULARS = {"people": "person", "children": "child"}
# The head of "people with autism" and "man of color" is the first word.
_POSTMODIFIER = re.compile(r" (?:with|without|in|of|who|living|seeking|on) ")
_NEUTRAL_ENDS = NEUTRAL_HEADS | {"athlete", "athletes", "patient", "patients"}


class Hypernym(NamedTuple):
  """A neutral word.

  Attributes:
    word: The word, in the singular.
    form: The word in the number of the term.
    is_plural: Whether that is the plural.
  """

  word: str
  form: str
  is_plural: bool


@functools.lru_cache(maxsize=8192)
def hypernym(term: str, is_owned: bool = False) -> Hypernym:
  """Returns the neutral word for a noun.

  Args:
    term: The noun, as the lexicon spells it.
    is_owned: Whether a possessive or "have" stands before it, which tells somebody's
      children from children.
  """
  ends = _POSTMODIFIER.split(term, maxsplit=1)
  is_single = " " not in term
  head = ends[0].rpartition(" ")[2]
  if not is_single and head in _NEUTRAL_ENDS:
    return Hypernym(_SINGULARS.get(head, head), head, _looks_plural(head))
  # The last word of "man who has sex with men" says nothing of the number.
  for word in (head,) if len(ends) > 1 else dict.fromkeys((term, head)):
    for singular, is_plural in ((word, False), *((s, True) for s in _singulars(word))):
      neutral = _neutral(singular, is_owned)
      if neutral:
        is_plural &= neutral not in _UNCOUNTED
        return Hypernym(neutral, plural(neutral) if is_plural else neutral, is_plural)
  is_plural = _looks_plural(head)
  return Hypernym("person", "people" if is_plural else "person", is_plural)


@functools.lru_cache(maxsize=8192)
def is_offspring(term: str) -> bool:
  """Tells whether a noun that is somebody's names their offspring, of any gender."""
  singulars = {term, *_singulars(term)} - {"girl", "boy"}
  return not singulars.isdisjoint(_OFFSPRING)


def plural(word: str) -> str:
  """Returns the plural of a neutral word: people, children-in-law, spouses."""
  first, joint, rest = word.partition("-in-law")
  if joint:
    return plural(first) + joint + rest
  before, blank, last = word.rpartition(" ")
  if " of the " in word:
    head, blank, owner = word.partition(" ")
    return plural(head) + blank + owner
  for ending, many in _IRREGULAR.items():
    if last.endswith(ending):
      return before + blank + last.removesuffix(ending) + many
  return before + blank + plural_of(last)


def _neutral(word: str, is_owned: bool) -> str:
  """Returns the neutral word for a singular, or an empty text if no list has it."""
  if word in _OFFSPRING and is_owned:
    return "child" if word in ("girl", "boy") else "offspring"
  if word in _KIN_OR_PERSON:
    return "relative" if is_owned else "person"
  if word in _HYPERNYMS:
    return _HYPERNYMS[word]
  stem = re.sub(r"wo(?=man$)", "", word)
  if stem in _PERSON_SUFFIX:
    return stem.removesuffix("man") + "person"
  return "person" if word in _OFFSPRING or word.endswith("man") else ""


def _singulars(word: str) -> Iterator[str]:
  """Yields what a word may be the plural of."""
  first, joint, rest = word.partition("-in-law")
  if joint:
    yield from (each + joint + rest for each in _singulars(first))
  elif word.endswith("men"):
    yield word[:-2] + "an"
  elif word in ("children", "stepchildren", "grandchildren"):
    yield word.removesuffix("ren")
  elif word.endswith("s"):
    if word.endswith("ies"):
      yield word[:-3] + "y"
    if word.endswith("ves"):
      yield word[:-3] + "fe"
    if _looks_plural(word):
      yield word[:-1]
    if word.endswith("es"):
      yield word[:-2]


def _looks_plural(word: str) -> bool:
  return word in _PLURALS or (word.endswith("s") and not word.endswith("ss"))
