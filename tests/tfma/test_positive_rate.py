import functools
import math

import numpy as np
import pytest
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma.intervals import ratio_bounds
from clp_tfx.tfma.positive_rate import PositiveRatio

BASELINE = config_pb2.EvalConfig(
  model_specs=[
    config_pb2.ModelSpec(name="clp"),
    config_pb2.ModelSpec(name="baseline", is_baseline=True),
  ]
)


def labelled(score, label, weight=1.0):
  return {
    "predictions": np.array([score]),
    "labels": np.array([label]),
    "example_weights": np.array([weight]),
  }


def compared(score, baseline_score):
  scores = {"clp": np.array([score]), "baseline": np.array([baseline_score])}
  return {"predictions": scores}


def evaluated(examples, **arguments):
  (computation,) = PositiveRatio().computations(**arguments)
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  elements = [each for one in examples for each in preprocessor.process(one)]
  half = len(elements) // 2
  parts = [
    functools.reduce(combiner.add_input, some, combiner.create_accumulator())
    for some in (elements[:half], elements[half:])
  ]
  output = combiner.extract_output(combiner.merge_accumulators(iter(parts)))
  return {key.name: value for key, value in output.items()}


def test_against_the_label_rate():
  # Of four labelled texts the model is positive on three, and two are: one of them
  # both. What is not labelled does not count.
  examples = [
    labelled(0.9, 1.0),
    labelled(0.9, 0.0),
    labelled(0.9, 0.0),
    labelled(0.1, 1.0),
    labelled(0.9, 0.0, weight=0.0),
  ]
  values = evaluated(examples)
  assert values["positive_rate/ratio@0.5"] == 3 / 2
  low, high = ratio_bounds(1, 3, 2, 0.95)
  assert values["positive_rate/ratio/lower_bound@0.5"] == low < 3 / 2
  assert values["positive_rate/ratio/upper_bound@0.5"] == high > 3 / 2


def test_against_a_baseline():
  examples = [compared(0.9, 0.9), compared(0.1, 0.9), compared(0.1, 0.1)]
  values = evaluated(examples, eval_config=BASELINE, model_names=["clp", "baseline"])
  assert values["positive_rate/ratio@0.5"] == 1 / 2


@pytest.mark.parametrize(
  "examples",
  [
    [labelled(0.9, 0.0), labelled(0.1, 0.0)],  # No positive label.
    [labelled(0.9, 1.0, weight=0.0)],  # No label at all.
    [labelled(math.nan, 1.0)],
    [],
  ],
)
def test_without_a_reference_it_is_not_a_number(examples):
  assert all(map(math.isnan, evaluated(examples).values()))


def test_a_model_that_says_no_to_everything():
  values = evaluated([labelled(0.1, 1.0)] * 10)
  assert values["positive_rate/ratio@0.5"] == 0
  assert values["positive_rate/ratio/lower_bound@0.5"] == 0


def test_bounds_by_hand():
  # One text, in both: n* = 1; A = sqrt(2 / 4), B = C = sqrt((1 - 2 / 3) / 2), so that
  # z = 1.6449 * .7071 / .8165 = 1.4245. Wilson's lower bound of 1 of 1 is
  # 1 / (1 + z^2) = .3301, its upper bound 1.
  assert ratio_bounds(1, 1, 1, 0.95) == pytest.approx((0.3301, 1 / 0.3301), abs=1e-3)
  assert all(map(math.isnan, ratio_bounds(0, 1, 0, 0.95)))
  assert ratio_bounds(0, 0, 5, 0.95)[0] == 0


def test_bounds_cover_as_often_as_they_say():
  # 400 texts: both .1, model alone .05, reference alone .03; the ratio is 15 / 13.
  random = np.random.default_rng(0)
  draws = random.multinomial(400, [0.1, 0.05, 0.03, 0.82], size=4000)
  bounds = [ratio_bounds(b, b + m, b + r, 0.95) for b, m, r, _ in draws]
  low, high = np.array(bounds).T
  # Standard error of the simulation: sqrt(.05 * .95 / 4000) = .0034.
  assert np.mean(low <= 15 / 13) == pytest.approx(0.95, abs=0.012)
  assert np.mean(high >= 15 / 13) == pytest.approx(0.95, abs=0.012)
