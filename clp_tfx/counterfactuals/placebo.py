"""Placebo edits: the edits of a counterfactual, made on words that name nobody.

How often a decision changes with an edit says little on its own, because any edit
changes a text. A placebo edits as many words of the same text, of about the same
length, in the same way.
"""

import bisect
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
    self._by_length: dict[int, list[_Word]] = {}
    for word in _words(text):
      self._by_length.setdefault(word.end - word.start, []).append(word)

  def take(self, place: int, length: int) -> _Word | None:
    """Takes the word of the most similar length, the nearest to a place."""
    for difference in range(length // 3 + 1):
      for similar in dict.fromkeys((length - difference, length + difference)):
        words = self._by_length.get(similar)
        while words:
          word = words.pop(_nearest(words, place))
          if self._is_plain(word):
            return word
    return None

  def _is_plain(self, word: _Word) -> bool:
    """Tells whether a word names nobody; most are never looked at."""
    normal = normalized(self._text[word.start : word.end])
    return normal not in _naming_words() and normal not in self._further


def _nearest(words: Sequence[_Word], place: int) -> int:
  after = bisect.bisect(words, (place,))
  if after == len(words) or (
    after and place - words[after - 1].start <= words[after].start - place
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
def _words(text: str) -> list[_Word]:
  tokens = token_pattern().findall(text)  # of which each character is in one
  ends = itertools.accumulate(map(len, tokens))
  return [
    _Word(end - len(token), end)
    for token, end in zip(tokens, ends, strict=True)
    if token.isalpha()
  ]


@functools.cache
def _naming_words() -> frozenset[str]:
  lexicons = [IdentityTerms.load(name) for name in built_in_lexicons()]
  terms = (row.term for lexicon in lexicons for row in lexicon.terms)
  # Not those of "people with ...", of which no word names anybody.
  return frozenset(term for term in terms if " " not in term)


def _words_of(terms: Iterable[str]) -> frozenset[str]:
  return frozenset(word for term in terms for word in normalized(term).split())
