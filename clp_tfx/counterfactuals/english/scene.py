"""What stands beside a word, cut into words only as far as a rule looks."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

# Characters to either side. Most rules look no farther than the nearest words.
_NEAR, _REACH = 40, 96
_TOKEN = (
  r"[^\W_][\w-]*(?:'(?!s\b)(?=\w)[\w-]*)*|'(?:s|m|re|d|ll|ve)\b|\n"
  r"|[^\w\s\x1c-\x1f]|_"
)
_find_tokens = re.compile(_TOKEN).findall
_find_ascii_tokens = re.compile(_TOKEN, re.ASCII).findall  # The same, sooner.
QUOTES = frozenset('"`*_\u201c\u201d')
_SPELLING = str.maketrans("\u2019\u2010\u2011", "'--")


class Words(Sequence[str]):
  """Words and single other characters to one side of a place, the nearest first.

  Args:
    text: The text.
    place: Index of the place.
    are_before: Whether they stand before it. Quotes are left out then.
    are_lower: Whether they are given in lower case.
  """

  __slots__ = ("_are_before", "_are_lower", "_place", "_reach", "_text", "_words")

  def __init__(self, text: str, place: int, are_before: bool, are_lower: bool):
    self._text = text
    self._place = place
    self._are_before = are_before
    self._are_lower = are_lower
    self._reach = 0
    self._words: list[str] = []

  def at(self, index: int) -> str:
    """Returns one of them, or an empty text where there are not so many."""
    while index >= len(self._words):
      if self._reach == _REACH:
        return ""
      self._look_farther()
    return self._words[index]

  def __getitem__(self, index: Any) -> Any:  # noqa: D105
    last = index.stop if isinstance(index, slice) else index + 1
    while self._reach < _REACH and (last is None or last > len(self._words)):
      self._look_farther()
    return self._words[index]

  def __len__(self) -> int:  # noqa: D105
    return len(self[:])

  def _look_farther(self) -> None:
    """Cuts the words nearby, then all that are within reach."""
    self._reach = reach = _REACH if self._reach else _NEAR
    cut = _words_before if self._are_before else _words_after
    words = cut(self._text, self._place, reach)
    self._words = list(map(str.lower, words)) if self._are_lower else words


def _words_before(text: str, end: int, reach: int) -> list[str]:
  start = max(0, end - reach)
  is_cut = start > 0
  if is_cut and reach == _NEAR:  # Whole words only.
    start = text.find(" ", start, end)
    if start < 0:
      return []
  words = _tokens(text[start:end])
  if is_cut and words and not text[start].isspace():
    del words[0]  # What is cut off at the edge is no word.
  words.reverse()
  if QUOTES.isdisjoint(words):
    return words
  return [word for word in words if word not in QUOTES]


def _words_after(text: str, start: int, reach: int) -> list[str]:
  end = start + reach
  is_cut = end < len(text)
  if is_cut and reach == _NEAR:
    end = text.rfind(" ", start, end)
    if end < 0:
      return []
    return _tokens(text[start:end])
  words = _tokens(text[start:end])
  if is_cut and words and not text[end - 1].isspace():
    del words[-1]
  return words


def _tokens(piece: str) -> list[str]:
  if piece.isascii():
    return _find_ascii_tokens(piece)
  return _find_tokens(piece.translate(_SPELLING))


class Scene:
  """A word and what stands beside it.

  Attributes:
    written: The word as it is written.
    before: What stands before it, in lower case.
    after: What stands after it, in lower case.
    written_before: What stands before it, as it is written.
    written_after: What stands after it, as it is written.
  """

  def __init__(self, text: str, start: int, end: int):
    self._text = text
    self._start = start
    self._end = end
    self.written = text[start:end]
    self.before = Words(text, start, are_before=True, are_lower=True)
    self.after = Words(text, end, are_before=False, are_lower=True)

  @cached_property
  def written_before(self) -> Words:  # noqa: D102
    return Words(self._text, self._start, are_before=True, are_lower=False)

  @cached_property
  def written_after(self) -> Words:  # noqa: D102
    return Words(self._text, self._end, are_before=False, are_lower=False)
