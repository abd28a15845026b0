"""Where a text names identities."""

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable
from itertools import accumulate, groupby
from typing import NamedTuple

from clp_tfx.identity_terms import (
  BLANKS,
  IdentityTerm,
  groups_with_ancestors,
  normalized,
)

_CLITICS = frozenset({"'s", "'d", "'ll", "'ve", "'re", "'m"})


class Mention(NamedTuple):
  """One place where a text names an identity.

  Attributes:
    start: Index of its first character.
    end: Index after its last one; a clitic (`'s`) belongs to the mention.
    term: The term, as the lexicon has it.
    group: The term's group.
    term_end: Index after the term itself, before a clitic.
    pejorative: Whether the term is.
  """

  start: int
  end: int
  term: str
  group: str
  term_end: int
  pejorative: bool = False


class MentionFinder:
  """Finds the identity terms of texts.

  A term matches whole words, in any case. Letters, digits, underscores, combining
  marks and zero-width joiners continue a word, in any script: "batman" and "there"
  hold no term. A hyphenated compound is one word of its own ("man-made",
  "father-in-law"): without a part it would be no word at all, and few compounds speak
  of the identity of their parts; a lexicon can list those that do. So is a word with
  letters masked by asterisks, and a web address. The clitic of "she's" and "woman's" is
  no part of the word but goes with it. Any blanks within a line may separate the words
  of a longer term. Of terms that overlap, the leftmost is taken, and of those the
  longest.

  Args:
    terms: The rows of one or several lexicons. Of rows with the same term the first
      gives the group and the connotation.
  """

  def __init__(self, terms: Iterable[IdentityTerm]):
    self._by_first: dict[str, list[tuple[list[str], IdentityTerm]]] = {}
    for row in {row.term: row for row in reversed(list(terms))}.values():
      keys = [normalized(token) for token in _token().findall(row.term)]
      self._by_first.setdefault(keys[0], []).append((keys, row))
    for candidates in self._by_first.values():
      candidates.sort(key=lambda candidate: len(candidate[0]), reverse=True)

  def find(self, text: str) -> list[Mention]:
    """Returns the mentions of identity terms in a text, in order, none overlapping.

    Args:
      text: Any text. Bytes that are not UTF-8, as `surrogateescape` decodes them,
        continue a word: they may be letters of another encoding.
    """
    tokens = _token().findall(text)
    # Most texts are ASCII and have no term: this pass has to be fast.
    words = list(map(str.lower if text.isascii() else normalized, tokens))
    if self._by_first.keys().isdisjoint(words):
      return []
    bounds = list(accumulate(map(len, tokens), initial=0))
    mentions = []
    after = 0
    for first, word in enumerate(words):
      if first < after or word not in self._by_first:
        continue
      for sequence, row in self._by_first[word]:
        last = first + len(sequence)
        if sequence == list(map(normalized, words[first:last])):
          after = last + (not _CLITICS.isdisjoint(words[last : last + 1]))
          pejorative = row.connotation == "pejorative"
          mentions.append(
            Mention(
              bounds[first],
              bounds[after],
              row.term,
              row.group,
              bounds[last],
              pejorative,
            )
          )
          break
    return mentions


def distinct_terms(mentions: list[Mention]) -> list[str]:
  """Returns the distinct terms of mentions, pejorative ones apart, in text order."""
  return list(dict.fromkeys(item.term for item in mentions if not item.pejorative))


def distinct_groups(mentions: list[Mention]) -> list[str]:
  """Returns the distinct groups of mentions and the groups above them, sorted.

  Those of pejorative terms are left out.
  """
  groups = {mention.group for mention in mentions if not mention.pejorative}
  return sorted({above for group in groups for above in groups_with_ancestors(group)})


@functools.cache
def _token() -> re.Pattern[str]:
  """Returns a pattern that cuts a text into words, clitics, blanks and single others.

  No alternative backtracks over more than a clitic, so the time is linear in the text.
  """
  letter = r"\w\udc80-\udcff"
  # U+00AD and U+2060 are invisible within a word, like the joiners U+200C and U+200D.
  inside = f"{letter}{_marks()}\u00ad\u200c\u200d\u2060"
  word = f"[{letter}][{inside}]*"
  joint = r"(?:['\u2019\u2010\u2011-]|\*+)"
  endings = "|".join(sorted(clitic[1:] for clitic in _CLITICS))
  clitic = f"['\u2019](?i:{endings})(?![{inside}]|{joint}[{letter}])"
  address = r"(?i:https?://|www\.)\S+"
  return re.compile(
    f"{address}|{word}(?:(?!{clitic}){joint}{word})*|[{BLANKS}]+|{clitic}|.", re.DOTALL
  )


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
