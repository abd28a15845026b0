"""Finds where a text names identities."""

import collections
import functools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.words import ABBREVIATIONS
from clp_tfx.counterfactuals.identity_term import IdentityTerm, groups_with_ancestors
from clp_tfx.counterfactuals.matcher import TermMatcher
from clp_tfx.counterfactuals.senses import Senses
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES, clitic_pattern

Refusals = collections.Counter[str]
"""Number of terms that were not mentions, by the sense column or sense that said so."""

# As in HTML: woman&#39;s.
_ESCAPED_CLITIC = re.compile(
  r"&(?:#0?39|#x27|#8217|apos|rsquo);(?:s|d|ll|ve|re|m)(?!\w)", re.IGNORECASE
)
_STRAY = re.compile("[\ud800-\udc7f\udd00-\udfff]")


class Mention(NamedTuple):
  """One place where a text names an identity.

  Example:
    >>> finder = MentionFinder(IdentityTerms.load("identity_en").terms)
    >>> text = "The woman's hat"
    >>> (mention,) = finder.find(text)
    >>> text[mention.start : mention.end], mention.term, mention.group
    ("woman's", 'woman', 'gender/female')

  Attributes:
    start: Index of its first character.
    end: Index after its last one, including a clitic (`'s`).
    term: The term, as the lexicon spells it.
    group: The term's group.
    term_end: Index after the term itself, excluding a clitic.
    pejorative: Whether the term is pejorative.
    confidence: Probability that the term names an identity here.
  """

  start: int
  end: int
  term: str
  group: str
  term_end: int
  pejorative: bool = False
  confidence: float = 1.0


class MentionFinder:
  """Finds the identity terms of texts.

  A term matches whole words in any case: "batman" and "there" contain no term; see
  `tokenizer` for what a word is and `TermMatcher` for the rest. The clitic of "she's"
  and "woman's" is not part of the word but of the mention. A term with sense columns is
  a mention only where they apply. A category is a mention if it is the whole text.

  Example:
    >>> finder = MentionFinder(IdentityTerms.load("identity_en").terms)
    >>> text = "She told a gay man about black coffee"
    >>> [mention.term for mention in finder.find(text)]
    ['she', 'gay', 'man']

  Args:
    terms: The rows of one or more lexicons. If several rows have the same term, the
      first one gives the group and the connotation.
  """

  def __init__(self, terms: Iterable[IdentityTerm]):
    given = list(terms)
    self._values = {_encoded(row.term): row for row in given if row.is_value}
    terms = [row for row in given if not row.is_value]
    rows = {row.term: row for row in reversed(terms)}.values()
    self._senses = Senses(terms)
    self._terms = [
      (
        row.term,
        row.group,
        row.connotation == "pejorative",
        self._senses.rule(row.term),
      )
      for row in rows
    ]
    self._matcher = TermMatcher([row.term for row in rows])

  @property
  def known(self) -> Known:
    """The words for persons and their modifiers, with those of the terms."""
    return self._senses.known

  def find(self, text: str) -> list[Mention]:
    """Returns the mentions of identity terms in a text, in order and not overlapping.

    Args:
      text: Any text. Bytes that are not UTF-8, as `surrogateescape` decodes them, count
        as letters: they may be letters of another encoding.
    """
    encoded = _encoded(text)
    if encoded in self._values:
      return [self._of_value(encoded)]
    return self._mentions(text, encoded, self._matcher.find(encoded), None)

  def find_all(
    self, texts: Sequence[bytes], refusals: Refusals | None = None
  ) -> list[list[Mention]]:
    """Returns what `find` returns for each text, much faster than one by one.

    Args:
      texts: Texts as bytes. The indices in mentions count the characters that
        `surrogateescape` decodes them to.
      refusals: Counter for terms that are not mentions.
    """
    found = [
      self._mentions(text.decode("utf-8", "surrogateescape"), text, spans, refusals)
      if spans
      else []
      for text, spans in zip(texts, self._matcher.find_all(texts), strict=True)
    ]
    if self._values:
      for index, text in enumerate(texts):
        if text in self._values:
          found[index] = [self._of_value(text)]
    return found

  def _of_value(self, text: bytes) -> Mention:
    row, end = self._values[text], _length(text)
    pejorative = row.connotation == "pejorative"
    return Mention(0, end, row.term, row.group, end, pejorative)

  def _mentions(
    self,
    text: str,
    encoded: bytes,
    spans: list[tuple[int, int, int]],
    refusals: Refusals | None,
  ) -> list[Mention]:
    mentions = []
    end_byte = end = 0
    is_ascii = text.isascii()
    for start_byte, next_end_byte, index in spans:
      if is_ascii:
        start, end = start_byte, next_end_byte
      else:
        start = end + _length(encoded[end_byte:start_byte])
        end = start + _length(encoded[start_byte:next_end_byte])
        end_byte = next_end_byte
      term, group, pejorative, rule = self._terms[index]
      confidence = 1.0
      if rule:
        confidence, refused_by = self._senses.verdict(rule, text, start, end)
        if refused_by:
          if refusals is not None:
            refusals[refused_by] += 1
          continue
      with_ending = _end_with_ending(text, end, term)
      mentions.append(
        Mention(start, with_ending, term, group, end, pejorative, confidence)
      )
    return mentions


def _end_with_ending(text: str, end: int, term: str) -> int:
  """Returns the end of a term including its clitic or full stop: woman's, Mr."""
  following = text[end : end + 1]
  if following in APOSTROPHES:  # Also at the end of the text.
    found = clitic_pattern().match(text, end)
  elif following == "&":
    found = _ESCAPED_CLITIC.match(text, end)
  elif following == "." and term in ABBREVIATIONS:
    return end + 1
  else:
    return end
  return found.end() if found else end


def distinct_terms(mentions: list[Mention]) -> list[str]:
  """Returns the distinct terms of mentions, except pejorative ones, in text order."""
  return list(dict.fromkeys([item.term for item in mentions if not item.pejorative]))


def distinct_groups(mentions: list[Mention]) -> list[str]:
  """Returns the distinct groups of mentions and their ancestors, sorted.

  Pejorative terms are left out.
  """
  groups = frozenset([item.group for item in mentions if not item.pejorative])
  return list(_with_ancestors(groups))


@functools.lru_cache(maxsize=4096)
def _with_ancestors(groups: frozenset[str]) -> tuple[str, ...]:
  every = {above for group in groups for above in groups_with_ancestors(group)}
  return tuple(sorted(every))


def _encoded(text: str) -> bytes:
  try:
    return text.encode("utf-8", "surrogateescape")
  except UnicodeEncodeError:  # A surrogate that encodes no byte is not a letter.
    return _STRAY.sub("\ufffd", text).encode("utf-8", "surrogateescape")


def _length(encoded: bytes) -> int:
  """Returns the length in characters."""
  if encoded.isascii():
    return len(encoded)
  return len(encoded.decode("utf-8", "surrogateescape"))
