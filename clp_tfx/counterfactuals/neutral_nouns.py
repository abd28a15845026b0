"""Says how doubtful it is that a neutral noun stands for a noun in a text.

`english.doubtful_nouns` and `english.pointed` tell what stands beside a noun; here it
is weighed: "people" is no word for a group that is the point, and "a person" says less
than "a Muslim" does.
"""

from collections.abc import Iterator

from clp_tfx.counterfactuals.english.doubtful_nouns import (
  has_determiner,
  is_called,
  is_contrasted,
  is_part,
  is_whole_predicate,
  tells_what,
)
from clp_tfx.counterfactuals.english.hypernyms import Hypernym
from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.persons import POSSESSORS
from clp_tfx.counterfactuals.english.places import QUANTIFIERS
from clp_tfx.counterfactuals.english.pointed import are_bare, is_any, loses_point
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS
from clp_tfx.counterfactuals.mentions import Mention

CONFIDENCE = 0.9
"""Confidence in a neutral noun without a doubt."""
_DOUBTFUL, _WRONG = 0.5, 0.3
# A tax cut for people is for everybody, and a person is no newborn.
_MORE_THAN_PEOPLE = frozenset(
  {"baby", "babies", "billionaire", "billionaires", "infant", "infants", "millionaire"}
  | {"millionaires", "newborn", "newborns", "permanent resident", "prisoner"}
  | {"prisoners", "veteran", "veterans"}
)
_OTHERS = frozenset({"he", "our", "she", "they", "u", "we", "you", "your", "yourself"})
_NEAR = 20
_BELONGING = (
  *("migration/", "nationality/", "race/", "religion/"),
  "sexual_orientation/",
)
_ARRIVALS = (
  *("age/older", "migration/asylum", "migration/immigrant"),
  "migration/refugee",
)
_COMMON = frozenset({"parent", "person", "relative", "sibling"})
_VAGUE = frozenset(
  {"adulthood", "community", "generation", "group", "personality", "presenter"}
  | {"religion", "royal", "sexuality"}
)
_ONE = frozenset({"a", "an", "another", "each", "every", "this"})


def confidence_of_kin(at: Scene) -> float:
  """Returns the confidence in "my parent" for "mom", who may be somebody else's.

  Args:
    at: The noun.
  """
  is_called_upon = at.after.at(0) == ","  # "Mum, he came" may speak to her.
  is_others = not _OTHERS.isdisjoint(at.before[:_NEAR])  # You live with mom.
  return _DOUBTFUL if is_called_upon or is_others else 0.6


def doubts_of_noun(
  mention: Mention, at: Scene, known: Known, neutral: Hypernym
) -> Iterator[float]:
  """Yields what the confidence in a neutral noun is at most.

  Args:
    mention: The mention.
    at: The noun.
    known: The words of the lexicon.
    neutral: What stands for it.
  """
  word, form, is_plural = neutral
  if is_part(at, known):
    yield _WRONG
  if word in ("child", "offspring") and not is_plural and not has_determiner(at):
    yield _WRONG  # Come on, baby.
  one = next((each for each in at.before[:3] if each in QUANTIFIERS), "")
  if is_plural and one in _ONE:
    yield _WRONG  # This guys car.
  if word in _VAGUE or mention.term in ("baby", "youth"):
    # Visible minorities are not just groups, nor Islam just religion; it is her baby,
    # and "the youth" may be many.
    yield _DOUBTFUL
  is_point = at.before.at(0) == "the" and at.after.at(0) not in ("from", "that", "who")
  if is_point and mention.group.startswith(_ARRIVALS):
    yield _DOUBTFUL  # Tax the refugees.
  is_general = loses_point if is_plural else is_any
  is_person = word == "person" or word in NEUTRAL_HEADS and " " in mention.term
  if is_person and is_general(at, mention.group):
    yield _DOUBTFUL  # Tax the rich; black families.
  if at.after.at(0) == "than":
    yield _DOUBTFUL  # Better a woman than a fool.
  if form in _COMMON and at.after.at(0) != "of" and not has_determiner(at):
    yield _DOUBTFUL  # Dude where is it?
  if word == "person":
    yield from _doubts_of_person(mention, at, known, is_plural)


def _doubts_of_person(
  mention: Mention, at: Scene, known: Known, is_plural: bool
) -> Iterator[float]:
  """Yields what the confidence in "person" or "people" is at most."""
  before = at.before.at(0)
  if mention.group.startswith("family/") or is_whole_predicate(at, known):
    yield _DOUBTFUL
  if before == "fellow" or mention.term in _MORE_THAN_PEOPLE:
    yield _DOUBTFUL
  if not is_plural:
    if before in POSSESSORS:
      yield _WRONG  # Its citizen is not its person.
    if is_called(at, known):
      yield _DOUBTFUL
    if mention.group.startswith(_BELONGING) and tells_what(at):
      yield _DOUBTFUL
    return
  if is_contrasted(at) or are_bare(at, mention.group, known):
    yield _DOUBTFUL  # Including women; he likes women.
  is_kind = not POSSESSORS.isdisjoint(at.before[:2]) or known.person(at.after.at(1))
  if mention.end > mention.term_end and not is_kind:
    yield _DOUBTFUL  # Women's singles, the men's season.
