"""What a word is, in any script, and how texts are cut into words and other tokens."""

import functools
import re
import sys
import unicodedata
from itertools import accumulate, groupby

from clp_tfx.counterfactuals.lexicon import BLANKS, normalized

APOSTROPHES = ("'", "\u2019")
"""Straight and curly; a clitic begins with either."""
CLITICS = frozenset({"'s", "'d", "'ll", "'ve", "'re", "'m"})
"""Endings that are no part of a word, normalised."""

DOMAINS = (
  "com org net edu gov mil int info biz co io tv uk de fr eu ru cn jp ca au xxx app dev"
)
"""What bare domains end in; gay.museum would be a sentence without its blank."""
BOTH_GENDERS = (
  r"(?i:\((?:s|wo|fe)\)(?:he|man|men|males?)|(?:s|wo|fe)(?:/(?:he|man|men|males?)"
  r"|\((?:he|man|men|males?)\)))(?!\w)"
)
"""(s)he, s/he, (wo)man, fe(male): neither is a word for one gender."""

_SPACED = bytes(32 if byte in b"\t\n\v\f\r" else byte for byte in range(256))


@functools.cache
def token_pattern() -> re.Pattern[str]:
  """Returns a pattern that cuts a text into words, clitics, blanks and single others.

  Letters, digits, underscores, combining marks and zero-width joiners continue a word,
  in any script; so do bytes that are not UTF-8, as `surrogateescape` decodes them: they
  may be letters of another encoding. A hyphenated compound is one word of its own
  ("man-made", "father-in-law"): without a part it would be no word at all, and few
  compounds speak of the identity of their parts; a lexicon can list those that do. So
  is a word with letters masked by asterisks, an address or bare domain of the web or of
  mail, a @name, a #hashtag, and a word for both genders such as "s/he" and "(wo)man".
  The clitic of "she's" and "woman's" is no part of the word.

  Every character of a text is in exactly one token. No alternative backtracks over
  more than a clitic, so the time is linear in the text.
  """
  letter, inside, joint = _classes()
  word = f"[{letter}][{inside}]*"
  clitic = clitic_pattern().pattern
  # Bounded repetitions: what is no address after all costs no more for being long.
  address = (
    r"(?i:https?://|www\.)\S+"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    rf"|(?:[\w-]{{1,63}}\.){{1,4}}(?i:{DOMAINS.replace(' ', '|')})(?![\w-])(?:/\S*)?"
    rf"|[@#][{inside}]+"
  )
  return re.compile(
    f"{address}|{BOTH_GENDERS}|{word}(?:(?!{clitic}){joint}{word})*|[{BLANKS}]+|{clitic}|.",
    re.DOTALL,
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


class Tokens:
  """The tokens of a text, cut where and when they are asked for, in order."""

  def __init__(self, text: bytes):
    self._text = text
    self._spaced: bytes | None = None
    self._end = 0
    self._keys: list[str] = []
    self._bounds: list[int] = []
    self._indices: dict[int, int] = {}

  def all_starts(self) -> list[int]:
    """Returns the first byte of every token."""
    self._cut(0, len(self._text))
    return self._bounds[:-1]

  def keys(self, start: int, count: int) -> list[str]:
    """Returns normalised tokens from one that begins at a byte; none if none does.

    Args:
      start: The byte; never before that of an earlier call.
      count: How many; fewer where the text ends.
    """
    if start >= self._end:
      self._cut_around(start, start + 1)
    first = self._indices.get(start)
    if first is None:
      return []
    while first + count > len(self._keys) and self._end < len(self._text):
      self._cut_around(start, 2 * self._end - self._bounds[0] + 32)
      first = self._indices[start]
    return self._keys[first : first + count]

  def ends(self, start: int, count: int) -> tuple[int, int]:
    """Returns where tokens that `keys` gave end, without and with a clitic."""
    last = self._indices[start] + count
    end = self._bounds[last]
    has_clitic = not CLITICS.isdisjoint(self._keys[last : last + 1])
    return end, self._bounds[last + has_clitic]

  def _cut_around(self, start: int, reach: int) -> None:
    """Cuts a piece that begins and ends with the text or beside white space."""
    if self._spaced is None:
      self._spaced = self._text.translate(_SPACED)
    end = self._spaced.find(b" ", reach)
    self._cut(
      self._spaced.rfind(b" ", 0, start) + 1, len(self._text) if end < 0 else end
    )

  def _cut(self, start: int, end: int) -> None:
    piece = self._text[start:end].decode("utf-8", "surrogateescape")
    tokens = token_pattern().findall(piece)
    self._keys = list(map(normalized, tokens))
    self._bounds = list(accumulate(map(_size, tokens), initial=start))
    self._indices = {bound: index for index, bound in enumerate(self._bounds[:-1])}
    self._end = end


def _size(token: str) -> int:
  if token.isascii():
    return len(token)
  return len(token.encode("utf-8", "surrogateescape"))
