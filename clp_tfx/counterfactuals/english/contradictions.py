"""Words that tie a sentence to an identity: Edward to men, a mosque to Muslims.

Where such a word stays, another identity in its sentence contradicts it.
"""

import functools
import re

from clp_tfx.counterfactuals.english.words import word_lists
from clp_tfx.files import lists_beside

_LISTS = word_lists(__name__)
_NAMES = {"female": _LISTS["female_names"], "male": _LISTS["male_names"]}
ALL_NAMES = _NAMES["female"] | _NAMES["male"]
"""First names, and by what famous people are called, in small letters."""
_BOUND = {
  group: frozenset(words.split())
  for group, words in (line.split(": ") for line in lists_beside(__name__)["bound"])
}
ABOUT_SEXES = _LISTS["about_sexes"]
"""Words of sentences that are about women or men as such."""
UNNAMED = _LISTS["unnamed"]
"""Words for women or men that still tell it where the lexicon takes them for none."""
# Faster than cutting with a regular expression; a hyphen continues a word.
_MARKS = dict.fromkeys(
  map(ord, "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~\u2018\u2019\u201c\u201d"), " "
)
_ASCII_MARKS = bytes(ord(" ") if code in _MARKS else code for code in range(256))
_SIDES = ("anti-", "pro-")
_find_capitals = re.compile(r"\b[A-Z][a-z\u00df-\u00ff]+").findall


_find_name = re.compile(
  r"[a-z,;:)\"\u201d] +[(\"\u201c]?[A-Z][A-Za-z\u00df-\u00ff]+"
).search


_PAST = _LISTS["past"]


class Rest:
  """What stays of a sentence when some of its words are replaced.

  Attributes:
    words: Its words, in small letters, without what follows an apostrophe.

  Args:
    text: What stays.
  """

  def __init__(self, text: str):
    self._text = text
    if text.isascii():
      words = text.lower().encode().translate(_ASCII_MARKS).decode().split()
    else:
      words = text.lower().translate(_MARKS).split()
    if "-" in text:  # Pro-Israel, Irish-born.
      for word in [each for each in words if "-" in each]:
        first, _, rest = word.partition("-")
        words.append(rest if f"{first}-" in _SIDES else first)
    self.words = frozenset(words)

  @functools.cached_property
  def _names(self) -> frozenset[str]:
    capitals = frozenset(map(str.lower, _find_capitals(self._text)))
    # Many comments have no capitals, or only at the beginning.
    return capitals if len(capitals) > 1 else self.words

  @functools.cached_property
  def has_name(self) -> bool:
    """Whether a word inside a sentence has a capital."""
    return bool(_find_name(self._text))

  @property
  def is_past(self) -> bool:
    """Whether it tells what was."""
    return not self.words.isdisjoint(_PAST)

  def ties_to(self, group: str) -> bool:
    """Tells whether a word or a name is tied to a group of the lexicon."""
    return self.binds(group) or self.names(group)

  def binds(self, group: str) -> bool:
    """Tells whether one of the words is tied to a group."""
    return not self.words.isdisjoint(_tied_to(group)[0])

  def names(self, group: str) -> bool:
    """Tells whether there is a first name of a group."""
    names = _tied_to(group)[1]
    # Looking for capitals takes longer than looking for the names.
    return not (self.words.isdisjoint(names) or self._names.isdisjoint(names))


@functools.lru_cache(maxsize=4096)
def _tied_to(group: str) -> tuple[frozenset[str], frozenset[str]]:
  """Returns the words and the names that are tied to a group or those above it."""
  parts = group.split("/")
  words = (_BOUND.get(part, frozenset()) for part in parts)
  names = (_NAMES.get(part, frozenset()) for part in parts)
  return frozenset().union(*words), frozenset().union(*names)
