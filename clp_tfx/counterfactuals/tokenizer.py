"""Cuts texts in any script into words and other tokens."""

import functools
import re
import unicodedata
from itertools import accumulate, chain, groupby

from clp_tfx.counterfactuals.identity_term import BLANKS, normalized

APOSTROPHES = ("'", "\u2019")
"""Straight and curly; a clitic begins with either."""
CLITICS = frozenset({"'s", "'d", "'ll", "'ve", "'re", "'m"})
"""Endings that are not part of a word, normalised."""

DOMAINS = (
  "com org net edu gov mil int info biz co io tv uk de fr eu ru cn jp ca au xxx app dev"
)
"""Endings of bare domains; "gay.museum" may just lack the blank between sentences."""
BOTH_GENDERS = (
  r"(?i:\((?:s|wo|fe)\)(?:he|man|men|males?)|(?:s|wo|fe)(?:/(?:he|man|men|males?)"
  r"|\((?:he|man|men|males?)\)))(?!\w)"
)
"""(s)he, s/he, (wo)man, fe(male): words that do not name one gender."""

# All other code points are no marks; a test holds this.
_MARKED = (range(0x20000), range(0xE0000, 0xE1000))
_SPACED = bytes(32 if byte in b"\t\n\v\f\r" else byte for byte in range(256))


@functools.cache
def token_pattern() -> re.Pattern[str]:
  """Returns a pattern for words, clitics, runs of blanks and single other characters.

  A word consists of letters, digits, underscores, combining marks and zero-width
  joiners of any script, and of bytes that are not UTF-8, as `surrogateescape` decodes
  them: they may be letters of another encoding. A hyphenated compound ("man-made",
  "father-in-law") is a single word: without one of its parts it would not be a word,
  and few compounds name the identity of their parts; a lexicon can list those that do.
  A word with letters masked by asterisks, a web or mail address, a bare domain, a
  @name, a #hashtag and a word for both genders such as "s/he" or "(wo)man" are single
  words, too. The clitic of "she's" and "woman's" is not part of the word.

  Every character of a text is in exactly one token. No alternative backtracks over
  more than a clitic, or a run of letters that another one then takes, so matching takes
  linear time.
  """
  letter, inside, joint = _classes()
  word = f"[{letter}][{inside}]*"
  clitic = clitic_pattern().pattern
  # Repetitions are bounded, so that long text that is no address is rejected early.
  address = (
    r"(?i:https?://|www\.)\S+"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    rf"|(?:[\w-]{{1,63}}\.){{1,4}}(?i:{DOMAINS.replace(' ', '|')})(?![\w-])(?:/\S*)?"
    rf"|[@#][{inside}]+"
  )
  # Most words end at a blank, and then begin no address.
  usual = rf"\w+(?=[{BLANKS}])|[{BLANKS}]+"
  compound = f"{word}(?:(?!{clitic}){joint}{word})*"
  return re.compile(
    f"{usual}|{address}|{BOTH_GENDERS}|{compound}|{clitic}|.", re.DOTALL
  )


@functools.cache
def clitic_pattern() -> re.Pattern[str]:
  """Returns a pattern for a clitic at the end of a word."""
  letter, inside, joint = _classes()
  endings = "|".join(sorted(clitic[1:] for clitic in CLITICS))
  return re.compile(
    f"[{''.join(APOSTROPHES)}](?i:{endings})(?![{inside}]|{joint}[{letter}])"
  )


@functools.cache
def _classes() -> tuple[str, str, str]:
  """Returns patterns: the beginning and the rest of a word, the joint of a compound."""
  letter = r"\w\udc80-\udcff"
  # U+00AD and U+2060 are invisible within a word, like the joiners U+200C and U+200D.
  inside = f"{letter}{_marks()}\u00ad\u200c\u200d\u2060"
  return letter, inside, r"(?:['\u2019\u2010\u2011-]|\*+)"


def _marks() -> str:
  """Returns Unicode's combining marks as the ranges of a character class.

  Ranges, because `re` tries single characters above U+FFFF one by one.
  """
  codes = [
    code for code in chain(*_MARKED) if unicodedata.category(chr(code))[0] == "M"
  ]
  runs = groupby(enumerate(codes), lambda item: item[1] - item[0])
  run_codes = ([code for _, code in run] for _, run in runs)
  return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in run_codes)


class Tokens:
  """The tokens of a text, cut on demand, from left to right."""

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
    """Returns normalised tokens from a byte on; none if no token begins there.

    Args:
      start: The byte; not before that of an earlier call.
      count: Number of tokens; fewer are returned at the end of the text.
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
    """Returns the end of tokens from `keys`, without and with a clitic."""
    last = self._indices[start] + count
    end = self._bounds[last]
    has_clitic = not CLITICS.isdisjoint(self._keys[last : last + 1])
    return end, self._bounds[last + has_clitic]

  def _cut_around(self, start: int, reach: int) -> None:
    """Cuts a piece that is bounded by white space or the ends of the text."""
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
