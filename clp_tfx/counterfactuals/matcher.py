"""Finds the terms of a lexicon in texts, nearly as fast as the texts can be read.

An automaton finds candidates in the bytes of a text. Nearly all of them have plain
ASCII neighbours, which decide; around the others the text is cut into tokens. Both take
time linear in the text, independent of the number of terms.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, count
from operator import add
from typing import Any

import ahocorasick_rs

from clp_tfx.counterfactuals.lexicon import normalized
from clp_tfx.counterfactuals.plain_words import (
  BREAK,
  ENDINGS,
  FOLDED,
  SPACES,
  UNKNOWN,
  Word,
  plain_end,
)
from clp_tfx.counterfactuals.term_forms import (
  ASCII_WORD,
  ascii_beginnings,
  irregular_characters,
  other_beginnings,
)
from clp_tfx.counterfactuals.tokenizer import Tokens, token_pattern

# Number of texts of usual length that fit into the processor's cache.
_BATCH_SIZE = 256


class TermMatcher:
  """Finds terms in texts: whole words in any case.

  `tokenizer` defines what a word is. Words are compared in the form that `normalized`
  returns: in any case, with composed or decomposed accents, with straight or curly
  apostrophes and with plain or typographic hyphens. Any blanks within a line may
  separate the words of a longer term. If terms overlap, the leftmost one is found, or
  the longest of several that start there. A clitic after a term ("she's") is not part
  of the match, and no other term begins with it.

  Args:
    terms: Terms of one or more words each, taken literally. Of terms with the same
      normalised form, the first counts.

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
    # To the automaton, a letter before combining marks is a word.
    words |= {other for other in others if ASCII_WORD.fullmatch(other)}
    others -= words
    self._words = [Word.of(word, self._terms.get(word, {})) for word in sorted(words)]
    self._find_words = _automaton(words, BREAK)
    self._words.append(UNKNOWN)
    self._plain_terms = [
      word.term if word.is_plain and not word.next_words else -1 for word in self._words
    ]
    self._has_ascii_others = any(other.isascii() for other in others)
    self._find_others = _automaton(others) if others else None
    irregular = irregular_characters(self._terms)
    self._find_irregular = _automaton(irregular) if irregular else None

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
    joined = b" ".join([b"", *texts, b"", b""])
    folded = joined.translate(FOLDED)
    offsets = list(map(add, accumulate(map(len, texts), initial=0), count(1)))
    hits = self._find_words(folded, overlapping=True)
    if self._has_ascii_others or not joined.isascii():
      hits = self._with_others(hits, joined, texts, offsets)
    # Most texts have no term, and creating a list for each would take longer than
    # searching it.
    found: list[Any] = [()] * len(texts)
    after = row_end = 0
    for index, start, end in hits:
      start, end = start + 1, end - 1  # Without the breaks around it.
      if start < after:
        continue
      term = self._plain_terms[index]
      if term >= 0 and joined[end] in ENDINGS and joined[start - 1] in SPACES:
        clitic_end = end  # What `plain_end` returns for most words.
      else:
        term = self._words[index].term
        clitic_end = plain_end(joined, folded, start, end, self._words[index])
        if clitic_end and term < 0:
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
    """Adds the places where terms that do not begin with an ASCII word may begin."""
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
    starts.difference_update(start + 1 for _, start, _ in hits)
    unknown = len(self._words) - 1
    more = [(unknown, start - 1, start + 1) for start in starts]
    return sorted(hits + more, key=lambda hit: hit[1])

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


def _automaton(patterns: Iterable[str], around: bytes = b""):
  return ahocorasick_rs.BytesAhoCorasick(
    [around + pattern.encode() + around for pattern in sorted(patterns)],
    implementation=ahocorasick_rs.Implementation.DFA,
  ).find_matches_as_indexes
