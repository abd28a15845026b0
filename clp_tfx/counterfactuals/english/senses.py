"""Tells where an English word names people, and where it means something else.

What stands beside the word decides, a few words to either side.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.persons import (
  GREETINGS,
  HUMAN_ADJECTIVES,
  INDIVIDUALS,
  INSTITUTIONS,
  LANGUAGE_NOUNS,
  LINKING_PARTICLES,
  LINKING_VERBS,
  PERSON_CONTRACTIONS,
  PERSON_PRONOUNS,
  PERSONS,
  POSSESSORS,
  POSTMODIFIERS,
  SEVERAL,
)
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVES,
  ADVERBS,
  AUXILIARIES,
  BARE_VERBS,
  CONJUNCTIONS,
  COPULAS,
  DETERMINERS,
  FINITE_VERBS,
  INTENSIFIERS,
  PREPOSITIONS,
  SPEAKING_VERBS,
)

_REACH = 96
_TOKEN = re.compile(r"'(?:s|m|re|d|ll|ve)\b|[^\W_][\w'-]*|\n|[^\w\s]|_")
_SPELLING = str.maketrans("\u2019\u2010\u2011", "'--")
_JOINTS = frozenset({"and", "or", "nor", "&", ",", "/"})
_ADVERBS = (INTENSIFIERS | ADVERBS | {"not", "also", "just", "both", "only", "all"}) - {
  "straight",
  "right",
}
_COPULAS = COPULAS | {"ain't", "aint", "isnt", "arent", "wasnt", "werent"}
_BARE_COPULAS = frozenset({"be", "been", "being"})
_ENDS = CLOSED_CLASSES | FINITE_VERBS | POSTMODIFIERS | {"will", "past", "''", "n't"}
_ENDS_GROUP = _ENDS | BARE_VERBS | SPEAKING_VERBS | {"need", "alike", "themselves"}
_MOST_BETWEEN = 5


class Scene(NamedTuple):
  """A word and what stands beside it; words and single other characters.

  Attributes:
    written: The word as it is written.
    before: What stands before it, the nearest first, in lower case.
    after: What stands after it, the nearest first, in lower case.
    written_before: The same as it is written.
    written_after: The same as it is written.
  """

  written: str
  before: Sequence[str]
  after: Sequence[str]
  written_before: Sequence[str]
  written_after: Sequence[str]


class Known(NamedTuple):
  """Words that count beside those of `english.persons`.

  Attributes:
    persons: Nouns for persons.
    modifiers: Adjectives that can stand before one.
  """

  persons: frozenset[str]
  modifiers: frozenset[str]

  @classmethod
  def of(cls, nouns: frozenset[str], adjectives: frozenset[str]) -> "Known":
    """Returns them with the terms of a lexicon."""
    return cls(PERSONS | nouns, HUMAN_ADJECTIVES | ADJECTIVES | adjectives)


def scene(text: str, start: int, end: int) -> Scene:
  """Returns a stretch of a text with what stands beside it."""
  first, last = max(0, start - _REACH), min(len(text), end + _REACH)
  before = _TOKEN.findall(text[first:start].translate(_SPELLING))
  after = _TOKEN.findall(text[end:last].translate(_SPELLING))
  # What is cut off at the edge is no word.
  if first and before and not text[first].isspace():
    del before[0]
  if last < len(text) and after and not text[last - 1].isspace():
    del after[-1]
  before.reverse()
  return Scene(
    text[start:end],
    [w.lower() for w in before],
    [w.lower() for w in after],
    before,
    after,
  )


def _at(words: Sequence[str], index: int) -> str:
  return words[index] if index < len(words) else ""


def _is_word(token: str) -> bool:
  return token[:1].isalnum()


def _people(at: Scene, known: Known) -> float:
  """A noun for persons follows: deaf people, old white and Hispanic men."""
  joined = False
  for word in at.after[:_MOST_BETWEEN]:
    if word in known.modifiers and (word not in known.persons or not joined):
      joined = False
    elif word in known.persons:
      return 0.0 if joined else 1.0
    elif word in _JOINTS and not joined:
      joined = True
    elif word not in INTENSIFIERS:
      return 0.0
  return 0.0


def _the(at: Scene, known: Known) -> float:
  """A group of its own: the deaf, the very poor, those French."""
  first = _at(at.before, 0)
  if first in INTENSIFIERS or first in known.modifiers or first.endswith("ly"):
    first = _at(at.before, 1)
  if first not in ("the", "these", "those"):
    return 0.0
  following, index = _at(at.after, 0), 0
  if following in ("and", "or", "&", "/") and _at(at.after, 1) in known.modifiers:
    following, index = _at(at.after, 2), 2
  if following == "-" or (following == "'" and index == 0):
    return 0.0
  ends = following in _ENDS_GROUP or (following.endswith("ed") and len(following) > 4)
  return 0.9 if ends or not _is_word(following) else 0.0


def _is(at: Scene, known: Known) -> float:
  """Said of somebody: they are deaf, born poor, identifies as queer."""
  if not _ends_predicate(at, known):
    return 0.0
  index = 0
  while index < _MOST_BETWEEN:
    word = _at(at.before, index)
    is_joint = index and word in ("and", "or", ",", "nor", "/")
    if not (is_joint or word in _ADVERBS or word in known.modifiers):
      break
    index += 1
  word = _at(at.before, index)
  if word in LINKING_PARTICLES and _at(at.before, index + 1) in LINKING_VERBS:
    return 0.8
  if word in PERSON_CONTRACTIONS:
    return 0.9
  if word in ("born", "identify", "identifies"):
    return 0.9
  if word in _BARE_COPULAS:
    return _of_a_person_before(at, index + 1, known)
  if word in _COPULAS or word in LINKING_VERBS:
    return _subject(at, index + 1, known)
  if word in PERSON_PRONOUNS and _at(at.before, index + 1) in _COPULAS:
    return 0.8  # Are you deaf?
  return 0.0


def _ends_predicate(at: Scene, known: Known) -> bool:
  index = 0
  while _at(at.after, index) in known.modifiers and index < 2:
    index += 1
  following = _at(at.after, index)
  if following in ("and", "or", ",", "but"):
    return _at(at.after, index + 1) not in PREPOSITIONS or following != "and"
  return not _is_word(following) and following != "-" or following in _ENDS


def _subject(at: Scene, index: int, known: Known) -> float:
  """Returns how likely the words from an index on are a person."""
  while _at(at.before, index) in _ADVERBS | AUXILIARIES:
    index += 1
  word = _at(at.before, index)
  if word in PERSON_PRONOUNS or word in known.persons:
    return 0.9
  return 0.7 if _is_name(_at(at.written_before, index), known) else 0.0


def _of_a_person_before(at: Scene, index: int, known: Known) -> float:
  for word in at.before[index : index + 6]:
    if word in PERSON_PRONOUNS or word in known.persons or word in PERSON_CONTRACTIONS:
      return 0.8
    if word in ".!?;\n":
      break
  return 0.7 if at.before[index - 1 : index] == ["being"] else 0.0


def _one(at: Scene, known: Known) -> float:
  """One or some of them: a German, two young Swiss."""
  following = _at(at.after, 0)
  if following in ("-", "&") or (_is_word(following) and following not in _ENDS):
    return 0.0
  if following in ("and", "or", ",") and not _ends_list(at, known):
    return 0.0
  for word in at.before[:3]:
    if word in INDIVIDUALS or word in SEVERAL:
      return 0.9
    if word not in known.modifiers:
      break
  return 0.0


def _ends_list(at: Scene, known: Known) -> bool:
  """Tells "a German and a Pole" from "a German and Italian dish"."""
  word = _at(at.after, 1)
  return word not in known.modifiers or not _is_noun(_at(at.after, 2))


def _is_noun(word: str) -> bool:
  return _is_word(word) and word not in _ENDS


def _address(at: Scene, known: Known) -> bool:
  """Speaks to somebody: thanks, bro; oh boy; come on man!"""
  following = _at(at.after, 0)
  if _is_word(following) or following in ("'s", "'", "-", "&", "/", "(", "'ll", "'d"):
    return _at(at.before, 0) in ("oh", "hey", "yo") and following != "'s"
  for index in range(4):
    word = _at(at.before, index)
    if word in DETERMINERS or word in POSSESSORS or word in SEVERAL:
      return False
    if not _is_word(word):
      # At the beginning, before a comma or an end, it is all there is.
      return bool(following) or bool(word)
    if index == 0 and word in GREETINGS:
      return True
    if word in PREPOSITIONS and word not in ("up", "on", "off", "out", "like", "for"):
      return False
    if word in CONJUNCTIONS or word in _COPULAS or word in AUXILIARIES:
      return False
    if word in known.modifiers and word not in GREETINGS:
      continue
    if word in PERSON_PRONOUNS or word in ADVERBS or index:
      return True
  return True


def _title(at: Scene, known: Known) -> bool:
  """Stands before a name: King Arthur, Lady Gaga, Father Brown."""
  if not _is_name(_at(at.written_after, 0), known):
    return False
  has_owner = _at(at.before, 0) in POSSESSORS
  return not has_owner or (_is_capital(at.written) and not at.written.isupper())


def _first_name(at: Scene, known: Known) -> bool:
  """Begins a name: Christian Bale."""
  return _is_capital(at.written) and _is_name(_at(at.written_after, 0), known)


def _surname(at: Scene, known: Known) -> bool:
  """Ends a name: Stephen King."""
  before = _at(at.written_before, 0)
  return (
    _is_capital(at.written)
    and _is_name(before, known)
    and before.lower() not in GREETINGS
    and before.lower() not in ADVERBS
  )


def _institution(at: Scene, known: Known) -> bool:
  """A church, a state or another body: Catholic Church, German government."""
  return _at(at.after, 0) in INSTITUTIONS or _first_name(at, known)


def _language(at: Scene, known: Known) -> bool:
  """What is spoken: French lessons, the German text."""
  return _at(at.after, 0) in LANGUAGE_NOUNS


def _is_capital(word: str) -> bool:
  return word[:1].isupper() and not word[1:2].isupper()


def _is_name(word: str, known: Known) -> bool:
  lower = word.lower()
  return (
    _is_capital(word)
    and lower not in known.persons
    and lower not in known.modifiers
    and lower not in CLOSED_CLASSES
    and lower not in FINITE_VERBS
  )


WAYS: dict[str, Callable[[Scene, Known], float]] = {
  "people": _people,
  "the": _the,
  "is": _is,
  "one": _one,
}
"""How a word names people, with the confidence that it does; 0 where it does not."""
OTHER_SENSES: dict[str, Callable[[Scene, Known], bool]] = {
  "address": _address,
  "title": _title,
  "first_name": _first_name,
  "surname": _surname,
  "institution": _institution,
  "language": _language,
}
"""Whether a word means something else."""
