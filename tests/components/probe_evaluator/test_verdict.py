"""Each bound on harm: what passes, what does not, and why in words."""

import copy
import dataclasses
import itertools
import math

import pytest

from clp_tfx.components.probe_evaluator.verdict import (
  NO_BASELINE,
  check_harms,
  failures,
)

from .harms import GATE, comments, probes


def verdict(figures=None, before=None, after=None, **gate):
  gate = dataclasses.replace(GATE, **gate)
  before, after = before or comments(), after or comments()
  return check_harms(gate, figures or probes(), before, after)


def why(found):
  return [check.reason for check in failures(found.checks)]


def test_what_keeps_every_bound_passes():
  found = verdict()
  assert found.passed and why(found) == [] and found.inactive == []
  # Two identities, the spread, recall of all and of a group; two groups of comments.
  assert len(found.checks) == 2 + 1 + 2 + 2
  assert [tuple(each) for each in found.not_judged] == [
    ("audit flip rate", "age", 29),
    ("recall", "age", 29),
  ]


def test_a_displaced_identity_is_named_with_its_worst_sentence():
  figures = probes()
  figures["identities"][0]["displacement"] |= {"rise": 0.21, "verdict": "displaced"}
  assert why(verdict(figures)) == [
    "deaf: the false positive rate on neutral sentences rose by 0.21, but must rise by "
    "at most 0.1; the worst: “I know deaf people.”"
  ]
  assert verdict(figures, max_displacement=0).passed


def test_identities_that_the_suite_cannot_tell_about_are_refused_in_one_sentence():
  figures = probes()
  for row in figures["identities"]:
    row["displacement"] |= {"detectable": 0.3, "verdict": "too little evidence"}
  (reason,) = why(verdict(figures))
  assert reason.startswith("Too little evidence") and "deaf, gay" in reason


def test_a_rise_that_another_seed_may_bring_refuses_nothing():
  figures = probes()
  change = {"rise": 0.21, "verdict": "within training noise"}
  figures["identities"][0]["displacement"] |= change
  assert verdict(figures).passed


def test_the_spread_names_the_identity_that_is_farthest_from_all():
  figures = probes()
  figures["model"]["worst_distance"] = 0.31
  figures["identities"][0]["model"]["false_positive_rate"] = 0.51
  assert why(verdict(figures)) == [
    "deaf: the false positive rate on neutral sentences is 0.51, and 0.20 overall; "
    "they must be at most 0.3 apart."
  ]
  assert verdict(figures, max_identity_spread=0.32).passed
  # The figure of another model: the rates themselves are farther apart.
  figures["model"]["worst_distance"] = 0.1
  assert not verdict(figures).passed
  assert verdict(figures, max_identity_spread=0).passed


def test_recall_on_hostile_probes():
  figures = probes()
  figures["model"]["recall"] = 0.49
  assert why(verdict(figures)) == [
    "Recall on hostile sentences fell by 0.11, but must fall by at most 0.1."
  ]
  # Of a group, at the threshold where the model is as strict as the baseline.
  figures = probes()
  figures["groups"][0]["model"]["matched"]["recall"] = 0.49
  (reason,) = why(verdict(figures))
  assert reason.startswith("Recall on hostile sentences, group disability fell by 0.11")
  assert verdict(figures, max_recall_drop=0.12).passed
  assert verdict(figures, max_recall_drop=0).passed


def test_a_rise_of_audited_flips():
  # The candidate's lower bound is above the baseline's upper bound: .15 and .15.
  assert verdict(after=comments(flip_rate=0.2)).passed
  assert why(verdict(after=comments(flip_rate=0.21))) == [
    "Audit: the flip rate of 200 pairs about race rose by 0.11, but must rise by at "
    "most 0.1."
  ]


def test_recall_on_comments_that_mention_a_group():
  # Of 100 comments 20 and 31 are missed: 21 and 32 of 102 are .108 apart, and 1.64
  # standard errors are 1.64 √((.206 · .794 + .314 · .686) / 102) = .100.
  assert why(verdict(after=comments(false_negative_rate=0.31))) == [
    "Recall on 100 positive comments that mention race fell by 0.11, but must fall by "
    "at most 0.1."
  ]
  # Of 30 comments, this could be chance.
  few = [comments(), comments(false_negative_rate=0.31)]
  for each in few:
    each["bias_auc"]["identity_group"]["race"]["positives"] = 30
  assert verdict(before=few[0], after=few[1]).passed


def test_a_group_that_only_the_baseline_has_does_not_pass():
  after = comments()
  del after["audit"]["group"]["race"], after["bias_auc"]["identity_group"]["race"]
  assert len(why(verdict(after=after))) == 2


def test_without_a_baseline_only_the_spread_is_checked_and_that_is_said():
  found = check_harms(GATE, probes(), None, comments())
  assert [check.metric for check in found.checks] == ["probes/worst_distance"]
  assert found.inactive == [NO_BASELINE]


def test_what_is_inactive_is_not_checked():
  gate = {"judges_probes": False, "judges_comments": False, "inactive": ("Because.",)}
  found = verdict(**gate)
  assert found.checks == [] and found.inactive == ["Because."]


def test_without_any_figures_on_probes_nothing_passes():
  for nothing in ({}, {"identities": [], "groups": []}):
    found = check_harms(GATE, nothing, comments(), comments())
    assert len(why(found)) == 4  # Displacement, spread, recall of all and of groups.
    assert not found.passed


def leaves(figures, path=()):
  """Yields the path of every figure."""
  if isinstance(figures, dict | list):
    keys = figures if isinstance(figures, dict) else range(len(figures))
    for key in keys:
      yield from leaves(figures[key], (*path, key))
  else:
    yield path


def replaced(figures, path, value):
  """Returns a copy with another figure, or without it if the value is `...`."""
  copied = inner = copy.deepcopy(figures)
  for key in path[:-1]:
    inner = inner[key]
  if value is ... and isinstance(inner, dict):
    del inner[path[-1]]
  else:
    inner[path[-1]] = None if value is ... else value
  return copied


NOT_FIGURES = {"text", "identity", "group", "pairs", "positives", "matched_threshold"}


def is_used(source, path):
  if {"age"} & set(path) or path[-1] in NOT_FIGURES:
    return False
  # Only one end of each model's bounds is compared.
  return path[-2:] != ("flip_rate_bounds", 1 if source == "after" else 0)


@pytest.mark.parametrize("source", ["figures", "before", "after"])
def test_no_damaged_figure_passes(source):
  sources = {"figures": probes(), "before": comments(), "after": comments()}
  mutants = 0
  used = [path for path in leaves(sources[source]) if is_used(source, path)]
  for path, value in itertools.product(used, (math.nan, None, ..., "ok?", math.inf)):
    damaged = replaced(sources[source], path, value)
    assert not verdict(**{**sources, source: damaged}).passed, (path, value)
    mutants += 1
  print(f"{mutants} distinct mutants of {source}, none passes")
  assert mutants >= 15


@pytest.mark.parametrize("key", list(probes()))
def test_nothing_that_is_left_out_passes(key):
  damaged = probes()
  del damaged[key]
  assert not verdict(damaged).passed
