"""ASCII words between plain neighbours, which nearly all words of English texts are.

The bytes around such a word, in the text and in the folded text, decide where it begins
and ends. Where they do not, the text has to be cut into tokens.
"""

import re

from clp_tfx.counterfactuals.term_forms import ASCII_WORD
from clp_tfx.counterfactuals.tokenizer import CLITICS

BREAK = b"\xff"
"""Replaces each byte that is not part of an ASCII word.

It is not ASCII on purpose: if all patterns begin with the same ASCII byte, the
automaton searches for that byte from word to word, which is slower than byte by byte.
"""
FOLDED = b"".join(
  char.lower() if char.isascii() and ASCII_WORD.match(char.lower().decode()) else BREAK
  for char in map(bytes, zip(range(256)))
)
"""Table for `bytes.translate` that folds a text to ASCII words and breaks."""
SPACES = frozenset(b" \t\n\v\f\r")
BEGINNINGS = frozenset(
  byte for byte in range(0x80) if FOLDED[byte] == BREAK[0] and byte not in b"'-*.@#/)"
)
"""After these bytes an ASCII word begins, unless it is within an address."""
ENDINGS = frozenset(
  byte for byte in range(0x80) if FOLDED[byte] == BREAK[0] and byte not in b"'+-*.@("
)
"""Bytes that always end an ASCII word."""

OPENINGS = frozenset({"http", "https", "www", "s", "wo", "fe"})
"""They begin an address or, in brackets, a word for both genders such as "(s)he"."""

_APOSTROPHE = ord("'")
_BLANKS = frozenset(b" \t")
_BRACKET = ord("(")
# How far back to look for a space, so that the time is linear in the text.
_FAR = 64
_HYPHEN = ord("-")
_SLASH = ord("/")
_STOP = ord(".")
_STOPS = re.compile(rb"\.+")
_ADDRESS_SIGNS = frozenset(b"./@#")
# A hyphen goes on from a word, but not from an address or a word such as "(s)he".
_COMPOUND_BREAKS = _ADDRESS_SIGNS | {_BRACKET}
_OPENING_WORDS = frozenset(word.encode() for word in OPENINGS)
_CLITIC_WORDS = frozenset(clitic[1:].encode() for clitic in CLITICS)


def plain_end(text: bytes, folded: bytes, start: int, end: int) -> int:
  """Returns where ASCII words with their clitic end, if they are words of their own.

  Returns -1 if they are part of a compound, and 0 if the text must be cut first.

  Args:
    text: Texts with spaces around each.
    folded: The same, folded.
    start: First byte of the words.
    end: Byte after their last.
  """
  before, follows = text[start - 1], text[end]
  if follows == _HYPHEN and FOLDED[text[end + 1]] != BREAK[0]:
    return -1
  if before not in SPACES:
    space = text.rfind(b" ", max(start - _FAR, 0), start)
    if space < 0:
      return 0
    run = text[space:start]
    if before == _HYPHEN and _is_within_compound(run):
      return -1
    if not _ends_before_word(run):
      return 0
  if follows in ENDINGS:
    return end
  if follows == _STOP:
    return end if text[_STOPS.match(text, end).end()] in ENDINGS else 0
  if follows == _APOSTROPHE:
    next_end = folded.index(BREAK, end + 1)
    if folded[end + 1 : next_end] in _CLITIC_WORDS and text[next_end] in ENDINGS:
      return next_end
  return 0


def may_go_on(text: bytes, end: int) -> bool:
  """Returns whether a term may go on after a word and two bytes that are in no word.

  Args:
    text: Texts with spaces around each.
    end: Byte after the word.
  """
  first, second = text[end : end + 2]
  return first >= 0x80 or (first in _BLANKS and (second >= 0x80 or second in _BLANKS))


def _is_within_compound(run: bytes) -> bool:
  """Returns whether a word goes on from a space, other bytes and a hyphen."""
  return FOLDED[run[-2]] != BREAK[0] and _COMPOUND_BREAKS.isdisjoint(run)


def _ends_before_word(run: bytes) -> bool:
  """Returns whether no token goes on from a space and other bytes into a word.

  What precedes the word is then a token of its own, unless the word is in an address.
  """
  before = run[-1]
  if before == _SLASH and _ADDRESS_SIGNS.isdisjoint(run[:-1]):
    return run[:-1].translate(FOLDED).rpartition(BREAK)[2] not in _OPENING_WORDS
  if before == _BRACKET and FOLDED[run[-2]] != BREAK[0]:
    return False  # It may be the end of "fe(male)".
  return before in BEGINNINGS and _ADDRESS_SIGNS.isdisjoint(run)
