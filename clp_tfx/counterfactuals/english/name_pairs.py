"""First names that can stand for each other, and where one is the whole of a name."""

import re
from collections.abc import Sequence

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.contradictions import ALL_NAMES
from clp_tfx.counterfactuals.english.persons import GREETINGS
from clp_tfx.counterfactuals.english.words import word_lists

_LISTS = word_lists(__name__)
_TITLES = _LISTS["titles"]
_PARTICLES = _LISTS["particles"]
# What may stand before a name with a capital: When Jason came. Hi Jason.
_BEGINNINGS = (CLOSED_CLASSES | GREETINGS | {"dear"}) - _TITLES
_MEN = dict(pair.split("/") for pair in _LISTS["pairs"])
_WOMEN = {woman: man for man, woman in _MEN.items()}
PAIRS = _MEN | _WOMEN
"""The name of the other gender for each name, in small letters."""
NAMES = {"gender/male": frozenset(_MEN), "gender/female": frozenset(_WOMEN)}
"""The names of `PAIRS` by the group that they tell."""
SCRIPTURE = _LISTS["scripture"]
"""Words of texts about a holy book, whose names stay."""

_REACH = 40
_OPENING, _CLOSING = frozenset('"\u201c'), frozenset('"\u201d')
_MARKS = "\"'.,;:!?()\u2026\u2014\u2018\u2019\u201c\u201d"
_ENDS = frozenset('.,;:!?)"\u201d\u2026\u2014')
_CLITIC = re.compile(r"['\u2019](?:s|d|ll|ve)\b", re.IGNORECASE)
_JOINTS = frozenset({"and", "&"})


def stands_alone(text: str, start: int, end: int, follows_kin: bool = False) -> bool:
  """Tells whether a first name is not part of a longer name or of a title.

  Example:
    >>> stands_alone("Then Jason left", 5, 10), stands_alone("Jason Hill left", 0, 5)
    (True, False)

  Args:
    text: The text.
    start: Index of the first character of the name.
    end: Index after its last.
    follows_kin: Whether a noun for the same person stands before it: my brother Jason.
  """
  before = text[max(0, start - _REACH) : start]
  after = text[end : end + _REACH]
  clitic = _CLITIC.match(after)
  after = after[clitic.end() :] if clitic else after
  if before[-1:] in _OPENING:
    if after[:1] in _CLOSING:
      return False  # "Jason" may be a film.
    before = before[:-1]
  return _can_precede(before.removesuffix("("), follows_kin) and _can_follow(after)


def _can_precede(before: str, is_kin: bool) -> bool:
  """Tells whether what stands before a name belongs to none."""
  if before and not before[-1].isspace():
    return False
  words = before.rpartition("\n")[2].split()
  if not words:
    return True
  word = words[-1].strip(_MARKS)
  lower = word.lower()
  if words[-1][-1] in _MARKS:  # No initial and no title: J. Smith, Dr. Smith.
    is_title = word[:1].isupper() and (len(word) == 1 or lower in _TITLES)
    return not (is_title and words[-1].endswith("."))
  if is_kin and word.islower():  # No Mr.
    return True
  if lower in _TITLES or not (word[:1].isalpha() or word == "&"):
    return False
  if word[0].isupper():  # When Jason came, but not "Beyond My Ken".
    begins = len(words) == 1 or words[-2][-1] in _MARKS
    return begins and lower in _BEGINNINGS
  # Simon and Jason may be a duo, the Life of Brian is a film.
  return not (lower in _JOINTS | {"of"} and _goes_on(words[-2:-1]))


def _can_follow(after: str) -> bool:
  """Tells whether what stands after a name belongs to none."""
  if not after or after[0] == "\n":
    return True
  if after[0] in _ENDS:
    return not (after[1:2].isalnum() or after[1:2] == "@")
  words = after.partition("\n")[0].split()
  if not after[0].isspace() or not words:
    return after[0].isspace()
  word = words[0].strip(_MARKS)
  if word[:1].isupper():
    first = re.split("['\u2019]", word)[0]  # I'm; no initial.
    return first.lower() in CLOSED_CLASSES and (first == "I" or len(first) > 1)
  is_part = word in _JOINTS | _PARTICLES and _goes_on(words[1:2])
  return not (word[:1].isdigit() or word == "of" or is_part)


def _goes_on(words: Sequence[str]) -> bool:
  """Tells whether a word can belong to a longer name."""
  word = words[0].strip(_MARKS) if words else ""
  lower = word.lower()
  return word[:1].isupper() and not (lower in CLOSED_CLASSES or lower in ALL_NAMES)
