"""Ways in which an ambiguous English word names people: the deaf, deaf people, is deaf.

A few words on either side decide.
"""

from collections.abc import Callable

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
  ABOUT,
  BOTH,
  CALLING_VERBS,
  INDIVIDUALS,
  INSTITUTIONS,
  LINKING_PARTICLES,
  LINKING_VERBS,
  ORGANIZED,
  PARTICIPLES_OF_STATES,
  PERSON_CONTRACTIONS,
  PERSON_PRONOUNS,
  SEVERAL,
  VERBS,
)
from clp_tfx.counterfactuals.english.scene import QUOTES, Scene, Words
from clp_tfx.counterfactuals.english.words import (
  AUXILIARIES,
  BARE_VERBS,
  DETERMINERS,
  FINITE_VERBS,
  INTENSIFIERS,
  NOUN_LIKE_VERBS,
  PREPOSITIONS,
  SPEAKING_VERBS,
)

_JOINTS = frozenset({"and", "or", "nor", "&", ",", "/"})
_BEFORE_COPULAS = MODIFYING_ADVERBS | AUXILIARIES | {"and", "'m", "'re", "to", "been"}
_BARE_COPULAS = frozenset({"be", "been", "being"})
_EXTENT = frozenset(
  {"alike", "best", "first", "hardest", "need", "themselves", "worst"}
)
_SINGULAR_VERBS = frozenset({"is", "was", "has", "does", "isn't", "wasn't", "hasn't"})
_NOUN_LIKE_VERBS = NOUN_LIKE_VERBS | frozenset(
  {"break", "build", "deal", "drink", "drive", "fight", "lead", "play", "return"}
  | {"ride", "run", "start", "work"}
)
_ENDS_GROUP = (
  (ENDS | BARE_VERBS | SPEAKING_VERBS | _EXTENT) - _NOUN_LIKE_VERBS - _SINGULAR_VERBS
)
_MOST_BETWEEN = 5

_at = Words.at


def people(at: Scene, known: Known) -> float:
  """A noun for persons follows: deaf people, old white and Hispanic men."""
  joined, is_list, last = False, False, ""
  for index, word in enumerate([*at.after[:_MOST_BETWEEN], ""]):
    is_both = word in BOTH and is_noun(_at(at.after, index + 1))
    if is_both or (
      word in known.modifiers and (word not in known.persons or not joined)
    ):
      joined = False
    elif person := known.person(word) or float(word in BOTH):
      return 0.0 if joined or _is_organized(at, index + 1) else person
    elif word in _JOINTS and not joined and word not in ("and", "or", ",", "&"):
      joined = is_list = True
    elif last in known.either and not is_list and not is_noun(word):
      return 0.9
    elif last in known.persons:  # The white male vote, American police are.
      return 0.0 if _is_organized(at, index) else 0.8
    elif word in _JOINTS and not joined:
      joined = is_list = True
    elif word not in INTENSIFIERS:
      return 0.0
    last = word
  return 0.0


def _is_organized(at: Scene, index: int) -> bool:
  """Tells the Swiss People's Party and a student map from Swiss people's houses."""
  if _at(at.after, index) in ("'s", "'"):
    index += 1
  word = _at(at.after, index)
  return (
    word in INSTITUTIONS
    or word in ABOUT
    or (word in ORGANIZED and is_capital(_at(at.written_after, index)))
  )


def _the(at: Scene, known: Known) -> float:
  """Names a group by itself: the deaf, the very poor, those French."""
  if not _begins_group(at, known):
    return 0.0
  index = 0
  while _at(at.after, index) in _JOINTS and _at(at.after, index + 1) in known.modifiers:
    index += 2
  following = _at(at.after, index)
  if following == "-" or (following == "'" and index == 0):
    return 0.0
  if following in QUOTES and is_capital(_at(at.written_after, index + 1)):
    return 0.0
  acts = index == 0 and _acts(at)
  return 0.9 if acts or following in _ENDS_GROUP or not is_word(following) else 0.0


def _begins_group(at: Scene, known: Known) -> bool:
  index = 0
  first = _at(at.before, 0)
  if first in INTENSIFIERS or first in known.modifiers or first.endswith("ly"):
    index = 1
  # The Russians and Chinese.
  elif first in _JOINTS and _at(at.before, 1) in known.persons:
    index = 2
  return _at(at.before, index) in ("the", "these", "those")


def _acts(at: Scene) -> bool:
  """Tells "the French applied the name" from "the French occupied zone"."""
  verb, word = _at(at.written_after, 0), _at(at.written_after, 1)
  has_object = word in DETERMINERS or (
    word.endswith("s") and word not in _SINGULAR_VERBS
  )
  begins = _at(at.before, 0) in DETERMINERS and _at(at.before, 1) in SENTENCE_ENDS
  is_subject = begins and is_noun(word) and not _is_verb(_at(at.after, 2))
  if verb in _NOUN_LIKE_VERBS:
    return has_object or is_subject
  is_clause = is_subject or has_object or is_capital(word) or word.endswith("ly")
  acts = is_past(verb) and verb not in PARTICIPLES_OF_STATES
  return acts and (is_clause or not is_noun(word))


def _is_verb(word: str) -> bool:
  return word in AUXILIARIES or word in FINITE_VERBS or word in VERBS


def _is(at: Scene, known: Known) -> float:
  """Said of somebody: they are deaf, born poor, identifies as queer."""
  if not _ends_predicate(at, known):
    return 0.0
  if _at(at.before, 0) == "as":  # Describe him as German; was listed as black.
    word = _at(at.before, 1)
    if word in PERSON_PRONOUNS or word in known.persons:
      return 0.8
    if word in CALLING_VERBS:
      return _of_a_person_before(at, 2, known)
  index = 0
  while index < _MOST_BETWEEN:
    word = _at(at.before, index)
    is_joint = index and word in ("and", "or", ",", "nor", "/")
    is_adverb = word in MODIFYING_ADVERBS or (word.endswith("ly") and len(word) > 4)
    if not (is_joint or is_adverb or word in known.modifiers):
      break
    index += 1
  word = _at(at.before, index)
  if index and word in known.persons and "too" in at.before[:index]:
    return 0.8  # Kids too young to count.
  if word in LINKING_PARTICLES and _at(at.before, index + 1) in LINKING_VERBS:
    return 0.8
  if word in CALLING_VERBS and _at(at.before, index + 1) in ALL_COPULAS:
    return _subject(at, index + 2, known)
  if word in PERSON_CONTRACTIONS:
    return 0.9
  if word in ("born", "identify", "identifies", "grow", "grows", "growing"):
    return 0.9
  if (word in PERSON_PRONOUNS or word in known.persons) and not (
    CALLING_VERBS.isdisjoint(at.before[index + 1 : index + 3])
  ):
    return 0.8  # Call the man deaf.
  if word in _BARE_COPULAS:
    return _of_a_person_before(at, index + 1, known)
  if word in ALL_COPULAS or word in LINKING_VERBS:
    return _subject(at, index + 1, known)
  if word in PERSON_PRONOUNS and _at(at.before, index + 1) in ALL_COPULAS:
    return 0.8  # Are you deaf?
  return 0.0


def _ends_predicate(at: Scene, known: Known) -> bool:
  index = 0
  while _at(at.after, index) in known.modifiers and index < 2:
    index += 1
  following = _at(at.after, index)
  if following in ("and", "or", ",", "but"):
    return _at(at.after, index + 1) not in PREPOSITIONS or following != "and"
  return not is_word(following) and following != "-" or following in ENDS


def _subject(at: Scene, index: int, known: Known) -> float:
  """Returns the probability that the words from an index on name a person."""
  copula = _at(at.before, index - 1)
  while _at(at.before, index) in _BEFORE_COPULAS:
    index += 1
  word = _at(at.before, index)
  if word in PERSON_PRONOUNS or word in known.persons or word in PERSON_CONTRACTIONS:
    return 0.9
  if copula in ("are", "were", "'s"):
    # Sales were poor: a capital, but no name. Trump's old friends: no copula.
    return 0.0
  return 0.7 if is_name(_at(at.written_before, index), known) else 0.0


def _of_a_person_before(at: Scene, index: int, known: Known) -> float:
  for word in at.before[index : index + 8]:
    if word in PERSON_PRONOUNS or word in known.persons or word in PERSON_CONTRACTIONS:
      return 0.8
    if word in ".!?;\n":
      break
  return 0.7 if at.before[index - 1 : index] == ["being"] else 0.0


def _one(at: Scene, known: Known) -> float:
  """One or some of them: a German, two young Swiss."""
  following = _at(at.after, 0)
  is_end = following in ENDS or (is_past(following) and _acts(at))
  if following in ("-", "&", "/") or (is_word(following) and not is_end):
    return 0.0
  if following in ("left", "right") and _at(at.before, 0) == "the":
    return 0.0  # The German left.
  if following in ("and", "or", ",") and not _ends_list(at, known):
    return 0.0
  for word in at.before[:4]:
    if word in INDIVIDUALS or word in SEVERAL:
      return 0.9
    if word not in known.modifiers and not word.endswith("ed"):
      break
  return 0.0


def _ends_list(at: Scene, known: Known) -> bool:
  """Tells "a German and a Pole" from "a German and Italian dish"."""
  word, following = _at(at.after, 1), _at(at.after, 2)
  if word in known.modifiers:
    return not is_noun(following)
  if word in ("a", "an") and following in known.modifiers:  # A Czech or a Serbian song.
    third = _at(at.after, 3)
    return not is_noun(third) or bool(known.person(third))
  return not is_noun(word) or not is_capital(_at(at.written_after, 1))


WAYS: dict[str, Callable[[Scene, Known], float]] = {
  "people": people,
  "the": _the,
  "is": _is,
  "one": _one,
}
"""Ways of naming people: each returns the confidence that a word does, or 0."""
