"""Applies a lexicon's sense columns: tells whether a term in a text names people."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.other_senses import OTHER_SENSES
from clp_tfx.counterfactuals.english.scene import Scene, Words
from clp_tfx.counterfactuals.english.ways import WAYS
from clp_tfx.counterfactuals.identity_term import IdentityTerm
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


_SURE = Verdict(1.0)


class Senses:
  """Applies the sense columns of terms.

  Args:
    terms: The rows of one or more lexicons. Rules take their nouns for persons, and
      their adjectives for words that can precede one.

  Attributes:
    known: These words.
  """

  def __init__(self, terms: Iterable[IdentityTerm]):
    rows = list(terms)
    self._rules = {
      row.term: _Rule(row.sense) for row in reversed(rows) if row.sense != ANY_SENSE
    }
    self.known = Known.of(
      frozenset(row.term for row in rows if row.role == "noun"),
      frozenset(row.term for row in rows if row.role == "adjective"),
      frozenset(row.term for row in rows if not row.role),
    )

  def rule(self, term: str) -> "_Rule | None":
    """Returns a term's rule, for `verdict`; None if it has no conditions."""
    return self._rules.get(term)

  def verdict(self, rule: "_Rule", text: str, start: int, end: int) -> Verdict:
    """Judges a term in a text."""
    return rule.verdict(Scene(text, start, end), self.known)


class _Rule:
  """The sense columns of one term, prepared."""

  def __init__(self, sense: Sense):
    self._case = sense.case
    self._follows = sense.follows and _Phrases(sense.follows, are_before=True)
    self._precedes = sense.precedes and _Phrases(sense.precedes, are_before=False)
    self._not_after = sense.not_after and _Phrases(sense.not_after, are_before=True)
    self._not_before = sense.not_before and _Phrases(sense.not_before, are_before=False)
    self._ways = [WAYS[name] for name in sense.only_person]
    self._other = [(name, OTHER_SENSES[name]) for name in sense.not_as]
    self._required = "only_person" if sense.only_person else "follows"
    if not (sense.only_person or sense.follows) and sense.precedes:
      self._required = "precedes"
    self._is_free = not (sense.only_person or sense.follows or sense.precedes)

  def verdict(self, at: Scene, known: Known) -> Verdict:
    if self._case and (self._case == "capital") != at.written[:1].isupper():
      return Verdict(0.0, "case")
    if self._not_after and self._not_after.are_at(at.before):
      return Verdict(0.0, "not_after")
    if self._not_before and self._not_before.are_at(at.after):
      return Verdict(0.0, "not_before")
    for name, has_sense in self._other:
      if has_sense(at, known):
        return Verdict(0.0, name)
    if (
      self._is_free
      or (self._follows and self._follows.are_at(at.before))
      or (self._precedes and self._precedes.are_at(at.after))
    ):
      return _SURE
    confidence = 0.0
    for way in self._ways:
      confidence = max(confidence, way(at, known))
      if confidence == 1:
        break
    return Verdict(confidence, "" if confidence else self._required)


class _Phrases:
  """Words and phrases to look for directly before or after a term."""

  def __init__(self, phrases: Sequence[str], are_before: bool):
    self._by_nearest: dict[str, list[list[str]]] = {}
    for phrase in phrases:
      words = phrase.split()[:: -1 if are_before else 1]
      self._by_nearest.setdefault(words[0], []).append(words)

  def are_at(self, words: Words) -> bool:
    """Returns whether one of them is what stands nearest."""
    some = self._by_nearest.get(words.at(0))
    return bool(some) and any(words[: len(phrase)] == phrase for phrase in some)
