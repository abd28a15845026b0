import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clp_tfx.sweep.measures import Scores, auc, flips, measure
from clp_tfx.tfma.intervals import ratio_bounds


def scores(original, label, counterfactual=(), original_row=(), label_weight=None):
  return Scores(
    np.array(original, float),
    np.array(label, float),
    np.ones(len(original)) if label_weight is None else np.array(label_weight, float),
    np.array(counterfactual, float),
    np.array(original_row, int),
  )


def test_measures_of_a_few_pairs():
  # Row 0 has two counterfactuals, row 2 has one; decisions at 0.5:
  # row 0 is positive, its first counterfactual is not, its second is; row 2 is negative
  # and so is its counterfactual (0.5 is not above 0.5). One flip in three pairs.
  found = measure(
    scores([0.9, 0.6, 0.2, 0.1], [1, 0, 1, 0], [0.4, 0.8, 0.5], [0, 0, 2]), 0.5
  )
  assert found.flip_rate == pytest.approx(1 / 3)
  assert found.score_gap == pytest.approx((0.5 + 0.1 + 0.3) / 3)
  assert found.positive_rate == 0.5
  # Positives 0.9 and 0.2 against negatives 0.6 and 0.1: 3 of 4 in order.
  assert found.auc == 0.75
  # Without a control the threshold is the decision threshold: recall is one of two.
  assert (found.matched_threshold, found.matched_recall) == (0.5, 0.5)
  assert found.matched_flip_rate == found.flip_rate
  assert found.pairs == 3


def test_the_upper_bound_of_the_flip_rate_is_the_gates():
  # Ten comments of one pair each, none flips: 1 - 0.05 ** (1 / 10).
  rows = list(range(10))
  found = measure(scores([0.9] * 10, [1] * 10, [0.8] * 10, rows), 0.5)
  assert found.flip_rate_upper_bound == pytest.approx(1 - 0.05**0.1)
  # The same ten pairs of five comments are worth five.
  found = measure(scores([0.9] * 5, [1] * 5, [0.8] * 10, rows[:5] * 2), 0.5)
  assert found.flip_rate_upper_bound == pytest.approx(1 - 0.05**0.2)


def test_the_positive_ratio_is_the_gates():
  control = scores([0.9, 0.9, 0.9, 0.1], [1, 1, 0, 0])
  model = scores([0.9, 0.1, 0.1, 0.9], [1, 1, 0, 0])
  found = measure(model, 0.5, control)
  # Two positive decisions against three, one text in both.
  assert found.positive_ratio == pytest.approx(2 / 3)
  low, high = ratio_bounds(1, 2, 3, 0.95)
  assert found.positive_ratio_lower_bound == low < 2 / 3
  assert found.positive_ratio_upper_bound == high > 2 / 3
  unpaired = measure(model, 0.5, control, same_rows=False)
  assert unpaired.positive_ratio == found.positive_ratio
  assert math.isnan(unpaired.positive_ratio_lower_bound)
  never = measure(model, 0.5, scores([0.1] * 4, [1, 1, 0, 0]))
  assert math.isnan(never.positive_ratio)


def test_a_score_that_is_no_number_is_no_flip_and_no_evidence():
  found = measure(scores([0.4, 0.4], [1, 0], [math.nan, 0.3], [0, 1]), 0.5)
  assert math.isnan(found.flip_rate)
  assert math.isnan(found.flip_rate_upper_bound)


def test_the_matched_threshold_gives_the_controls_positive_rate():
  # A model with all its scores below the threshold never flips at it. The control has
  # one of four positive: between 0.2 and 0.3, where the pair of row 0 flips. Nearest to
  # 0.5 is the highest 1/256 logit below that of 0.3, -0.8473: -217/256 = -0.8477.
  control = scores([0.6, 0.4, 0.4, 0.4], [1, 1, 0, 0])
  found = measure(scores([0.3, 0.2, 0.1, 0.05], [1, 1, 0, 0], [0.2], [0]), 0.5, control)
  assert (found.flip_rate, found.positive_rate) == (0, 0)
  assert found.matched_threshold == pytest.approx(1 / (1 + math.exp(217 / 256)))
  assert found.matched_flip_rate == 1
  assert found.matched_recall == 0.5


def test_unlabelled_rows_count_for_flips_and_not_for_auc_or_recall():
  found = measure(
    scores([0.9, 0.1, 0.8], [1, 0, 0], [0.2], [2], label_weight=[1, 1, 0]), 0.5
  )
  assert (found.auc, found.matched_recall, found.flip_rate) == (1, 1, 1)


def test_what_is_not_defined_is_nan():
  found = measure(scores([0.9], [1]), 0.5)
  assert math.isnan(found.auc)
  assert math.isnan(found.flip_rate)
  assert math.isnan(found.flip_rate_upper_bound)
  assert math.isnan(found.score_gap)


def test_the_control_is_matched_at_the_decision_threshold():
  control = scores([0.9, 0.1], [1, 0], [0.2], [0])
  assert measure(control, 0.5, control) == measure(control, 0.5)
  assert measure(control, 0.5).positive_ratio == 1


def test_nothing_is_matched_by_scores_that_are_no_numbers():
  found = measure(
    scores([math.nan], [1], [0.5], [0]), 0.5, scores([0.9], [1], [0.5], [0])
  )
  assert math.isnan(found.matched_threshold)
  assert math.isnan(found.matched_flip_rate)
  assert math.isnan(found.matched_recall)


def test_auc_counts_ties_half_and_weighs():
  # Couples: 0.5 and 0.5 tie; 0.5 is above 0.2, with twice the weight: (1/2 + 2) / 3.
  assert auc(
    np.array([0.5, 0.5, 0.2]), np.array([1, 0, 0]), np.array([1, 1, 2])
  ) == pytest.approx(2.5 / 3)


@pytest.mark.parametrize("labels", [[1, 1, 0], [0, 0, 1]])
def test_auc_without_weight_on_both_labels_is_not_defined(labels):
  weights = np.array([1, 1, 0])
  assert math.isnan(auc(np.array([0.5, 0.4, 0.2]), np.array(labels), weights))


def test_auc_with_a_score_that_is_no_number_is_not_defined():
  assert math.isnan(auc(np.array([0.5, math.nan]), np.array([1, 0]), np.ones(2)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=12))
def test_auc_is_the_share_of_pairs_in_order(rows):
  values = np.array([value for value, _ in rows], float)
  labels = np.array([label for _, label in rows], float)
  positives, negatives = values[labels == 1], values[labels == 0]
  order = np.sign(positives[:, None] - negatives[None, :])
  expected = np.mean((order + 1) / 2) if order.size else math.nan
  assert auc(values, labels, np.ones(len(rows))) == pytest.approx(expected, nan_ok=True)


def test_scores_survive_json():
  given_scores = scores([0.25, 0.5], [1, 0], [0.75], [1])
  again = Scores.from_json(given_scores.to_json())
  assert again.original_row.dtype == np.int64
  assert flips(again, 0.6).tolist() == [True]
  assert again.to_json() == given_scores.to_json()
