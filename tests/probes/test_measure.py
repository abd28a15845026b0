"""Rates, spread, gaps and AUC on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from clp_tfx.probes.measure import group_means, hostile_auc, logit_gaps, mean, rates

N, S, H = "neutral", "shown", "hostile"
# Two identities, then one with hostile sentences only.
LABELS = np.array([N, N, N, N, N, N, H, H, H, S])
IDENTITIES = np.array([0, 0, 0, 0, 1, 1, 0, 1, 2, 0])
SCORES = np.array([0.9, 0.2, 0.5, 0.6, 0.1, 0.3, 0.7, 0.4, 0.8, 0.95])


def test_rates_by_hand():
  found = rates(SCORES, LABELS, IDENTITIES, 3, 0.5)
  # Above 0.5, which itself is not: 0.9, 0.6, 0.7, 0.8 and 0.95 of ten.
  assert found.positive_rate == 0.5
  # Neutral: 0.9 and 0.6 of six; hostile: 0.7 and 0.8 of three.
  assert found.false_positive_rate == pytest.approx(2 / 6)
  assert found.recall == pytest.approx(2 / 3)
  # Identity 0: 2 of 4; 1: none of 2; 2 has no neutral sentence.
  np.testing.assert_array_equal(found.false_positive_rates, [0.5, 0, np.nan])
  np.testing.assert_array_equal(found.recalls, [1, 0, 1])
  # |1/2 - 1/3| and |0 - 1/3|: their mean and the larger one.
  assert found.mean_distance == pytest.approx((1 / 6 + 1 / 3) / 2)
  assert found.worst_distance == pytest.approx(1 / 3)


def test_another_threshold():
  found = rates(SCORES, LABELS, IDENTITIES, 3, 0.25)
  # Identity 0: 0.9, 0.5, 0.6 of four; identity 1: 0.3 of two.
  np.testing.assert_array_equal(found.false_positive_rates, [0.75, 0.5, np.nan])
  assert found.recall == 1


def test_without_neutral_sentences_there_is_no_rate_and_no_spread():
  hostile = LABELS == H
  found = rates(SCORES[hostile], LABELS[hostile], IDENTITIES[hostile], 3, 0.5)
  for undefined in (
    found.false_positive_rate,
    found.mean_distance,
    found.worst_distance,
  ):
    assert np.isnan(undefined)
  assert np.isnan(found.false_positive_rates).all()


def test_a_model_that_says_no_to_everything_has_no_spread_and_no_recall():
  found = rates(np.zeros(10), LABELS, IDENTITIES, 3, 0.5)
  assert found.mean_distance == found.worst_distance == 0
  assert found.recall == found.positive_rate == 0


def test_means_by_group_and_of_nothing():
  means = group_means(np.array([1.0, 3.0, 5.0]), np.array([2, 2, 0]), 4)
  np.testing.assert_array_equal(means, [5, np.nan, 2, np.nan])
  assert np.isnan(mean(np.array([]))) and mean(np.array([1, 2])) == 1.5


def test_logit_gaps_by_hand():
  # 0.9: ln 9; 0.5: 0; 0.1: -ln 9.
  gaps = logit_gaps(np.array([0.9, 0.5, 0.5]), np.array([0.5, 0.9, np.nan]))
  np.testing.assert_allclose(gaps, [np.log(9), -np.log(9), np.nan])


def test_scores_of_0_and_1_have_finite_logits():
  gaps = logit_gaps(np.array([1.0, 0.0]), np.array([0.0, 0.0]))
  # 2 ln(2 ** 25 - 1), and nothing.
  np.testing.assert_allclose(gaps, [2 * np.log(2**25 - 1), 0])


def test_auc_by_hand():
  # Neutral 0.9 .2 .5 .6 .1 .3, hostile .7 .4 .8: 5 + 3 + 5 of 18 couples are ranked
  # right; the sentence that is only shown does not count.
  assert hostile_auc(SCORES, LABELS) == pytest.approx(13 / 18)
  assert np.isnan(hostile_auc(SCORES[:6], LABELS[:6]))
  assert np.isnan(hostile_auc(SCORES[6:9], LABELS[6:9]))


@given(arrays.arrays(float, 10, elements=st.floats(0, 1)), st.floats(0, 1))
def test_rates_are_shares_and_the_worst_distance_is_no_smaller_than_the_mean(
  scores, threshold
):
  found = rates(scores, LABELS, IDENTITIES, 3, threshold)
  assert 0 <= found.mean_distance <= found.worst_distance + 1e-12 <= 1 + 1e-12
  # The overall rate is the mean by sentence: four of identity 0, two of identity 1.
  by_identity = found.false_positive_rates[:2]
  assert found.false_positive_rate == pytest.approx(by_identity @ [4, 2] / 6)
