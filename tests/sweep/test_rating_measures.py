import math

import numpy as np
import pytest

from clp_tfx.sweep.bounds import GAP, QUALITY, RatingBounds
from clp_tfx.sweep.candidates import CLP, CONTROL, Candidate
from clp_tfx.sweep.measures import Scores
from clp_tfx.sweep.rating_measures import measure_ratings
from clp_tfx.sweep.recommendation import recommend, rows

BOUNDS = RatingBounds(
  flip_tolerance=0.5,
  max_flip_rate=0.4,
  max_gap=0.6,
  max_r2_drop=0.2,
  min_r2=0.3,
  gate_on="point",
  min_pairs=3,
)


def scores(original, label, counterfactual, original_row, weight=None):
  return Scores(
    np.array(original, float),
    np.array(label, float),
    np.array(weight or [1] * len(original), float),
    np.array(counterfactual, float),
    np.array(original_row, int),
  )


def test_measures_of_a_few_pairs():
  # Gaps .5, which is no flip, 0 and 2; the last row has no label.
  model = scores(
    [1, 2, 5, 9], [1, 3, 5, 0], [1.5, 1, 7], [0, 0, 2], weight=[1, 1, 1, 0]
  )
  found = measure_ratings(model, 0.5)
  assert found.flip_rate == 1 / 3
  assert found.score_gap == pytest.approx(2.5 / 3)
  # Errors 0, 1 and 0; the labels deviate from 3 by 2, 0 and 2.
  assert found.r2 == pytest.approx(1 - 1 / 8)
  assert found.pairs == 3
  assert found.flip_rate < found.flip_rate_upper_bound < 1
  # Two comments, with sums .5 of two pairs and 2 of one: the linearised deviations
  # from the mean 2.5 / 3 are -7/6 and 7/6, the standard error is
  # sqrt(2 * (49/36) * 2) / 3, and the 95% quantile of t with one degree is 6.3138.
  error = math.sqrt(2 * 2 * 49 / 36) / 3
  assert found.score_gap_upper_bound == pytest.approx(2.5 / 3 + 6.3138 * error, 1e-4)


def test_undefined_figures_miss_their_bounds():
  broken = scores([math.nan, 1], [1, 2], [1, 1], [0, 1])
  found = measure_ratings(broken, 0.5)
  assert all(map(math.isnan, (found.r2, found.flip_rate, found.score_gap)))
  one_label = measure_ratings(scores([1, 2], [3, 3], [1, 2], [0, 1]), 0.5)
  assert math.isnan(one_label.r2) and one_label.flip_rate == 0
  assert {miss.kind for miss in BOUNDS.missed(found, found)} >= {QUALITY, GAP}


@pytest.mark.parametrize(
  ("gate_on", "words"),
  [("point", ""), ("upper_bound", "upper bound of the ")],
)
def test_bounds_in_words(gate_on, words):
  bounds = RatingBounds(0.5, 0.1, 0.2, 0.05, 0.3, gate_on, min_pairs=4)
  model = measure_ratings(scores([1, 4], [2, 3], [2, 4, 4], [0, 1, 1]), 0.5)
  control = measure_ratings(scores([2, 3], [2, 3], [2, 3], [0, 1]), 0.5)
  missed = bounds.missed(model, control)
  # Errors of 1 twice, deviations of .5 twice: R² is 1 - 2 / .5.
  assert [miss.figure.partition("rate")[0] for miss in missed[:3]] == [
    "R² -3.0000",
    "R² drop 4.0000",
    f"{words}flip ",
  ]
  assert missed[3].figure == "3 pairs"
  assert missed[4].figure.startswith(f"{words}gap ")
  text = str(bounds)
  assert "R² of at least 0.3" in text and "pairs or more" in text
  assert ("whose upper bound is at most 0.1" in text) == (gate_on == "upper_bound")
  assert "gap" not in str(RatingBounds(0.5, 0.1, None, 0.05, 0.3, gate_on, 4))


def test_the_smallest_weight_within_the_bounds_is_recommended():
  control = scores([1, 3, 5], [1, 3, 5], [1, 4, 7], [0, 1, 2])
  paired = scores([1, 3, 4], [1, 3, 5], [1, 3, 5], [0, 1, 2])
  measures = {
    CONTROL: [measure_ratings(control, 0.5)],
    Candidate(CLP, "mse", 1.0): [measure_ratings(paired, 0.5)],
    Candidate(CLP, "mse", 0.1): [measure_ratings(paired, 0.5)],
  }
  table = rows(measures, BOUNDS)
  assert table[0].quality == "r2" and table[0].passes == 0
  # Errors 0, 0 and 1 against deviations of 2, 0 and 2.
  assert table[1].figures["r2_drop"].mean == pytest.approx(1 / 8)
  found = recommend(table, BOUNDS)
  assert found.chosen == Candidate(CLP, "mse", 0.1)
  assert "clp-mse-0.1 (flip rate 0.3333, R² drop 0.1250)" in found.reason


def test_nothing_to_compare_is_said_of_r2():
  none = {CONTROL: [measure_ratings(scores([1], [1], [], []), 0.5)]}
  found = recommend(rows(none, BOUNDS), BOUNDS)
  assert found.chosen is None and "there is no flip rate or no R²" in found.reason
