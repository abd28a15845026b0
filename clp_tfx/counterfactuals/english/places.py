"""In what place of an English phrase a term for people stands.

"Black" is a modifier in "a black teacher", a predicate in "he is black" and stands for
a noun in "the black and the white". "Woman" is a noun, but a modifier in "women
writers" and a title in "Lady Gaga". The words beside a term decide.
"""

from typing import NamedTuple

from clp_tfx.counterfactuals.english.known import (
  ALL_COPULAS,
  ENDS,
  MODIFYING_ADVERBS,
  SENTENCE_ENDS,
  Known,
  is_capital,
  is_name,
  is_noun,
  is_past,
  is_word,
)
from clp_tfx.counterfactuals.english.persons import (
  INDIVIDUALS,
  LINKING_VERBS,
  PERSON_PRONOUNS,
  POSSESSORS,
  SEVERAL,
)
from clp_tfx.counterfactuals.english.scene import QUOTES, Scene
from clp_tfx.counterfactuals.english.verbs import VERBS, bare_form
from clp_tfx.counterfactuals.english.ways import WAYS
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVE_ENDINGS,
  AUXILIARIES,
  BARE_VERBS,
  CONJUNCTIONS,
  DETERMINERS,
  FINITE_VERBS,
  LY_ADJECTIVES,
  NAMING_VERBS,
  NUMBERS,
  PREPOSITIONS,
  word_lists,
)

_LISTS = word_lists(__name__)
_TITLES = _LISTS["titles"]
_KIN_NAMES = _LISTS["kin_names"]
_INFINITIVE_VERBS = _LISTS["infinitive_verbs"]
_DEGREES = _LISTS["degrees"]
_HAD = _LISTS["had"]
_ORIGINS = frozenset(
  {"ancestry", "background", "blood", "descent", "extraction", "heritage", "lineage"}
  | {"origin", "origins", "roots", "stock"}
)
_SOME = frozenset({"any", "both", "no", "some"})
_ARE = frozenset({"theyre", "they're", "u", "ur", "we're", "yall", "you're", "youre"})
REGIONS = frozenset(
  {"central", "east", "eastern", "north", "northern", "south", "southern", "west"}
  | {"western"}
)
"""Where a part of a nation lives."""
_KIN = _KIN_NAMES | {"husband", "parent", "parents", "partner", "spouse", "wife"}
_SUBJECTS = frozenset({"he", "here", "it", "she", "that", "there", "what", "who"})
COMPOUND_HEADS = _LISTS["compound_heads"]
"""Things that a noun for a person can precede in a compound: child care."""
CHANGES = _LISTS["changes"]
"""Verbs after which a state is new: got married."""
JOINTS = frozenset({",", "and", "or", "&", "/", "but", "nor"})
QUANTIFIERS = DETERMINERS | INDIVIDUALS | SEVERAL | NUMBERS | POSSESSORS
"""What stands before a noun and says which or how many."""
MOST_WORDS = 6
"""How many words of a phrase are looked at."""


class Place(NamedTuple):
  """The place of a term.

  Attributes:
    kind: `noun`, `modifier`, `predicate`, `group` (the deaf) or `title`.
    confidence: Probability that it is right.
  """

  kind: str
  confidence: float


def place_of_noun(at: Scene, known: Known) -> Place:
  """Returns the place of a term that is a noun."""
  following, lower = at.written_after.at(0), at.written.lower()
  if lower in ("mr", "mrs", "ms"):
    name = at.written_after.at(int(following == "."))
    is_title = name[:1].isupper() or is_noun(name.lower()) and at.written.islower()
    return Place("title", 0.95 if is_title else 0.5)
  if lower in _TITLES and is_capital(at.written) and is_name(following, known):
    return Place("title", 0.85)
  if _is_compound(at, known):
    if at.before.at(0) in NUMBERS:
      return Place("modifier", 0.3)
    if following.lower() in COMPOUND_HEADS:
      return Place("modifier", 0.3)
    # Women writers are writers, but wife beaters more than beaters.
    return Place(
      "modifier", 0.7 if lower.endswith(("men", "s", "children", "people")) else 0.5
    )
  return Place("noun", 1.0)


def place_of_adjective(at: Scene, known: Known) -> Place:
  """Returns the place of a term that is an adjective."""
  group = WAYS["the"](at, known)
  first = at.after.at(0)
  is_noun_then_verb = first in BARE_VERBS - AUXILIARIES and (
    at.after.at(1) in AUXILIARIES and at.before.at(1) != "what"
  )
  if group and not is_noun_then_verb:  # The white race is.
    return Place("group", min(group, 0.85))
  if precedes_noun(at, known):
    return _modifier(at, known)
  return _predicate(at, known)


def place_of_either(at: Scene, known: Known) -> Place:
  """Returns the place of a term that can be a noun or an adjective."""
  if precedes_noun(at, known):
    return _modifier(at, known)
  if at.before.at(0) == "the" and f"{at.written.lower()}s" not in known.persons:
    return Place("group", 0.8)  # The Roma, whose name has no other plural.
  for index, word in enumerate(at.before[:MOST_WORDS]):
    if at.after.at(0) in QUOTES:
      return Place("noun", 0.3)  # A German "house".
    before = at.before.at(index + 1)
    if word in ("all", "both") and (
      before in ALL_COPULAS or before in PERSON_PRONOUNS or before in _ARE
    ):
      break  # They are all gay.
    if word == "the" and at.written.lower().endswith(("ese", "swiss")):
      return Place("noun", 0.3)  # The damn Swiss may be many.
    if word in QUANTIFIERS or word in ("fellow", "former"):
      return Place("noun", 0.9 if index < 2 else 0.75)
    if not is_noun(word) and word not in ("and", ",") and not is_degree(word):
      break
  return _predicate(at, known)


def _modifier(at: Scene, known: Known) -> Place:
  """Returns the place of an adjective before a noun.

  A teacher needs no religion, but a film about transgender issues is one about what?
  """
  person = WAYS["people"](at, known)
  if at.after.at(0) in ("nation", "nations", "country", "countries"):
    return Place("modifier", 0.5)  # "A Christian nation" says more than "a nation".
  if at.after.at(0) in _ORIGINS or at.before.at(0) in REGIONS:
    return Place("modifier", 0.3)  # People of Greek descent, western Persian poets.
  return Place("modifier", min(person, 0.95) if person else 0.5)


def _predicate(at: Scene, known: Known) -> Place:
  """Returns the place of an adjective that no noun follows."""
  if is_degree(at.before.at(0)) or not WAYS["is"](at, known):
    return Place("predicate", 0.3)  # Too old; the bear is blind.
  index = 0
  while is_degree(at.before.at(index)) or at.before.at(index) in MODIFYING_ADVERBS:
    index += 1
  before = at.before.at(index)
  if before in CHANGES or at.after.at(0) in ("to", "than", "with", "from"):
    return Place("predicate", 0.4)  # Got married, older than me, too old to drive.
  if before in ALL_COPULAS or before in LINKING_VERBS or before in ("'m", "'re"):
    return Place("predicate", 0.8)
  if before in JOINTS or before in ("i'm", "they're", "we're", "you're"):
    return Place("predicate", 0.7)
  return Place("predicate", 0.5)


def precedes_noun(at: Scene, known: Known) -> bool:
  """Tells whether a noun follows, behind further adjectives: gay, tall men."""
  joined = had_noun = False
  for index in range(MOST_WORDS):
    word, last = at.after.at(index), at.after.at(index - 1) if index else ""
    if last in known.persons or last in known.either:
      # A white Christian male is; a young Mexican and.
      had_noun = index == 1 or at.after.at(index - 2) not in JOINTS
    if word in JOINTS and not joined:
      joined = index == 0 or at.after.at(index - 1) not in JOINTS
      following = at.after.at(index + 1)
      following = at.after.at(index + 2) if following in JOINTS else following
      if not is_adjective(following, known):
        return had_noun
    elif is_adjective(word, known):
      joined = False
    elif word in ("'s", "-", "'"):
      return had_noun
    elif word in _DEGREES or (word.endswith("ly") and word not in LY_ADJECTIVES):
      if not is_adjective(at.after.at(index + 1), known):
        return had_noun
    elif word not in JOINTS:
      is_end = word in ENDS or not is_word(word)
      # "Poor kids" and "the black elderly", but "is poor" and "so old".
      return had_noun or not (is_end or joined or word.endswith("n't"))
  return had_noun


def is_adjective(word: str, known: Known) -> bool:
  """Tells whether a word may be an adjective beside one."""
  return (
    word in known.modifiers
    or (word.endswith(ADJECTIVE_ENDINGS) and len(word) > 5)
    or (is_past(word) and word not in ENDS)
  )


def is_degree(word: str) -> bool:
  """Tells whether an adverb goes with the adjective after it: very, openly."""
  return word in _DEGREES or (
    word.endswith("ly") and len(word) > 4 and word not in LY_ADJECTIVES
  )


def is_owned(at: Scene, known: Known) -> bool:
  """Tells whether somebody has the people whom a noun names: her kids, have kids."""
  index = _skip_modifiers(at, 0, known)
  while (
    at.before.at(index) in NUMBERS
    or at.before.at(index) in _SOME
    or at.before.at(index).isdigit()
  ):
    index += 1
  before = at.before.at(index)
  if before in ("a", "an", "another", "the"):
    owner = at.before.at(index + 1)
    return owner in _HAD and before != "the" or at.after.at(0) == "of"
  if before == "'s" and at.before.at(index + 1) in _SUBJECTS:
    return False  # It's baby time.
  if before in ("of", "and", "or") and at.before.at(index + 1) in _KIN:
    # A mother of two children, her husband and children, but: parents and children.
    owner = at.before.at(index + 2)
    return before == "of" or owner in POSSESSORS or owner in _HAD
  return before in POSSESSORS or before in _HAD or before == "peoples"


def names_own_kin(at: Scene, known: Known) -> bool:
  """Tells whether a word for kin stands like a name: Mom called, from Grandma."""
  lower, before = at.written.lower(), at.before.at(0)
  if lower not in _KIN_NAMES or not POSSESSORS.isdisjoint(at.before[:3]):
    return False
  is_free = (
    before in SENTENCE_ENDS
    or before == ","
    or before in CONJUNCTIONS
    or before in VERBS | FINITE_VERBS
    or bare_form(before) in VERBS
    or is_past(before)
    or (before in PREPOSITIONS and before not in ("as", "like", "per"))
  )
  return is_free and at.after.at(0) not in ("!", "of", "to")


def follows_copula(at: Scene) -> bool:
  """Tells whether a noun says who somebody is: is a man, as a man."""
  for word in at.before[:4]:
    if word in ALL_COPULAS or word in ("as", "like", "named", "called", "such", "be"):
      return True
    if not is_word(word):
      break
  return False


def _skip_modifiers(at: Scene, index: int, known: Known) -> int:
  for _ in range(MOST_WORDS):
    word = at.before.at(index)
    is_joint = index and word in ("and", "or", ",")
    if is_noun(word) and at.before.at(index + 1) in POSSESSORS:
      return index + 1  # His moron children.
    if word in QUANTIFIERS or not (
      is_joint or is_adjective(word, known) or is_degree(word) or _is_doing(word)
    ):
      break
    index += 1
  return index


def _is_doing(word: str) -> bool:
  return word.endswith("ing") and len(word) > 5 and word not in _HAD


def _is_compound(at: Scene, known: Known) -> bool:
  """Tells whether a noun is the first part of a compound: women writers, child care."""
  word, lower = at.after.at(0), at.written.lower()
  if not NAMING_VERBS.isdisjoint(at.before[:2]):
    return False  # Calls all Poles murderers.
  if at.written_after.at(0).istitle() and at.written.islower():
    return False
  person = 0.0 if word in known.identities else known.person(word)
  if lower.endswith(("men", "s", "children", "people")):
    return person == 1 and word.endswith(("s", "men", "people")) and word != "ass"
  if word not in COMPOUND_HEADS and (not person or bare_form(word) in VERBS):
    return False  # Women cook, and his boyfriend cooks.
  # Let his daughter intern.
  index = _skip_modifiers(at, 0, known)
  return _INFINITIVE_VERBS.isdisjoint(at.before[index : index + 2])
