"""Phrases in which a word for people cannot be exchanged: my old man, good citizens."""

from clp_tfx.counterfactuals.english.doubtful_nouns import (
  PET_NAMES,
  begets_thing,
  follows_thing,
  has_determiner,
  precedes_thing,
)
from clp_tfx.counterfactuals.english.known import (
  Known,
  is_name,
  is_noun,
  is_word,
)
from clp_tfx.counterfactuals.english.persons import POSSESSORS
from clp_tfx.counterfactuals.english.places import (
  is_adjective,
)
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.verbs import VERBS
from clp_tfx.counterfactuals.english.words import (
  CONJUNCTIONS,
  word_lists,
)

_LISTS = word_lists(__name__)
_PREFIXES = _LISTS["prefixes"]
CHILDREN = _LISTS["children"]
"""Words for children, to whom others are likened."""
_MEN = frozenset({"boy", "girl", "guy", "lady", "man", "woman"})
_NAMED_WITH = _LISTS["named_with"]
_BEFORE_FIXED = ("fuck", "nationalis", "privilege", "separatis", "suppremis", "suprem")
_BRETHREN = frozenset({"brothers", "sisters"})
_PHRASES = frozenset(
  {("first", "lady"), ("odd", "man"), ("toxic", "masculinity"), ("wise", "men")}
)
_OLD_THINGS = _LISTS["old_things"]
_GETTING = frozenset({"get", "gets", "getting", "got"})
_PATRONS = PET_NAMES | {"brother"}
_ARE = frozenset({"'re", "'s", "are", "is", "r", "you're", "youre"})
_DESCENDED = frozenset({"daughter", "father", "husband", "mother", "son", "wife"})
_LIKE = frozenset({"as", "like"})
_MOST_ADJECTIVES = 4


def is_fixed(at: Scene, known: Known) -> bool:
  """Tells whether a word means something else with those beside it.

  "His old man" is his father, "my man" nobody's gender, "man's nature" everybody's, and
  a "multi billionaire" has lost its hyphen.
  """
  first, lower = at.before.at(0), at.written.lower()
  if first in _PREFIXES:
    return True
  if lower.endswith("native") and not {"speaker", "speakers"}.isdisjoint(at.after[:3]):
    return True
  if lower == "employed" and first == "time":
    return True  # Full time employed adults.
  if lower == "old" and at.after.at(0) in _OLD_THINGS:
    return True
  if lower == "old":
    is_phrase = (first in POSSESSORS or first == "dirty") and at.after.at(0) in _MEN
    is_phrase |= first in ("little", "plain")  # Little old ladies, plain old hate.
    return is_phrase or first.endswith(
      ("year", "years", "yr", "yrs")
    )  # Somemoreyear old girls.
  following = at.after.at(0)
  if following in _NAMED_WITH or following.startswith(_BEFORE_FIXED):
    return True  # Black lives matter; white supremacists; Russian bots.
  if lower == "boy" and following == "who" and at.after.at(1) in ("called", "cried"):
    return True  # The boy who cried wolf.
  if (lower == "citizen" and first == "corporate") or (
    lower == "citizens" and first == "world"
  ):
    return True
  if lower.endswith("minorities") and first in CONJUNCTIONS and _is_relating(at):
    return True  # Racial and religious minorities.
  if first == "while" and not is_word(following):
    return True  # Driving while black.
  if lower in ("elders", "teens"):
    return first in POSSESSORS
  if lower in CHILDREN and at.after[:2] in (["and", "women"], ["and", "woman"]):
    return True
  if lower in CHILDREN:  # Twelve year old children.
    is_kind = lower in ("children", "kids") and following == "'s"  # A children's opera.
    is_kind |= (
      first in ("any", "even") or at.before.at(1) == "even"
    )  # Even a child can.
    is_kind |= "you" in at.before[:_MOST_ADJECTIVES]  # You silly children!
    return is_kind or first == "old" or precedes_thing(at) or _is_likened(at, known)
  if first == "middle" and (lower in _MEN or lower == "men"):
    return True
  if first == "best" and lower == "man":
    return not is_word(following)
  if lower in ("guy", "guys"):
    is_good = first in ("bad", "good") and at.before.at(1) == "the"
    return is_good or first in ("middle", "wise")
  if lower in _DESCENDED and following == "of" and _is_between_names(at, known):
    return True  # Bo, son of Milly.
  if lower == "man" and not is_word(following) and _is_the_one(at):
    return True  # You are the man!
  if (first, lower) in _PHRASES or at.before[:3] == ["a", "and", "scholar"]:
    return True
  if lower == "christian" and following == "right":
    return True
  if lower == "addicted" and is_noun(first):
    return True  # Drug addicted people.
  if lower == "girl" and first == "the" and at.before.at(1) in _GETTING:
    return True  # The hero gets the girl.
  if following == "of" and at.after[1:3] == ["the", "night"]:
    return True
  if first == "big" and lower in _PATRONS and not has_determiner(at):
    return True
  if lower in _BRETHREN | PET_NAMES and follows_thing(at, known):
    return True  # The Hill brothers.
  if lower == "men" and first == "be":
    return True  # Be men!
  if lower == "chap":
    return first == "old"
  if lower not in _MEN:
    return begets_thing(at, known)
  owner = at.before.at(1) if first == "old" else first
  is_kin = first != "old" and lower in ("boy", "girl")
  if owner in POSSESSORS and owner not in ("'s", "whose") and not is_kin:
    return True
  if at.before[:2] == ["a", "be"] and not is_word(at.before.at(2)):
    return True  # Be a man!
  if at.before[:3] == ["a", "be", "to"] and not is_word(following):
    return True  # He does not know how to be a man.
  is_verb = first.endswith("ed") and not VERBS.isdisjoint((first[:-1], first[:-2]))
  is_mankind = not has_determiner(at) or (is_verb and first not in known.modifiers)
  return lower == "man" and (
    is_mankind or (first == "dead" and at.after.at(0) == "walking")
  )


def _is_between_names(at: Scene, known: Known) -> bool:
  """Tells whether a name stands before a word and one after "of"."""
  before = at.written_before.at(int(at.before.at(0) == ","))
  return is_name(before, known) and is_name(at.written_after.at(1), known)


def _is_the_one(at: Scene) -> bool:
  """Tells whether somebody is said to be "the man", maybe by a strong word."""
  index = int(at.before.at(0) != "the")
  return at.before.at(index) == "the" and at.before.at(index + 1) in _ARE


def _is_relating(at: Scene) -> bool:
  """Tells whether the word before a conjunction is an adjective: racial and."""
  return at.before.at(1).endswith(("al", "ic", "ous"))


def _is_likened(at: Scene, known: Known) -> bool:
  """Tells whether somebody is compared to a child: like a spoiled child."""
  index = 0
  while is_adjective(at.before.at(index), known):
    index += 1
  index += at.before.at(index) in ("a", "an")
  return at.before.at(index) in _LIKE
