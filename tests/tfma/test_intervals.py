import math

import numpy as np
import pytest
from scipy import stats

from clp_tfx.tfma import intervals


def cluster_sums(n, f, w=None):
  n, f = np.array(n, float), np.array(f, float)
  w = np.ones_like(n) if w is None else np.array(w, float)
  return intervals.ClusterSums(
    clusters=len(n),
    flipped_clusters=(f > 0).sum(),
    pairs=(w * n).sum(),
    flips=(w * f).sum(),
    w2_n=(w * w * n).sum(),
    w2_nn=(w * w * n * n).sum(),
    w2_fn=(w * w * f * n).sum(),
    w2_ff=(w * w * f * f).sum(),
  )


def test_standard_error_by_hand():
  # r = 2 / 4; f - r n = (1, -1): sqrt(2 / 1 * 2) / 4.
  sums = cluster_sums([2, 2], [2, 0])
  assert intervals.standard_error(sums) == pytest.approx(math.sqrt(4) / 4)


def test_standard_error_of_one_cluster_is_unknown():
  assert math.isnan(intervals.standard_error(cluster_sums([3], [1])))


def test_without_a_flip_it_is_the_rule_of_three():
  # Single pairs: 1 - .05^(1 / 100), about 3 / 100.
  sums = cluster_sums([1] * 100, [0] * 100)
  assert intervals.upper_bound(sums, 0.95) == pytest.approx(1 - 0.05**0.01)
  assert intervals.lower_bound(sums, 0.95) == 0


def test_without_a_flip_five_pairs_of_a_comment_are_one():
  fives = cluster_sums([5] * 100, [0] * 100)
  assert intervals.effective_pairs(fives) == pytest.approx(100)


def test_single_pairs_give_clopper_and_pearsons_interval():
  # Each pair is a cluster: the only design effect is the small sample's, 100 / 99.
  sums = cluster_sums([1] * 100, [1] * 7 + [0] * 93)
  exact = stats.binomtest(7, 100).proportion_ci(0.90, "exact")
  assert intervals.upper_bound(sums, 0.95) == pytest.approx(exact.high, rel=5e-3)
  assert intervals.lower_bound(sums, 0.95) == pytest.approx(exact.low, rel=2e-2)


def test_pairs_that_flip_together_are_worth_less():
  together = cluster_sums([4] * 50, [4] * 5 + [0] * 45)
  apart = cluster_sums([4] * 50, [1] * 20 + [0] * 30)
  assert intervals.effective_pairs(together) == pytest.approx(50, rel=0.05)
  # Nearly all of the 200: 200 * 21 / (20 * 1 + 4).
  assert intervals.effective_pairs(apart) == pytest.approx(175)
  upper = [intervals.upper_bound(sums, 0.95) for sums in (apart, together)]
  assert 0.1 < upper[0] < upper[1]


def test_weights_count_by_their_spread_not_by_their_size():
  n, f = [1] * 40, [1] * 4 + [0] * 36
  plain = intervals.upper_bound(cluster_sums(n, f), 0.95)
  assert intervals.upper_bound(cluster_sums(n, f, [7] * 40), 0.95) == pytest.approx(
    plain
  )
  spread = cluster_sums(n, f, ([1] * 2 + [9] * 2) + [1] * 18 + [9] * 18)
  assert intervals.effective_pairs(spread) < 30


def test_every_pair_flips():
  sums = cluster_sums([1, 2], [1, 2])
  assert intervals.upper_bound(sums, 0.95) == 1
  assert 0 < intervals.lower_bound(sums, 0.95) < 1


def test_without_pairs_there_is_no_bound():
  sums = cluster_sums([], [])
  assert math.isnan(intervals.upper_bound(sums, 0.95))
  assert math.isnan(intervals.lower_bound(sums, 0.95))
  assert math.isnan(intervals.standard_error(sums))


def test_higher_levels_are_further_out():
  sums = cluster_sums([2] * 30, [1] * 3 + [0] * 27)
  bounds = [intervals.upper_bound(sums, level) for level in (0.8, 0.9, 0.99)]
  assert bounds == sorted(bounds)


def test_exact_bounds_of_a_share_are_clopper_and_pearsons():
  exact = stats.binomtest(7, 100).proportion_ci(0.90, "exact")
  found = intervals.exact_share_bounds(7, 100, 0.95)
  assert found == pytest.approx((exact.low, exact.high))
  # The rule of three, and its mirror image.
  three = 1 - 0.05**0.01
  assert intervals.exact_share_bounds(0, 100, 0.95) == pytest.approx((0, three))
  assert intervals.exact_share_bounds(100, 100, 0.95) == pytest.approx((1 - three, 1))


def test_bounds_of_a_share_are_wilsons():
  # z = 1.6449: centre (10 + z²/2) / (40 + z²), half width
  # z sqrt(10 * 30 / 40 + z²/4) / (40 + z²).
  z = 1.6448536269514722
  half = z * math.sqrt(10 * 30 / 40 + z**2 / 4)
  expected = [(10 + z**2 / 2 + sign * half) / (40 + z**2) for sign in (-1, 1)]
  assert intervals.share_bounds(10, 40, 0.95) == pytest.approx(expected)
  # z² / (n + z²) with none, and its mirror image with all.
  assert intervals.share_bounds(0, 40, 0.95) == pytest.approx((0, z**2 / (40 + z**2)))
  assert intervals.share_bounds(40, 40, 0.95) == pytest.approx((40 / (40 + z**2), 1))
