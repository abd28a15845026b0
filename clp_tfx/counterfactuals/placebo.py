"""Placebo edits: the edits of a counterfactual, made on words that name nobody.

How often a decision changes with an edit says little on its own, because any edit
changes a text. A placebo edits as many words of the same text, of about the same
length, in the same way.
"""

import bisect
import collections
import functools
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.edits import Edit, applied
from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.lexicon import IdentityTerms, built_in_lexicons
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.removals import Removal, removal_edits
from clp_tfx.counterfactuals.tokenizer import token_pattern


def placebo(
  text: str, edits: Sequence[Edit], terms: Collection[str] = ()
) -> str | None:
  """Returns a text with the placebo of a counterfactual's edits.

  For each word that is removed, the placebo removes the other word whose length is most
  similar (by at most a third), the nearest of several; for each word that is replaced,
  it writes another word of the text, as long as the replacement, in place of such a
  word. Terms of the built-in lexicons are not used. Repairs, such as that of an
  article, are not imitated.

  Args:
    text: The original text.
    edits: The counterfactual's edits.
    terms: Further terms whose words name somebody.

  Returns:
    The text; None if it has no such words, or if no edit of a term edits a word.
  """
  made = [edit for edit in edits if edit.term and not edit.feature]
  further = _words_of([*terms, *(edit.term for edit in made)])
  words = _Words(text, further)
  removals: list[Removal] = []
  replacements: list[Edit] = []
  for place, old, new in _changes(text, made):
    word = words.take(place, len(old))
    other = words.take(place, len(new)) if word and new else None
    if not word or (new and not other):
      return None
    if other:
      replacements.append(_edit(word, text[other.start : other.end]))
    else:
      mention = Mention(word.start, word.end, "", "", word.end)
      removals.append(Removal(mention, noun=False, english=False))
  if not (removals or replacements):
    return None
  return applied(text, sorted([*removal_edits(text, sorted(removals)), *replacements]))


class _Word(NamedTuple):
  start: int
  end: int


class _Words:
  """Words of a text by length, each of which can be taken once.

  Args:
    text: The text.
    further: Words that name somebody, beside those of the built-in lexicons.
  """

  def __init__(self, text: str, further: Collection[str]):
    self._text = text
    self._further = further
    self._left_by_length: dict[int, list[int]] = {}

  def take(self, place: int, length: int) -> _Word | None:
    """Takes the word of the most similar length, the nearest to a place."""
    for difference in range(length // 3 + 1):
      for similar in dict.fromkeys((length - difference, length + difference)):
        starts = self._left(similar)
        while starts:
          start = starts.pop(_nearest(starts, place))
          word = _Word(start, start + similar)
          if self._is_plain(word):
            return word
    return None

  def _left(self, length: int) -> list[int]:
    """Returns where the words of a length begin that were not yet looked at."""
    if length not in self._left_by_length:
      every = _starts_by_length(self._text)
      self._left_by_length[length] = list(every.get(length, ()))
    return self._left_by_length[length]

  def _is_plain(self, word: _Word) -> bool:
    """Tells whether a word names nobody; most are never looked at."""
    normal = normalized(self._text[word.start : word.end])
    return normal not in _naming_words() and normal not in self._further


def _nearest(starts: Sequence[int], place: int) -> int:
  after = bisect.bisect_left(starts, place)
  if after == len(starts) or (
    after and place - starts[after - 1] <= starts[after] - place
  ):
    return after - 1
  return after


def _changes(text: str, edits: Iterable[Edit]) -> Iterator[tuple[int, str, str]]:
  """Yields the place of each edited word, the word and its replacement or nothing."""
  for edit in edits:
    old, new = text[edit.start : edit.end].split(), edit.replacement.split()
    for word, other in itertools.zip_longest(old, new, fillvalue=""):
      if word:
        yield edit.start, word, other


def _edit(word: _Word, replacement: str) -> Edit:
  return Edit(word.start, word.end, replacement, "", "", "", "placebo", 1.0)


# The counterfactuals of a text come one after another.
@functools.lru_cache(maxsize=1)
def _starts_by_length(text: str) -> dict[int, list[int]]:
  """Returns where the words of a text begin, in order."""
  found: dict[int, list[int]] = collections.defaultdict(list)
  start = 0
  for token in token_pattern().findall(text):  # Of which each character is in one.
    if token.isalpha():
      found[len(token)].append(start)
    start += len(token)
  return found


@functools.cache
def _naming_words() -> frozenset[str]:
  lexicons = [IdentityTerms.load(name) for name in built_in_lexicons()]
  terms = (row.term for lexicon in lexicons for row in lexicon.terms)
  # Not those of "people with ...", of which no word names anybody.
  return frozenset(term for term in terms if " " not in term)


def _words_of(terms: Iterable[str]) -> frozenset[str]:
  return frozenset(word for term in terms for word in normalized(term).split())
