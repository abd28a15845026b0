"""Finds the terms of a lexicon in texts, nearly as fast as the texts can be read.

An automaton finds candidates in the bytes of a text. Nearly all of them are written as
in the lexicon and have plain ASCII neighbours, which decide; around the others the text
is cut into tokens. Both take time linear in the text, independent of the number of
terms.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, count
from operator import add, itemgetter
from typing import Any

import ahocorasick_rs

from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.plain_words import (
  BREAK,
  ENDINGS,
  FOLDED,
  SPACES,
  may_go_on,
  plain_end,
)
from clp_tfx.counterfactuals.term_forms import (
  ASCII_WORD,
  irregular_characters,
  other_beginnings,
)
from clp_tfx.counterfactuals.term_patterns import (
  BEGINNING,
  SEVERAL_WORDS,
  UNSURE,
  folded_patterns,
  is_plain,
)
from clp_tfx.counterfactuals.tokenizer import Tokens, token_pattern

# Number of texts of usual length that fit into the processor's cache.
_BATCH_SIZE = 256
# No term contains a line break, so none is found across two texts.
_BETWEEN = b"\n "
_start = itemgetter(1)


class TermMatcher:
  """Finds terms in texts: whole words in any case.

  `tokenizer` defines what a word is. Words are compared in the form that `normalized`
  returns: in any case, with composed or decomposed accents, with straight or curly
  apostrophes and with plain or typographic hyphens. Any blanks within a line may
  separate the words of a longer term. If terms overlap, the leftmost one is found, or
  the longest of several that start there. A clitic after a term ("she's") is not part
  of the match, and no other term begins with it.

  Example:
    >>> matcher = TermMatcher(["gay", "african american"])
    >>> matcher.find(b"An African  American, not a gayer one")
    [(3, 20, 1)]

  Args:
    terms: Terms of one or more words each, taken literally. Of terms with the same
      normalised form, the first counts.

  Raises:
    ValueError: If a term is empty.
  """

  def __init__(self, terms: Sequence[str]):
    self._terms: dict[str, dict[tuple[str, ...], int]] = {}
    ascii_terms: dict[str, int] = {}
    others: set[str] = set()
    for index, written in enumerate(terms):
      term = normalized(written)
      keys = tuple(map(normalized, token_pattern().findall(term)))
      if not keys:
        raise ValueError(f"Expected terms that are not empty. Received: {written!r}.")
      self._terms.setdefault(keys[0], {}).setdefault(keys, index)
      if ASCII_WORD.match(term):
        ascii_terms.setdefault(term, index)
      else:
        others |= other_beginnings(keys[0])
    self._lengths = {
      first: sorted({len(keys) for keys in sequences}, reverse=True)
      for first, sequences in self._terms.items()
    }
    self._plain_terms = {
      term.encode(): index for term, index in ascii_terms.items() if is_plain(term)
    }
    patterns = folded_patterns(ascii_terms)
    # Letters before combining marks, which begin some of the others.
    letters = {other for other in others if ASCII_WORD.fullmatch(other)}
    others -= letters
    for letter in letters:
      patterns.setdefault(BREAK + letter.encode() + 2 * BREAK, BEGINNING)
    self._kinds = [*patterns.values(), UNSURE]
    self._find_patterns = _automaton(patterns)
    self._has_ascii_others = any(other.isascii() for other in others)
    self._find_others = _automaton(map(str.encode, others)) if others else None
    words = {
      key for sequences in self._terms.values() for keys in sequences for key in keys
    }
    irregular = irregular_characters(words)
    self._find_irregular = _automaton(map(str.encode, irregular)) if irregular else None

  def find(self, text: bytes) -> list[tuple[int, int, int]]:
    """Returns where terms are, in text order and not overlapping.

    Args:
      text: Any bytes; those that are not UTF-8 count as letters.

    Returns:
      The first byte, the byte after the last and the index of the term, for each.
    """
    return [*self._find_in([text])[0]]

  def find_all(self, texts: Sequence[bytes]) -> list[Sequence[tuple[int, int, int]]]:
    """Returns what `find` returns for each text, faster than one by one."""
    found = []
    for first in range(0, len(texts), _BATCH_SIZE):
      found += self._find_in(texts[first : first + _BATCH_SIZE])
    return found

  def matches(self, text: bytes) -> bool:
    """Returns whether a text contains a term."""
    return bool(self.find(text))

  def _find_in(self, texts: Sequence[bytes]) -> list[Sequence[tuple[int, int, int]]]:
    joined = _BETWEEN.join([b"", *texts, b"", b""])
    folded = joined.translate(FOLDED)
    offsets = list(
      map(add, accumulate(map(len, texts), initial=0), count(2, len(_BETWEEN)))
    )
    hits = self._find_patterns(folded, overlapping=True)
    # In the order of their ends so far; now of their beginnings, the longest first.
    hits = sorted(reversed(hits), key=_start)
    if self._has_ascii_others or not joined.isascii():
      hits = self._with_others(hits, joined, texts, offsets)
    # Most texts have no term, and creating a list for each would take longer than
    # searching it.
    found: list[Any] = [()] * len(texts)
    after = row_end = 0
    kinds = self._kinds
    for index, start, end in hits:
      start += 1  # Without the breaks around.
      if start < after:
        continue
      end -= 1
      term = kinds[index]
      if term >= 0 and joined[end] in ENDINGS and joined[start - 1] in SPACES:
        clitic_end = end  # What `plain_end` returns for most words.
      else:
        if term == BEGINNING and not may_go_on(joined, end - 1):
          continue
        if term == SEVERAL_WORDS:
          term = self._plain_terms.get(joined[start:end].lower(), UNSURE)
        clitic_end = 0 if term < 0 else plain_end(joined, folded, start, end)
        if clitic_end < 0:
          continue
      if start >= row_end:
        row = bisect_right(offsets, start) - 1
        offset, row_end = offsets[row : row + 2]
        tokens = None
      if not clitic_end:
        tokens = tokens or Tokens(texts[row])
        end, clitic_end, term = self._look(tokens, start, offset)
      if term >= 0:
        span = (start - offset, end - offset, term)
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
    """Adds the places where terms may begin that no pattern stands for."""
    starts: set[int] = set()
    if self._find_others:
      starts.update(
        start for _, start, _ in self._find_others(joined.lower(), overlapping=True)
      )
    if self._find_irregular:
      irregular = self._find_irregular(joined)
      for row in {bisect_right(offsets, start) - 1 for _, start, _ in irregular}:
        starts.update(offsets[row] + start for start in Tokens(texts[row]).all_starts())
    if not starts:
      return hits
    unsure = len(self._kinds) - 1
    more = [(unsure, start - 1, start + 1) for start in starts]
    return sorted(more + hits, key=_start)

  def _look(self, tokens: Tokens, start: int, offset: int) -> tuple[int, int, int]:
    """Returns the end, the end with a clitic, and the term at a start; -1 for none.

    Args:
      tokens: Tokens of the text.
      start: First byte, in the joined texts.
      offset: First byte of the text, in the joined texts.
    """
    for first in tokens.keys(start - offset, 1):
      for length in self._lengths.get(first, ()):
        keys = tokens.keys(start - offset, length)
        # Near the end of the text there may be fewer; shorter terms come later.
        term = self._terms[first].get(tuple(keys), -1)
        if term >= 0 and len(keys) == length:
          end, clitic_end = tokens.ends(start - offset, length)
          return end + offset, clitic_end + offset, term
    return start, start, -1


def _automaton(patterns: Iterable[bytes]):
  return ahocorasick_rs.BytesAhoCorasick(
    list(patterns), implementation=ahocorasick_rs.Implementation.DFA
  ).find_matches_as_indexes
