"""The spellings of a word that a search in bytes has to know."""

import functools
import re
import unicodedata
from collections.abc import Collection
from itertools import chain, combinations

ASCII_WORD = re.compile("[a-z0-9_]+")
_MOST_FORMS = 32
# Lower case and NFC change no code point from here on; a test checks this.
_END_OF_LETTERS = 0x30000
_OTHER_SPELLINGS = {
  "'": ("'", "\u2019"),
  "-": ("-", "\u2010", "\u2011"),
  "\u03c2": ("\u03c2", "\u03a3"),  # A capital sigma at the end of a word.
}


def other_beginnings(word: str) -> set[str]:
  """Returns the beginnings of a normalised word that begins with no ASCII word.

  Args:
    word: A word or any other single token.

  Returns:
    Strings in ASCII lower case, one of which begins every text that normalises to
    `word`, unless it holds one of the `irregular_characters`.
  """
  forms = {""}
  for unit in _units(word):
    spellings, is_complete = _spellings(unit)
    if len(forms) * len(spellings) > _MOST_FORMS and forms != {""}:
      break
    forms = {form + spelling for form in forms for spelling in spellings}
    if not is_complete:
      break
  return forms


def irregular_characters(words: Collection[str]) -> set[str]:
  """Returns characters that normalise to parts of these words in unusual ways.

  Examples are the Kelvin sign, which becomes k, and compatibility ideographs.

  Args:
    words: Normalised words.
  """
  used = set(unicodedata.normalize("NFD", "".join(words)))
  return {char for char, folded in _irregular().items() if folded <= used}


@functools.cache
def _irregular() -> dict[str, frozenset[str]]:
  """Returns the characters that `_spellings` omits, with what they fold to."""
  found = {}
  for char in map(chr, chain(range(0x80, 0xD800), range(0xE000, _END_OF_LETTERS))):
    lower = char.lower()
    if lower == char and unicodedata.is_normalized("NFC", char):
      continue
    if (
      len(lower) > 1
      or not unicodedata.is_normalized("NFC", char)
      or not unicodedata.is_normalized("NFC", lower)
      or char not in _cases(lower)
    ):
      found[char] = frozenset(unicodedata.normalize("NFD", lower))
  return found


def _units(word: str) -> list[str]:
  """Cuts a word into characters, each with its combining marks."""
  units: list[str] = []
  for char in word:
    if units and unicodedata.combining(char):
      units[-1] += char
    else:
      units.append(char)
  return units


def _spellings(unit: str) -> tuple[set[str], bool]:
  """Returns spellings of a unit, and whether they are complete or only beginnings."""
  base, *marks = unicodedata.normalize("NFD", unit)
  if not marks:
    return _cases(unit), True
  if len(marks) == 1:
    decomposed = {case + marks[0] for case in _cases(base)}
    return (_cases(unit) if len(unit) == 1 else set()) | decomposed, True
  # With several marks: the letter composed with any of them.
  some = chain.from_iterable(combinations(marks, n) for n in range(len(marks) + 1))
  composed = {
    unicodedata.normalize("NFC", base + "".join(chosen))[0] for chosen in some
  }
  return {case for char in composed for case in _cases(char)}, False


def _cases(char: str) -> set[str]:
  if char in _OTHER_SPELLINGS:
    return set(_OTHER_SPELLINGS[char])
  if char.isascii():
    return {char}
  return {case for case in (char, char.upper(), char.title()) if case.lower() == char}
