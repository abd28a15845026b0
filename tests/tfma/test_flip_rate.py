import functools
import math
import random

import numpy as np
import pytest
from tensorflow_model_analysis.metrics import metric_types

from clp_tfx.tfma import COUNTERFACTUAL_PREDICTIONS, FlipRate

NAN = float("nan")


def combiner(thresholds=(0.5,), model_names=None):
  (computation,) = FlipRate(thresholds).computations(model_names=model_names)
  return computation.combiner


def element(score, counterfactual_scores):
  return metric_types.StandardMetricInputs(
    {
      "predictions": np.array([score]),
      COUNTERFACTUAL_PREDICTIONS: np.array(counterfactual_scores, float),
    }
  )


def result(elements, thresholds=(0.5,)):
  counter = combiner(thresholds)
  accumulator = functools.reduce(
    counter.add_input, elements, counter.create_accumulator()
  )
  return by_name(counter.extract_output(accumulator))


def by_name(output):
  return {key.name: value for key, value in output.items()}


def test_hand_counted():
  values = result(
    [
      element(0.9, [0.1]),  # positive to negative
      element(0.2, [0.8, 0.3]),  # negative to positive, and none
      element(0.7, [0.6, 0.6, NAN]),  # none twice; NaN is padding
      element(0.6, []),  # no pair: counts for the positive rate alone
    ]
  )
  assert values == {
    "flip_count/pairs": 5,
    "flip_rate/overall@0.5": 2 / 5,
    "flip_rate/positive_to_negative@0.5": 1 / 5,
    "flip_rate/negative_to_positive@0.5": 1 / 5,
    "flip_count/positive_to_negative@0.5": 1,
    "flip_count/negative_to_positive@0.5": 1,
    "positive_rate@0.5": 3 / 4,
  }


def test_a_score_at_the_threshold_is_negative():
  assert result([element(0.5, [0.5])])["flip_rate/overall@0.5"] == 0
  assert result([element(0.5, [0.51])])["flip_rate/negative_to_positive@0.5"] == 1


def test_several_thresholds_at_once():
  values = result([element(0.9, [0.4]), element(0.2, [0.1])], thresholds=(0.3, 0.5))
  assert values["flip_rate/overall@0.3"] == 0
  assert values["flip_rate/overall@0.5"] == 1 / 2
  assert values["positive_rate@0.3"] == 1 / 2


def test_without_pairs_rates_are_not_a_number():
  values = result([element(0.9, [])])
  assert values["flip_count/pairs"] == 0
  assert math.isnan(values["flip_rate/overall@0.5"])
  assert math.isnan(result([])["positive_rate@0.5"])


@pytest.mark.parametrize("as_given", [list, iter, tuple])
def test_merging_in_any_partition_gives_the_same(as_given):
  rng = random.Random(0)
  elements = [
    element(rng.random(), [rng.random() for _ in range(rng.choice([0, 1, 5]))])
    for _ in range(200)
  ]
  counter = combiner()
  for size in (1, 7, 200):
    accumulators = [
      functools.reduce(
        counter.add_input, elements[start : start + size], counter.create_accumulator()
      )
      for start in range(0, len(elements), size)
    ]
    merged = counter.merge_accumulators(as_given(accumulators))
    assert by_name(counter.extract_output(merged)) == result(elements)


def test_equals_a_recomputation_in_numpy():
  rng = np.random.default_rng(0)
  scores, counterfactual = rng.random(1000), rng.random((1000, 3))
  values = result(element(s, c) for s, c in zip(scores, counterfactual, strict=True))
  flips = (scores[:, None] > 0.5) != (counterfactual > 0.5)
  assert values["flip_rate/overall@0.5"] == pytest.approx(flips.mean(), abs=1e-12)


def test_each_model_has_keys_of_its_own():
  computations = FlipRate().computations(model_names=["clp", "baseline"])
  names = [{key.model_name for key in item.keys} for item in computations]
  assert names == [{"clp"}, {"baseline"}]


def test_the_name_is_free_in_tfma():
  # A metric that TFMA registers under the same name would be used in its place.
  assert not metric_types.is_registered_metric("FlipRate")
