"""Text in, counterfactuals out: the same text without its identity terms."""

import functools
import re
import sys
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from clp_tfx.identity_terms import (
  BLANKS,
  IdentityTerms,
  groups_with_ancestors,
  normalized,
)

_CLITICS = frozenset({"'s", "'d", "'ll", "'ve", "'re", "'m"})
_LINE_BREAKS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_OPENING = "([{<\u00ab\u2039\u201c\u2018\u201e\u201a\u00bf\u00a1\"'`"
_CLOSING = ")]}>\u00bb\u203a\u201d\u2019.,;:!?\u2026%\"'`"


class Mention(NamedTuple):
  """One place where a text names an identity.

  Attributes:
    start: Index of its first character.
    end: Index after its last one; a clitic (`'s`) belongs to the mention.
    term: The term, as the lexicon has it.
    group: The term's group.
  """

  start: int
  end: int
  term: str
  group: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
  """A text that differs from the original in identity only.

  Attributes:
    text: The edited text.
    group: The groups of the edited terms, sorted, distinct, joined by `+`.
    edit: Every edit in the order of the text, joined by `;`: `gay→` is a removal.
  """

  text: str
  group: str
  edit: str


class CounterfactualGenerator:
  """Finds the identity terms of texts and generates counterfactuals without them.

  A term matches whole words, in any case. Letters, digits, underscores, combining
  marks and zero-width joiners continue a word, in any script: "batman" and "there"
  hold no term. A hyphenated compound is one word of its own ("man-made",
  "father-in-law"): without a part it would be no word at all, and few compounds speak
  of the identity of their parts; a lexicon can list those that do. So is a word with
  letters masked by asterisks, and a web address. The clitic of "she's" and "woman's" is
  no part of the word but goes with it. Any blanks within a line may separate the words
  of a longer term. Of terms that overlap, the leftmost is taken, and of those the
  longest.
  """

  def __init__(self, identity_terms: IdentityTerms):
    self._by_first: dict[str, list[tuple[list[str], str, str]]] = {}
    groups = {row.term: row.group for row in identity_terms.terms}
    for term, group in groups.items():
      keys = [normalized(token) for token in _token().findall(term)]
      self._by_first.setdefault(keys[0], []).append((keys, term, group))
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
      for sequence, term, group in self._by_first[word]:
        last = first + len(sequence)
        if sequence == list(map(normalized, words[first:last])):
          after = last + (not _CLITICS.isdisjoint(words[last : last + 1]))
          mentions.append(Mention(bounds[first], bounds[after], term, group))
          break
    return mentions

  def generate(
    self, text: str, mentions: list[Mention] | None = None
  ) -> list[Counterfactual]:
    """Generates the counterfactuals of a text by ablation.

    All mentions are removed at once, and the blanks beside each are repaired: none is
    left that the mention alone called for, at the ends of a line, before punctuation
    or doubled. Everything else stays as it is, line breaks and capitals included.

    Args:
      text: Any text.
      mentions: What `find` returns for the text, where it is at hand.

    Returns:
      One counterfactual, or none where the text has no identity term.
    """
    if mentions is None:
      mentions = self.find(text)
    if not mentions:
      return []
    groups = sorted({mention.group for mention in mentions})
    edits = [f"{mention.term}\u2192" for mention in mentions]
    return [Counterfactual(_without(text, mentions), "+".join(groups), ";".join(edits))]


def distinct_terms(mentions: list[Mention]) -> list[str]:
  """Returns the distinct terms of mentions, in the order of the text."""
  return list(dict.fromkeys(mention.term for mention in mentions))


def distinct_groups(mentions: list[Mention]) -> list[str]:
  """Returns the distinct groups of mentions and the groups above them, sorted."""
  groups = {mention.group for mention in mentions}
  return sorted({above for group in groups for above in groups_with_ancestors(group)})


def _without(text: str, mentions: list[Mention]) -> str:
  starts = [mention.start for mention in mentions]
  ends = [mention.end for mention in mentions]
  first, *middle, last = (
    text[start:end] for start, end in zip([0, *ends], [*starts, None], strict=True)
  )
  # Mentions with nothing but blanks between them leave one gap.
  pieces = [first, *(piece for piece in middle if piece.strip(BLANKS)), last]
  edited = [first.rstrip(BLANKS)]
  for left, right in pairwise(pieces):
    edited += [_gap(left, right), right.strip(BLANKS)]
  edited[-1] = last.lstrip(BLANKS)
  return "".join(edited)


def _gap(left: str, right: str) -> str:
  """Returns the blanks to leave where a mention stood between two pieces of text."""
  head, tail = left.rstrip(BLANKS), right.lstrip(BLANKS)
  before, after = left[len(head) :], right[: len(right) - len(tail)]
  starts_line = not head or head[-1] in _LINE_BREAKS
  ends_line = not tail or tail[0] in _LINE_BREAKS
  if ends_line:
    return "" if starts_line else after
  if not after and tail[0] in _CLOSING:
    return ""
  if starts_line:
    return before  # its indentation
  if not before and head[-1] in _OPENING:
    return ""
  return (before or after)[:1]


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
