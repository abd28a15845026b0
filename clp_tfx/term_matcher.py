"""Finds the terms of a lexicon in texts, as fast as the texts can be read.

An automaton finds candidates in the bytes of a text. Nearly all of them stand between
plain ASCII neighbours and are decided by looking at those; around the others the text
is cut into tokens. Both are linear in the text, whatever the number of terms.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import ahocorasick_rs

from clp_tfx.identity_terms import normalized
from clp_tfx.term_forms import (
  ASCII_WORD,
  ascii_beginnings,
  irregular_characters,
  other_beginnings,
)
from clp_tfx.words import CLITICS, token_pattern

# Bytes of ASCII words in lower case, and a space for every other byte.
_FOLDED = bytes(
  ord(chr(byte).lower()) if byte < 0x80 and ASCII_WORD.match(chr(byte).lower()) else 32
  for byte in range(256)
)
_SPACED = bytes(32 if byte in b"\t\n\v\f\r" else byte for byte in range(256))
_SPACES = frozenset(b" \t\n\v\f\r")
# After an ASCII word these end it for sure.
_ENDINGS = frozenset(
  byte for byte in range(0x80) if _FOLDED[byte] == 32 and byte not in b"'-*"
)
# Texts that, of the usual length, stay in the processor's cache together.
_BATCH_SIZE = 256
_APOSTROPHE = ord("'")
_CLITIC_WORDS = frozenset(clitic[1:].encode() for clitic in CLITICS)
_ADDRESSES = frozenset({"http", "https", "www"})


class _Word(NamedTuple):
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


_UNKNOWN = _Word(-1, frozenset(), False)


class TermMatcher:
  """Finds terms in texts: whole words in any case.

  What a word is, `clp_tfx.words` says. Words are compared as `normalized` has them: in
  any case, with composed or decomposed accents, with straight or curly apostrophes and
  plain or typographic hyphens. Any blanks within a line may separate the words of a
  longer term. Of terms that overlap, the leftmost is taken, and of those the longest. A
  clitic after a term ("she's") is not part of what is found, and no other term begins
  with it.

  Args:
    terms: One word or several each; characters stand for themselves. Of terms that
      normalise to the same, the first counts.

  Raises:
    ValueError: If a term is empty.
  """

  def __init__(self, terms: Sequence[str]):
    self._terms: dict[str, dict[tuple[str, ...], int]] = {}
    for index, term in enumerate(terms):
      keys = tuple(map(normalized, token_pattern().findall(normalized(term))))
      if not keys:
        raise ValueError(f"Expected terms that are not empty. Received: {term!r}.")
      self._terms.setdefault(keys[0], {}).setdefault(keys, index)
    self._lengths = {
      first: sorted({len(keys) for keys in sequences}, reverse=True)
      for first, sequences in self._terms.items()
    }
    words: set[str] = set()
    others: set[str] = set()
    for first in self._terms:
      if ASCII_WORD.match(first):
        words |= ascii_beginnings(first)
      else:
        others |= other_beginnings(first)
    # The letter of one that begins with a letter and marks is a word to the automaton.
    words |= {other for other in others if ASCII_WORD.fullmatch(other)}
    others -= words
    self._words = [self._word(word) for word in sorted(words)]
    self._find_words = _automaton(f" {word} " for word in sorted(words))
    self._words.append(_UNKNOWN)
    self._has_ascii_others = any(other.isascii() for other in others)
    self._find_others = _automaton(sorted(others)) if others else None
    irregular = irregular_characters(self._terms)
    self._find_irregular = _automaton(sorted(irregular)) if irregular else None

  def find(self, text: bytes) -> list[tuple[int, int, int]]:
    """Returns where terms are, in the order of the text, none overlapping.

    Args:
      text: Any bytes; those that are not UTF-8 continue a word.

    Returns:
      First byte, byte after the last, and index of the term, of each.
    """
    return [*self._find_in([text])[0]]

  def find_all(self, texts: Sequence[bytes]) -> list[Sequence[tuple[int, int, int]]]:
    """Returns what `find` returns for each text, sooner than one by one."""
    found = []
    for first in range(0, len(texts), _BATCH_SIZE):
      found += self._find_in(texts[first : first + _BATCH_SIZE])
    return found

  def matches(self, text: bytes) -> bool:
    """Returns whether a text has a term."""
    return bool(self.find(text))

  def _word(self, word: str) -> _Word:
    sequences = self._terms.get(word, {})
    longer = [keys for keys in sequences if len(keys) > 1]
    blank_and_word = [k for k in longer if k[1] == "" and ASCII_WORD.match(k[2])]
    return _Word(
      sequences.get((word,), -1),
      frozenset(ASCII_WORD.match(keys[2])[0].encode() for keys in blank_and_word),
      word not in _ADDRESSES and len(blank_and_word) == len(longer),
    )

  def _find_in(self, texts: Sequence[bytes]) -> list[Sequence[tuple[int, int, int]]]:
    joined = b" %b  " % b" ".join(texts)
    folded = joined.translate(_FOLDED)
    sizes_with_space = map((1).__add__, map(len, texts))
    offsets = list(accumulate(sizes_with_space, initial=1))
    hits = self._find_words(folded, overlapping=True)
    if self._has_ascii_others or not joined.isascii():
      hits = self._with_others(hits, joined, texts, offsets)
    # Most texts have none; a list for each would cost more than finding that out.
    found: list[Any] = [()] * len(texts)
    tokens, tokens_row = _Tokens(b""), -1
    after = 0
    for index, start, end in hits:
      start, end = start + 1, end - 1  # Without the spaces around.
      if start < after:
        continue
      word = self._words[index]
      term, next_words, is_plain = word
      if (
        is_plain
        and not next_words
        and joined[end] in _ENDINGS
        and joined[start - 1] in _SPACES
      ):
        clitic_end = end  # As `_plain_end` says, for most.
      else:
        clitic_end = _plain_end(joined, folded, start, end, word)
      if clitic_end and term < 0:
        continue
      row = bisect_right(offsets, start) - 1
      if not clitic_end:
        if row != tokens_row:
          tokens, tokens_row = _Tokens(texts[row]), row
        end, clitic_end, term = self._look(tokens, start, offsets[row])
      if term >= 0:
        span = (start - offsets[row], end - offsets[row], term)
        if found[row]:
          found[row].append(span)
        else:
          found[row] = [span]
        after = clitic_end
    return found

  def _with_others(
    self,
    hits: list[tuple[int, int, int]],
    joined: bytes,
    texts: Sequence[bytes],
    offsets: list[int],
  ) -> list[tuple[int, int, int]]:
    """Adds to the hits where terms may begin that do not begin with an ASCII word."""
    starts: set[int] = set()
    if self._find_others:
      starts.update(
        start for _, start, _ in self._find_others(joined.lower(), overlapping=True)
      )
    if self._find_irregular:
      irregular = self._find_irregular(joined)
      for row in {bisect_right(offsets, start) - 1 for _, start, _ in irregular}:
        starts.update(
          offsets[row] + start for start in _Tokens(texts[row]).all_starts()
        )
    if not starts:
      return hits
    starts.difference_update(start + 1 for _, start, _ in hits)
    unknown = len(self._words) - 1
    more = [(unknown, start - 1, start + 1) for start in starts]
    return sorted(hits + more, key=lambda hit: hit[1])

  def _look(self, tokens: "_Tokens", start: int, offset: int) -> tuple[int, int, int]:
    """Returns the end, the end with a clitic and the term at a start; -1 for none.

    Args:
      tokens: Those of the text.
      start: First byte, among the joined texts.
      offset: First byte of the text, among the joined texts.
    """
    for first in tokens.keys(start - offset, 1):
      for length in self._lengths.get(first, ()):
        keys = tokens.keys(start - offset, length)
        # Fewer where the text ends; their turn comes.
        term = self._terms[first].get(tuple(keys), -1)
        if term >= 0 and len(keys) == length:
          end, clitic_end = tokens.ends(start - offset, length)
          return end + offset, clitic_end + offset, term
    return start, start, -1


def _plain_end(text: bytes, folded: bytes, start: int, end: int, word: _Word) -> int:
  """Returns where an ASCII word and its clitic end; 0 if that takes a closer look.

  Args:
    text: Texts with spaces around.
    folded: The same, folded.
    start: First byte of the word.
    end: Byte after its last.
    word: What begins with it.
  """
  if text[start - 1] not in _SPACES or not word.is_plain:
    return 0
  follows = text[end]
  if follows in _ENDINGS:
    if not word.next_words or follows not in b" \t":
      return end
    next_end = folded.index(b" ", end + 1)
    if next_end == end + 1 or text[next_end] >= 0x80:
      return 0
    return 0 if folded[end + 1 : next_end] in word.next_words else end
  if follows == _APOSTROPHE:
    next_end = folded.index(b" ", end + 1)
    if folded[end + 1 : next_end] in _CLITIC_WORDS and text[next_end] in _ENDINGS:
      return next_end
  return 0


class _Tokens:
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


def _automaton(patterns: Iterable[str]):
  return ahocorasick_rs.BytesAhoCorasick(
    [pattern.encode() for pattern in patterns],
    implementation=ahocorasick_rs.Implementation.DFA,
  ).find_matches_as_indexes
