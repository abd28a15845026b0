"""Counts what is made of texts, and writes what was counted."""

import collections
import functools
import json
import posixpath
from collections.abc import Callable, Iterable
from typing import Any

import apache_beam as beam
from tfx import v1 as tfx
from tfx.dsl.io import fileio

from clp_tfx.counterfactual_statistics import (
  COUNTERFACTUALS,
  FILE_NAME,
  MATCHED,
  RULES,
  SKIPPED,
  TEXTS,
)
from clp_tfx.counterfactuals import Edit, Outcome, distinct_groups, distinct_terms
from clp_tfx.identity_terms import groups_with_ancestors

Counts = collections.Counter[tuple[str, ...]]
"""Counts by path: `(split, "texts")`, `(split, "terms", "gay", "rules", "removal")`."""


class CounterfactualStatistics(tfx.dsl.Artifact):
  """A folder with one JSON file; `load_statistics` describes it."""

  # Kubeflow wants a name space before the name.
  TYPE_NAME = "clp_tfx.CounterfactualStatistics"


def count(outcomes: Iterable[Outcome], split: str) -> Counts:
  """Counts what was made of the texts of a split."""
  counts: Counts = collections.Counter()
  for outcome in outcomes:
    counts[split, TEXTS] += 1
    if not outcome.mentions:
      continue
    _count_matched(counts, (split,), outcome, lambda edit: True)
    for group in distinct_groups(outcome.mentions):
      of_group = functools.partial(_is_of_group, group)
      _count_matched(counts, (split, "groups", group), outcome, of_group)
    for term in distinct_terms(outcome.mentions):
      of_term = functools.partial(_is_of_term, term)
      _count_matched(counts, (split, "terms", term), outcome, of_term)
  return counts


def _is_of_group(group: str, edit: Edit) -> bool:
  return group in groups_with_ancestors(edit.group)


def _is_of_term(term: str, edit: Edit) -> bool:
  return edit.term == term


def _count_matched(
  counts: Counts,
  path: tuple[str, ...],
  outcome: Outcome,
  counts_here: Callable[[Edit], bool],
) -> None:
  """Counts a text with terms; of its edits only those that count here."""
  counts[(*path, MATCHED)] += 1
  for made in outcome.counterfactuals:
    edits = [edit for edit in made.edits if counts_here(edit)]
    counts[(*path, COUNTERFACTUALS)] += bool(edits)
    for edit in edits:
      counts[(*path, RULES, edit.rule)] += 1
  if outcome.skipped:
    counts[(*path, SKIPPED, outcome.skipped)] += 1


class SumCounts(beam.CombineFn):
  """Adds counts up; as small as the lexicon, however many texts there are."""

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
  """Returns counts as `load_statistics` does.

  Args:
    counts: What was counted.
    splits: The splits, those without a text included.
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
  """Writes statistics, whole or not at all, where TFX writes files."""
  path = posixpath.join(folder, FILE_NAME)
  fileio.makedirs(folder)
  with fileio.open(path + ".new", "w") as file:
    file.write(json.dumps(statistics, indent=2, ensure_ascii=False) + "\n")
  fileio.rename(path + ".new", path, overwrite=True)
