"""Decides which role an ambiguous word (her, his, gay) has in an English sentence.

There is no model: the neighbouring words decide, by closed classes where possible and
by frequent words otherwise. Each rule has a name and a confidence: the share of cases
in which it was right, where that was measured.
"""

from clp_tfx.counterfactuals.english.context import (
  CLOSED_CLASSES,
  COORDINATORS,
  Context,
  Role,
  context,
  ends_phrase,
)
from clp_tfx.counterfactuals.english.her import object_or_determiner
from clp_tfx.counterfactuals.english.words import (
  ACQUAINTANCES,
  AFTER_POSSESSIVE_PRONOUN,
  AUXILIARIES,
  BARE_VERBS,
  COPULAS,
  DETERMINERS,
  FINITE_VERBS,
  INTENSIFIERS,
  NUMBERS,
)

_OBJECTS = frozenset({"him", "them"})


def role_of(roles: frozenset[str], text: str, start: int, end: int) -> Role | None:
  """Returns the role of a word in a text.

  Example:
    >>> roles = frozenset({"object", "possessive_determiner"})
    >>> role_of(roles, "I like her hat", 7, 10).role
    'possessive_determiner'

  Args:
    roles: The roles that the word can have; more than one.
    text: The text.
    start: Index of the word's first character.
    end: Index after its last.

  Returns:
    Its role, or None if there is no rule for these roles.
  """
  decide = _DECIDE.get(roles)
  return decide(context(text, start, end)) if decide else None


def determiner_or_pronoun(words: Context) -> Role:
  """Tells "his car" from "the car is his", mostly by the following words."""
  first, second, before = words.first, words.second, words.before
  if first == "alone":
    return _his_pronoun("no noun phrase follows", 0.95)
  if words.partner and words.partner != "his":
    if words.partner in {"hers", "mine", "yours", "ours", "theirs"}:
      return _his_pronoun("beside a possessive", 0.95)
    if words.partner not in _OBJECTS:
      return _his_determiner("beside a possessive", 0.95)
  if not first:
    return _his_pronoun("nothing follows", 0.95)
  if words.begins and second and first not in AUXILIARIES:
    return _his_determiner("begins a sentence", 0.97)
  if words.opened:
    return _his_determiner("a quote or bracket follows", 0.9)
  if first in COORDINATORS:
    if second.endswith("'s"):
      return _his_determiner("beside a possessive", 0.9)
    return _his_pronoun("and follows", 0.85)
  if first in ("in", "on") and (
    second
    in {"law", "laws", "game", "house", "depth", "screen", "air", "going", "field"}
  ):
    return _his_determiner("a noun phrase follows", 0.9)
  if first in AFTER_POSSESSIVE_PRONOUN and words.written != "A":
    return _his_pronoun("no noun phrase follows", 0.9)
  if before in COPULAS and first in CLOSED_CLASSES and first not in NUMBERS:
    return _his_pronoun("no noun phrase follows", 0.7)
  if before == "of" and words.before_that in ACQUAINTANCES and _is_third_person(first):
    return _his_pronoun("a verb follows", 0.8)
  if first in FINITE_VERBS and (first.endswith("s") or before == "of"):
    return _his_pronoun("a verb follows", 0.85)
  verb = second in FINITE_VERBS or (second.endswith("s") and ends_phrase(words.third))
  if first in {"still", "also", "never", "always"} and verb:
    return _his_pronoun("a verb follows", 0.6)
  return _his_determiner("a noun may follow", 0.99)


def _is_third_person(word: str) -> bool:
  return word.endswith("s") and (word[:-1] in BARE_VERBS or word[:-2] in BARE_VERBS)


def _his_determiner(rule: str, confidence: float) -> Role:
  return Role("possessive_determiner", f"his: {rule}", confidence)


def _his_pronoun(rule: str, confidence: float) -> Role:
  return Role("possessive_pronoun", f"his: {rule}", confidence)


def noun_or_adjective(words: Context) -> Role:
  """Tells "a gay" from "a gay man" and "is gay"."""
  first, before = words.first, words.before
  if first and not ends_phrase(first) and not words.opened:
    return Role("adjective", "adjective: a noun may follow", 0.8)
  if before in DETERMINERS or before in NUMBERS:
    return Role("noun", "noun: after a determiner", 0.85)
  if before in COPULAS or before in INTENSIFIERS:
    return Role("adjective", "adjective: after is", 0.85)
  return Role("noun", "noun: nothing follows", 0.6)


_DECIDE = {
  frozenset({"object", "possessive_determiner"}): object_or_determiner,
  frozenset({"possessive_determiner", "possessive_pronoun"}): determiner_or_pronoun,
  frozenset({"noun", "adjective"}): noun_or_adjective,
}
