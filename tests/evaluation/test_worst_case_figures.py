"""The worst case over terms by hand."""

import numpy as np
import pytest

from clp_tfx.counterfactuals.role_terms import Variant
from clp_tfx.evaluation.worst_case_figures import Case, worst_case_figures

CASES = [
  Case("a jew", [Variant("a muslim", "religion", "jew", "muslim")]),
  Case(
    "he is a jew",
    [
      Variant("she is a jew", "gender", "he", "she"),
      Variant("he is a muslim", "religion", "jew", "muslim"),
    ],
  ),
]
# The first comment flips; the second comes as far as the threshold, and not above it.
SCORES = [np.array([0.25, 0.75]), np.array([0.0, 0.125, 0.5])]


def test_figures_by_hand():
  # One of two: P(X >= 1) = 1 - (1 - p)² = .05 at p = 1 - √.95, and mirrored.
  low = 1 - 0.95**0.5
  # One of one: p = .05.
  assert worst_case_figures(CASES, SCORES, 0.5) == {
    "stable": 0.5,
    "stable_bounds": pytest.approx([low, 1 - low]),
    "by_dimension": {
      "gender": {
        "comments": 1,
        "stable": 1.0,
        "stable_bounds": pytest.approx([0.05, 1]),
      },
      "religion": {
        "comments": 2,
        "stable": 0.5,
        "stable_bounds": pytest.approx([low, 1 - low]),
      },
    },
    # One of the two texts in which one of them stands for the other.
    "terms": [
      {"term": "jew", "flips": 1, "variants": 2},
      {"term": "muslim", "flips": 1, "variants": 2},
    ],
    "widest": {
      "range": 0.5,
      "lowest": {"score": 0.25, "term": None, "text": "a jew"},
      "highest": {"score": 0.75, "term": "muslim", "text": "a muslim"},
    },
  }


def test_at_another_threshold_both_flip():
  found = worst_case_figures(CASES, SCORES, 0.4)
  # None of two: (1 - p)² = .05.
  assert (found["stable"], found["stable_bounds"]) == (
    0,
    pytest.approx([0, 1 - 0.05**0.5]),
  )
  assert found["by_dimension"]["gender"]["stable"] == 1
  assert found["terms"][0] == {"term": "jew", "flips": 2, "variants": 2}


def test_without_comments_there_is_no_share():
  assert worst_case_figures([], [], 0.5) == {
    "stable": None,
    "stable_bounds": [None, None],
    "by_dimension": {},
    "terms": [],
    "widest": None,
  }


def test_texts_are_left_out_on_demand_and_shown_without_invalid_bytes():
  case = Case("\udcff jew", [Variant("\udcff muslim", "religion", "jew", "muslim")])
  shown = worst_case_figures([case], [np.array([0.25, 0.75])], 0.5)["widest"]
  assert shown["lowest"]["text"] == "\ufffd jew"
  hidden = worst_case_figures(CASES, SCORES, 0.5, with_texts=False)["widest"]
  assert hidden["highest"] == {"score": 0.75, "term": "muslim", "text": None}
