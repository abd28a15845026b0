"""Words for people of whom nobody of another group could be meant: poor people voted.

Substitution would tell another story, where neutral words may still fit.
"""

import re

from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.english.doubtful_nouns import (
  is_whole_predicate,
  precedes_thing,
  tells_what,
)
from clp_tfx.counterfactuals.english.fixed_phrases import CHILDREN
from clp_tfx.counterfactuals.english.known import Known, is_name, is_noun, is_word
from clp_tfx.counterfactuals.english.places import (
  COMPOUND_HEADS,
  MOST_WORDS,
  REGIONS,
  follows_copula,
  precedes_noun,
)
from clp_tfx.counterfactuals.english.pointed import are_bare
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.ways import WAYS
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS, word_lists

_LISTS = word_lists(__name__)
_BROAD = _LISTS["broad"]
_OTHER_LIVES = _LISTS["other_lives"]
_WORD = re.compile(r"\w+")
_TITLES = frozenset({"mr", "mrs", "ms"})
_STOPS = frozenset({"", ".", "!", "?", ";", "\n"})
_BOTH = frozenset({"boys", "females", "girls", "males", "men", "women"})
_SPORTS = frozenset({"basketball", "football", "international", "national", "team"})
_SPORTS |= {"championship", "championships", "league", "soccer", "tennis", "tournament"}
_CLERGY = frozenset({"bishop", "bishops", "deacon", "deacons", "priest", "priests"})
_STATES = ("class/", "disability/", "family/", "gender_identity/", "migration/")
_SAME_PLURALS = ("ch", "ese", "sh", "swiss", "monegasque", "burkinabe")
_TRAITS = ("age/", "body/")
_BELIEFS = ("religion/", "sexual_orientation/")
_MOST_BEFORE_NAME = 8


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
    return _keeps_gender(at, term, group, known)
  if _is_made_noun(at, term, known):
    return True
  if group.startswith(_STATES):
    return True  # Poor people are no rich people in the same story.
  if group.startswith(_TRAITS):
    if term in known.persons and precedes_thing(at):
      return True  # A young adult novel.
    return not _modifies_person(at, term, group, known)
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


def _keeps_gender(at: Scene, term: str, group: str, known: Known) -> bool:
  """Tells whether a gender is the point: women priests, take it like a man."""
  if group == "gender/female" and at.after.at(0) in _CLERGY:
    return True  # No women priests.
  is_real = at.before.at(0) == "real"
  is_like = at.before[is_real : is_real + 2] == ["a", "like"]
  if is_like and not is_word(at.after.at(0)):
    return True  # Take it like a man.
  is_compound = term in ("woman", "women", "wife", "husband", "boy", "girl") and (
    known.person(at.after.at(0)) or at.after.at(0) in ("beater", "beaters", "prime")
  )
  if is_compound:
    return True  # A woman prime minister, a wife beater.
  is_sport = term in _BOTH and at.after.at(0) == "'s" and at.after.at(1) in _SPORTS
  if is_sport:
    return True  # The men's national team.
  if term in _BOTH and are_bare(at, group, known):
    return True  # What is said of women is seldom said of men.
  if at.after.at(1) in CHILDREN and at.after.at(0) in ("and", "&"):
    return True  # Women and children.
  name = at.after.at(int(at.after.at(0) == "."))
  is_letter = term in _TITLES and not is_noun(name)  # As Ms and Ps.
  # His sister mary; with a capital the name is a doubt, unless it changes, too.
  return is_letter or (
    Rest(at.after.at(0)).names(group) and at.written_after.at(0).islower()
  )


def _modifies_person(at: Scene, term: str, group: str, known: Known) -> bool:
  """Tells whether a state of somebody is said in passing: an old man, blind people.

  "He is old", "the poor" and "a child" are about it: another state is another story.
  """
  if term in ("child", "children", "kid", "kids"):
    # Such a child, an ignorant child: somebody who is none.
    is_one = term == "child" and not {"a", "an"}.isdisjoint(at.before[:MOST_WORDS])
    return not (is_one or is_whole_predicate(at, known) or follows_copula(at))
  if term in known.identities:
    return WAYS["people"](at, known) > 0 and not (
      group.startswith("age/") and tells_what(at)  # She is an old woman.
    )
  return term.rpartition(" ")[2] in NEUTRAL_HEADS and " " in term


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
