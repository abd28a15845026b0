"""Counts terms, counterfactuals and skipped texts, and writes the counts."""

import collections
import functools
import json
import posixpath
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from clp_tfx.components.counterfactual_gen.stored_statistics import (
  COUNTERFACTUALS,
  FILE_NAME,
  MATCHED,
  REFUSED,
  RULES,
  SKIPPED,
  TEXTS,
)
from clp_tfx.counterfactuals.identity_term import groups_with_ancestors
from clp_tfx.counterfactuals.mentions import Refusals, distinct_groups, distinct_terms
from clp_tfx.counterfactuals.outcome import Outcome
from clp_tfx.files import write_whole

Counts = collections.Counter[tuple[str, ...]]
"""Counts by path: `(split, "texts")`, `(split, "terms", "gay", "rules", "removal")`."""


class _Kind(NamedTuple):
  """The parts of an outcome that are counted; many texts share a kind.

  Attributes:
    terms: The distinct terms.
    groups: The distinct groups and their parents.
    edits: Term, group and rule of each edit of each counterfactual.
    skipped: Why the text was skipped, if it was.
  """

  terms: tuple[str, ...]
  groups: tuple[str, ...]
  edits: tuple[tuple[tuple[str, str, str], ...], ...]
  skipped: str


def count(
  outcomes: Sequence[Outcome], split: str, refusals: Refusals | None = None
) -> Counts:
  """Counts the outcomes for the texts of a split, and terms that do not name people."""
  kinds = collections.Counter([_kind(each) for each in outcomes if each.mentions])
  counts: Counts = collections.Counter({(split, TEXTS): len(outcomes)})
  for kind, number in kinds.items():
    for name, of_one in _counts_of(kind, split):
      counts[name] = counts.get(name, 0) + number * of_one
  for rule, number in (refusals or {}).items():
    counts[split, REFUSED, rule] = number
  return counts


# Cached because, unlike texts, kinds recur often.
@functools.lru_cache(maxsize=4096)
def _counts_of(kind: _Kind, split: str) -> list[tuple[tuple[str, ...], int]]:
  """Returns the counts of one text of a kind."""
  counts: Counts = collections.Counter()
  _count_kind(counts, (split,), kind, lambda term, group: True)
  for name in kind.groups:
    of_group = functools.partial(_is_of_group, name)
    _count_kind(counts, (split, "groups", name), kind, of_group)
  for name in kind.terms:
    of_term = functools.partial(_is_of_term, name)
    _count_kind(counts, (split, "terms", name), kind, of_term)
  return list(counts.items())


def _kind(outcome: Outcome) -> _Kind:
  return _Kind(
    tuple(distinct_terms(outcome.mentions)),
    tuple(distinct_groups(outcome.mentions)),
    tuple(
      tuple([(edit.term, edit.group, edit.rule) for edit in made.all_edits])
      for made in outcome.counterfactuals
    ),
    outcome.skipped,
  )


def _is_of_group(name: str, term: str, group: str) -> bool:
  return name in groups_with_ancestors(group)


def _is_of_term(name: str, term: str, group: str) -> bool:
  return term == name


def _count_kind(
  counts: Counts,
  path: tuple[str, ...],
  kind: _Kind,
  counts_here: Callable[[str, str], bool],
) -> None:
  """Counts a text with terms, and its edits that belong to the path."""
  counts[(*path, MATCHED)] += 1
  for edits in kind.edits:
    rules = [rule for term, group, rule in edits if counts_here(term, group)]
    counts[(*path, COUNTERFACTUALS)] += bool(rules)
    for rule in rules:
      counts[(*path, RULES, rule)] += 1
  if kind.skipped:
    counts[(*path, SKIPPED, kind.skipped)] += 1


class SumCounts(beam.CombineFn):
  """Sums counts; their size depends on the lexicon, not on the number of texts."""

  def create_accumulator(self) -> Counts:  # noqa: D102
    return collections.Counter()

  def add_input(  # noqa: D102
    self, accumulator: Counts, counts: Counts
  ) -> Counts:
    accumulator.update(counts)
    return accumulator

  def merge_accumulators(  # noqa: D102
    self, accumulators: Iterable[Counts]
  ) -> Counts:
    total: Counts = collections.Counter()
    for accumulator in accumulators:
      total.update(accumulator)
    return total

  def extract_output(self, accumulator: Counts) -> Counts:  # noqa: D102
    return accumulator


def as_dict(counts: Counts, splits: Iterable[str]) -> dict[str, Any]:
  """Returns counts in the form that `load_statistics` returns.

  Args:
    counts: The counts.
    splits: All splits, including those without texts.
  """
  found: dict[str, Any] = {split: _empty_split() for split in splits}
  for path, number in sorted(counts.items()):
    split, *inner, name = path
    at = found.setdefault(split, _empty_split())
    for depth, key in enumerate(inner):
      named = depth == 1 and inner[0] in ("groups", "terms")
      at = at.setdefault(key, _empty() if named else {})
    at[name] = number
  return {"splits": found}


def _empty() -> dict[str, Any]:
  return {MATCHED: 0, COUNTERFACTUALS: 0, SKIPPED: {}, RULES: {}}


def _empty_split() -> dict[str, Any]:
  return {TEXTS: 0, **_empty(), "groups": {}, "terms": {}}


def write_statistics(statistics: dict[str, Any], folder: str) -> None:
  """Writes statistics atomically."""
  text = json.dumps(statistics, indent=2, ensure_ascii=False) + "\n"
  write_whole(posixpath.join(folder, FILE_NAME), text)
