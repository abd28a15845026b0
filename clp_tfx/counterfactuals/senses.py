"""Applies a lexicon's sense columns: tells whether a term in a text names people."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.english.senses import (
  OTHER_SENSES,
  WAYS,
  Known,
  Scene,
  scene,
)
from clp_tfx.counterfactuals.lexicon import IdentityTerm
from clp_tfx.counterfactuals.sense_columns import ANY_SENSE, Sense


class Verdict(NamedTuple):
  """Whether a term names people.

  Attributes:
    confidence: Probability that it does.
    refused_by: The column that says that it does not, or the sense it has instead;
      empty if it does.
  """

  confidence: float
  refused_by: str = ""


class Senses:
  """Applies the sense columns of terms.

  Args:
    terms: The rows of one or more lexicons. Rules take their nouns for persons, and
      their adjectives for words that can precede one.
  """

  def __init__(self, terms: Iterable[IdentityTerm]):
    rows = list(terms)
    self._rules = {
      row.term: _Rule(row.sense) for row in reversed(rows) if row.sense != ANY_SENSE
    }
    self._known = Known.of(
      frozenset(row.term for row in rows if row.role == "noun"),
      frozenset(row.term for row in rows if row.role == "adjective"),
      frozenset(row.term for row in rows if not row.role),
    )

  def rule(self, term: str) -> "_Rule | None":
    """Returns a term's rule, for `verdict`; None if it has no conditions."""
    return self._rules.get(term)

  def verdict(self, rule: "_Rule", text: str, start: int, end: int) -> Verdict:
    """Judges a term in a text."""
    return rule.verdict(scene(text, start, end), self._known)


class _Rule:
  """The sense columns of one term, prepared."""

  def __init__(self, sense: Sense):
    self._case = sense.case
    self._follows = _Phrases(sense.follows)
    self._precedes = _Phrases(sense.precedes)
    self._not_after = _Phrases(sense.not_after)
    self._not_before = _Phrases(sense.not_before)
    self._ways = [WAYS[name] for name in sense.only_person]
    self._other = [(name, OTHER_SENSES[name]) for name in sense.not_as]
    self._required = "only_person" if sense.only_person else "follows"
    if not (sense.only_person or sense.follows) and sense.precedes:
      self._required = "precedes"
    self._is_free = not (sense.only_person or sense.follows or sense.precedes)

  def verdict(self, at: Scene, known: Known) -> Verdict:
    if self._case and (self._case == "capital") != at.written[:1].isupper():
      return Verdict(0.0, "case")
    if self._not_after.end(at.before):
      return Verdict(0.0, "not_after")
    if self._not_before.begin(at.after):
      return Verdict(0.0, "not_before")
    for name, has_sense in self._other:
      if has_sense(at, known):
        return Verdict(0.0, name)
    if self._is_free or self._follows.end(at.before) or self._precedes.begin(at.after):
      return Verdict(1.0)
    confidence = max((way(at, known) for way in self._ways), default=0.0)
    return Verdict(confidence, "" if confidence else self._required)


class _Phrases:
  """Words and phrases to look for directly before or after a term."""

  def __init__(self, phrases: Sequence[str]):
    self._phrases = frozenset(tuple(phrase.split()) for phrase in phrases)
    self._lengths = sorted({len(phrase) for phrase in self._phrases})

  def begin(self, words: Sequence[str]) -> bool:
    """Returns whether the words begin with one of the phrases."""
    return any(tuple(words[:length]) in self._phrases for length in self._lengths)

  def end(self, words: Sequence[str]) -> bool:
    """Returns whether the words, given backwards, end with one of the phrases."""
    return any(
      tuple(reversed(words[:length])) in self._phrases for length in self._lengths
    )
