"""Phrases in which a word for people cannot be exchanged: my old man, good citizens."""

import re

from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.english.doubtful_nouns import (
  PET_NAMES,
  begets_thing,
  follows_thing,
  has_determiner,
  is_whole_predicate,
  precedes_thing,
)
from clp_tfx.counterfactuals.english.known import Known, is_name, is_noun, is_word
from clp_tfx.counterfactuals.english.persons import POSSESSORS
from clp_tfx.counterfactuals.english.places import (
  COMPOUND_HEADS,
  MOST_WORDS,
  REGIONS,
  follows_copula,
  is_adjective,
  precedes_noun,
)
from clp_tfx.counterfactuals.english.pointed import are_bare
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.ways import WAYS
from clp_tfx.counterfactuals.english.words import (
  CONJUNCTIONS,
  NEUTRAL_HEADS,
  word_lists,
)

_LISTS = word_lists(__name__)
_PREFIXES = _LISTS["prefixes"]
_BROAD = _LISTS["broad"]
_WORD = re.compile(r"\w+")
_OTHER_LIVES = _LISTS["other_lives"]
_CHILDREN = _LISTS["children"]
_MEN = frozenset({"boy", "girl", "guy", "lady", "man", "woman"})
_NAMED_WITH = _LISTS["named_with"]
_BEFORE_FIXED = ("fuck", "nationalis", "privilege", "separatis", "suppremis", "suprem")
_BRETHREN = frozenset({"brothers", "sisters"})
_PHRASES = frozenset({("odd", "man"), ("toxic", "masculinity"), ("wise", "men")})
_OLD_THINGS = _LISTS["old_things"]
_TITLES = frozenset({"mr", "mrs", "ms"})
_STOPS = frozenset({"", ".", "!", "?", ";", "\n"})
_BOTH = frozenset({"boys", "females", "girls", "males", "men", "women"})
_CLERGY = frozenset({"bishop", "bishops", "deacon", "deacons", "priest", "priests"})
_GETTING = frozenset({"get", "gets", "getting", "got"})
_PATRONS = PET_NAMES | {"brother"}
_LIKE = frozenset({"as", "like"})
_STATES = ("class/", "disability/", "family/", "gender_identity/", "migration/")
_SAME_PLURALS = ("ch", "ese", "sh", "swiss", "monegasque", "burkinabe")
_TRAITS = ("age/", "body/")
_BELIEFS = ("religion/", "sexual_orientation/")
_MOST_BEFORE_NAME, _MOST_ADJECTIVES = 8, 4


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
    is_phrase |= first == "little"  # Little old ladies.
    return is_phrase or first.endswith(
      ("year", "years", "yr", "yrs")
    )  # Somemoreyear old girls.
  following = at.after.at(0)
  if following in _NAMED_WITH or following.startswith(_BEFORE_FIXED):
    return True  # Black lives matter; white supremacists; Russian bots.
  if lower == "boy" and following == "who" and at.after.at(1) in ("called", "cried"):
    return True  # The boy who cried wolf.
  if lower == "citizen" and first == "corporate":
    return True
  if lower.endswith("minorities") and first in CONJUNCTIONS and _is_relating(at):
    return True  # Racial and religious minorities.
  if first == "while" and not is_word(following):
    return True  # Driving while black.
  if lower in ("elders", "teens"):
    return first in POSSESSORS
  if lower in _CHILDREN and at.after[:2] in (["and", "women"], ["and", "woman"]):
    return True
  if lower in _CHILDREN:  # Twelve year old children.
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
  if first == "a" and at.before.at(1) == "be" and not is_word(at.before.at(2)):
    return True  # Be a man!
  return lower == "man" and (
    not has_determiner(at) or (first == "dead" and at.after.at(0) == "walking")
  )


def is_unchangeable(at: Scene, term: str, group: str, known: Known) -> bool:
  """Tells whether nobody of another group could be meant.

  Args:
    at: The word.
    term: The term of the lexicon.
    group: Its group.
    known: The words of the lexicon.
  """
  if term in _OTHER_LIVES:
    return True
  if term in known.persons and at.after.at(0) in COMPOUND_HEADS:
    return True  # The craftsman brand.
  if group.startswith("gender/"):
    if group == "gender/female" and at.after.at(0) in _CLERGY:
      return True  # No women priests.
    if at.before[:2] == ["a", "like"] and not is_word(at.after.at(0)):
      return True  # Take it like a man.
    if term in ("woman", "women") and (
      known.person(at.after.at(0)) or at.after.at(0) == "prime"
    ):
      return True  # A woman prime minister.
    if term in _BOTH and are_bare(at, group):
      return True  # What is said of women is seldom said of men.
    if at.after.at(1) in _CHILDREN and at.after.at(0) in ("and", "&"):
      return True  # Women and children.
    name = at.after.at(int(at.after.at(0) == "."))
    is_letter = term in _TITLES and not is_noun(name)  # As Ms and Ps.
    return is_letter or Rest(at.after.at(0)).names(group)  # His sister Mary.
  if _is_made_noun(at, term, known):
    return True
  if group.startswith(_STATES):
    return True  # Poor people are no rich people in the same story.
  if group.startswith(_TRAITS):
    if term in known.persons and precedes_thing(at):
      return True  # A young adult novel.
    return not _modifies_person(at, term, known)
  if group.startswith("race/"):
    if at.before.at(0) == "other":
      return True  # Poles and other Europeans.
    if not term.startswith(("black", "white")) and _modifies_thing(at, term, known):
      return True  # Asian cities.
    return _BROAD.isdisjoint(_WORD.findall(term)) or _precedes_name(at, known)
  if group.startswith("nationality/"):
    if at.before.at(0) in REGIONS and term in known.identities:
      return True  # South German composers.
    return _precedes_name(at, known) or _names_all(at, term, known)
  if group.startswith(_BELIEFS):
    return _modifies_thing(at, term, known)
  return False


def _is_relating(at: Scene) -> bool:
  """Tells whether the word before a conjunction is an adjective: racial and."""
  return at.before.at(1).endswith(("al", "ic", "ous"))


def _modifies_person(at: Scene, term: str, known: Known) -> bool:
  """Tells whether a state of somebody is said in passing: an old man, blind people.

  "He is old", "the poor" and "a child" are about it: another state is another story.
  """
  if term in ("child", "children", "kid", "kids"):
    # Such a child, an ignorant child: somebody who is none.
    is_one = term == "child" and not {"a", "an"}.isdisjoint(at.before[:MOST_WORDS])
    return not (is_one or is_whole_predicate(at, known) or follows_copula(at))
  if term in known.identities:
    return WAYS["people"](at, known) > 0
  return term.rpartition(" ")[2] in NEUTRAL_HEADS and " " in term


def _is_likened(at: Scene, known: Known) -> bool:
  """Tells whether somebody is compared to a child: like a spoiled child."""
  index = 0
  while is_adjective(at.before.at(index), known):
    index += 1
  index += at.before.at(index) in ("a", "an")
  return at.before.at(index) in _LIKE


def _is_made_noun(at: Scene, term: str, known: Known) -> bool:
  """Tells whether an adjective stands for a noun: like a queer."""
  return (
    term in known.identities
    and term not in known.either
    and at.before.at(0) in ("a", "an")
    and not precedes_noun(at, known)
  )


def _names_all(at: Scene, term: str, known: Known) -> bool:
  """Tells what the Germans did: the Maltese are many, the Italian is one."""
  return "the" in at.before[:2] and (
    (term in known.persons and term.endswith(("men", "s")))
    or (term.endswith(_SAME_PLURALS) and not precedes_noun(at, known))
  )


def _precedes_name(at: Scene, known: Known) -> bool:
  """Tells whether a full name follows: the Russian lawyer Anna Orlova."""
  was_name = False
  for index in range(_MOST_BEFORE_NAME):
    word = at.written_after.at(index)
    if word in _STOPS:
      break
    names = is_name(word, known)
    if names and was_name:
      return True
    was_name = names
  return False


def _modifies_thing(at: Scene, term: str, known: Known) -> bool:
  """Tells whether a thing has the belief or orientation: a Muslim ban, gay marriage."""
  is_modifier = term in known.identities and precedes_noun(at, known)
  return is_modifier and not WAYS["people"](at, known)
