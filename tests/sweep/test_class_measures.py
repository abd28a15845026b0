import math

import numpy as np
import pytest

from clp_tfx.sweep.bounds import Bounds
from clp_tfx.sweep.class_measures import measure_classes
from clp_tfx.sweep.measures import Scores
from clp_tfx.tfma.intervals import ratio_bounds

OK, RUDE, HATEFUL = [0.8, 0.1, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7]
BOUNDS = Bounds(
  max_flip_rate=0.2,
  max_auc_drop=0.1,
  min_auc=0.5,
  min_positive_ratio=0.6,
  max_positive_ratio=1.5,
  decision_threshold=None,
  gate_on="point",
  min_pairs=2,
)


def scores(original, label, counterfactual, original_row):
  return Scores(
    np.array(original, float),
    np.array(label, float),
    np.ones(len(original)),
    np.array(counterfactual, float).reshape(-1, 3),
    np.array(original_row, int),
  )


def test_measures_of_a_few_pairs():
  # Of four pairs those of rows 1 and 2 change the class; row 0 has two that do not.
  model = scores(
    [OK, RUDE, HATEFUL, OK], [0, 1, 2, 1], [OK, OK, HATEFUL, OK], [0, 0, 1, 2]
  )
  control = scores([OK, RUDE, HATEFUL, RUDE], [0, 1, 2, 1], [], [])
  found = measure_classes(model, control)
  assert found.flip_rate == 2 / 4
  # Half of what moves: OK to OK 0, RUDE to HATEFUL .5, HATEFUL to OK .7.
  assert found.score_gap == pytest.approx((0 + 0 + 0.5 + 0.7) / 4)
  # Class 0: 1 of 3 ties, two wins; class 1: .5 and .1 against .8 (.1), .2: the second
  # ties once and loses once; class 2: wins all.
  assert found.auc == pytest.approx((2.5 / 3 + (2 + 0.5) / 4 + 1) / 3)
  # Decided ok, rude, hateful: 2, 1, 1 against 1, 2, 1.
  assert (found.lowest_ratio, found.highest_ratio) == (1 / 2, 2)
  assert found.positive_ratio_lower_bound == ratio_bounds(1, 1, 2, 0.95)[0]
  assert found.positive_ratio_upper_bound == ratio_bounds(1, 2, 1, 0.95)[1]
  assert math.isnan(found.matched_flip_rate) and math.isnan(found.positive_rate)
  assert found.pairs == 4
  apart = measure_classes(model, control, same_rows=False)
  assert math.isnan(apart.positive_ratio_lower_bound)


def test_bounds_apply_to_every_class():
  model = scores([OK, RUDE, OK], [0, 1, 2], [OK, RUDE], [0, 1])
  control = scores([OK, RUDE, HATEFUL], [0, 1, 2], [OK, RUDE], [0, 1])
  measures = [measure_classes(each, control) for each in (model, control)]
  missed = BOUNDS.missed(*measures)
  assert [miss.figure for miss in missed if "class" in miss.figure] == [
    "rate of a class 0.00 times the control's or more",
    "rate of a class up to 2.00 times the control's",
  ]
  assert not BOUNDS.missed(measures[1], measures[1])
  assert "a rate of every class of 0.6 to 1.5 times the control's" in str(BOUNDS)


def test_a_score_that_is_no_number_leaves_no_figure():
  model = scores([OK, [math.nan] * 3, HATEFUL], [0, 1, 2], [OK, OK], [0, 1])
  found = measure_classes(model, model)
  for name in ("auc", "flip_rate", "flip_rate_upper_bound", "lowest_ratio"):
    assert math.isnan(getattr(found, name)), name
