"""What a word is, in any script: how texts are cut into tokens."""

import functools
import re
import sys
import unicodedata
from itertools import groupby

from clp_tfx.counterfactuals.lexicon import BLANKS

APOSTROPHES = ("'", "\u2019")
"""Straight and curly; a clitic begins with either."""
CLITICS = frozenset({"'s", "'d", "'ll", "'ve", "'re", "'m"})
"""Endings that are no part of a word, normalised."""


@functools.cache
def token_pattern() -> re.Pattern[str]:
  """Returns a pattern that cuts a text into words, clitics, blanks and single others.

  Letters, digits, underscores, combining marks and zero-width joiners continue a word,
  in any script; so do bytes that are not UTF-8, as `surrogateescape` decodes them: they
  may be letters of another encoding. A hyphenated compound is one word of its own
  ("man-made", "father-in-law"): without a part it would be no word at all, and few
  compounds speak of the identity of their parts; a lexicon can list those that do. So
  is a word with letters masked by asterisks, and a web address. The clitic of "she's"
  and "woman's" is no part of the word.

  Every character of a text is in exactly one token. No alternative backtracks over
  more than a clitic, so the time is linear in the text.
  """
  letter, inside, joint = _classes()
  word = f"[{letter}][{inside}]*"
  clitic = clitic_pattern().pattern
  address = r"(?i:https?://|www\.)\S+"
  return re.compile(
    f"{address}|{word}(?:(?!{clitic}){joint}{word})*|[{BLANKS}]+|{clitic}|.", re.DOTALL
  )


@functools.cache
def clitic_pattern() -> re.Pattern[str]:
  """Returns a pattern that matches a clitic where a word ends."""
  letter, inside, joint = _classes()
  endings = "|".join(sorted(clitic[1:] for clitic in CLITICS))
  return re.compile(
    f"[{''.join(APOSTROPHES)}](?i:{endings})(?![{inside}]|{joint}[{letter}])"
  )


@functools.cache
def _classes() -> tuple[str, str, str]:
  """Returns what begins and what continues a word, and the joint of a compound."""
  letter = r"\w\udc80-\udcff"
  # U+00AD and U+2060 are invisible within a word, like the joiners U+200C and U+200D.
  inside = f"{letter}{_marks()}\u00ad\u200c\u200d\u2060"
  return letter, inside, r"(?:['\u2019\u2010\u2011-]|\*+)"


def _marks() -> str:
  """Returns Unicode's combining marks as the ranges of a character class.

  Runs instead of single characters: `re` tries those above U+FFFF one by one.
  """
  codes = [
    code for code in range(sys.maxunicode) if unicodedata.category(chr(code))[0] == "M"
  ]
  runs = groupby(enumerate(codes), lambda item: item[1] - item[0])
  run_codes = ([code for _, code in run] for _, run in runs)
  return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in run_codes)
