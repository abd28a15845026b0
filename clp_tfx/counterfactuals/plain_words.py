"""ASCII words between plain neighbours: nearly all words of English texts.

Where such a word begins and ends is decided by the bytes around it, in the text and in
the same text folded; where they do not decide, the text has to be cut into tokens.
"""

from collections.abc import Mapping
from typing import NamedTuple

from clp_tfx.counterfactuals.term_forms import ASCII_WORD
from clp_tfx.counterfactuals.tokenizer import CLITICS

BREAK = b"\xff"
"""Stands for a byte that is none of an ASCII word.

Not ASCII, on purpose: if all patterns begin with one ASCII byte, the automaton searches
for that byte from word to word, which takes longer than to go on byte by byte.
"""
FOLDED = b"".join(
  char.lower() if char.isascii() and ASCII_WORD.match(char.lower().decode()) else BREAK
  for char in map(bytes, zip(range(256)))
)
"""A table for `bytes.translate`: ASCII words in lower case, and breaks."""
SPACES = frozenset(b" \t\n\v\f\r")
BEGINNINGS = frozenset(
  byte for byte in range(0x80) if FOLDED[byte] == BREAK[0] and byte not in b"'-*.@#/)"
)
"""After these an ASCII word begins, unless it is within an address."""
ENDINGS = frozenset(
  byte for byte in range(0x80) if FOLDED[byte] == BREAK[0] and byte not in b"'-*.@/("
)
"""After an ASCII word these end it for sure."""

_APOSTROPHE = ord("'")
_BRACKET = ord("(")
# Farther back no space is looked for, so that the time is linear in the text.
_FAR = 64
_STOP = ord(".")
_ADDRESS_SIGNS = frozenset(b"./@#")
# Before a word they may belong to it, as may a stop before what is no blank.
_JOINED = frozenset(b".@#/)")
_CLITIC_WORDS = frozenset(clitic[1:].encode() for clitic in CLITICS)
# They begin an address, or in brackets a word for both genders, such as "(s)he".
_OPENINGS = frozenset({"http", "https", "www", "s", "wo", "fe"})


class Word(NamedTuple):
  """What begins with an ASCII word.

  Attributes:
    term: Index of the term that is the word; -1 if there is none.
    next_words: How the second words of longer terms begin.
    is_plain: Whether longer terms all have a blank and an ASCII word there, so that
      plain neighbours decide.
  """

  term: int
  next_words: frozenset[bytes]
  is_plain: bool

  @classmethod
  def of(cls, word: str, terms: Mapping[tuple[str, ...], int]) -> "Word":
    """Returns a word's.

    Args:
      word: The word.
      terms: Indices of the terms that begin with it, by their tokens.
    """
    longer = [keys for keys in terms if len(keys) > 1]
    blank_and_word = [k for k in longer if k[1] == "" and ASCII_WORD.match(k[2])]
    return cls(
      terms.get((word,), -1),
      frozenset(ASCII_WORD.match(keys[2])[0].encode() for keys in blank_and_word),
      word not in _OPENINGS and len(blank_and_word) == len(longer),
    )


UNKNOWN = Word(-1, frozenset(), False)


def plain_end(text: bytes, folded: bytes, start: int, end: int, word: Word) -> int:
  """Returns where an ASCII word and its clitic end; 0 if that takes a closer look.

  Args:
    text: Texts with spaces around.
    folded: The same, folded.
    start: First byte of the word.
    end: Byte after its last.
    word: What begins with it.
  """
  if not word.is_plain or not _is_beginning(text, start):
    return 0
  follows = text[end]
  if follows in ENDINGS:
    if not word.next_words or follows not in b" \t":
      return end
    next_end = folded.index(BREAK, end + 1)
    if next_end == end + 1 or text[next_end] >= 0x80:
      return 0
    return 0 if folded[end + 1 : next_end] in word.next_words else end
  if follows == _STOP and text[end + 1] in SPACES:
    return end
  if follows == _APOSTROPHE:
    next_end = folded.index(BREAK, end + 1)
    if folded[end + 1 : next_end] in _CLITIC_WORDS and text[next_end] in ENDINGS:
      return next_end
  return 0


def _is_beginning(text: bytes, start: int) -> bool:
  """Returns whether a token begins with an ASCII word for sure.

  What stands before is then a token of its own, unless it is within an address.
  """
  before = text[start - 1]
  if before in SPACES:
    return True
  if before == _BRACKET and FOLDED[text[start - 2]] != BREAK[0]:
    return False  # It may be the end of "fe(male)".
  space = text.rfind(b" ", max(start - _FAR, 0), start)
  return (
    before in BEGINNINGS and space >= 0 and _ADDRESS_SIGNS.isdisjoint(text[space:start])
  )
