import functools
import math

import numpy as np
import pytest
from fairness_indicators.fairness_indicators_metrics import FairnessIndicators
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_model_analysis.metrics import metric_types

from clp_tfx.tfma.fairness_indicators import BinnedFairnessIndicators

THRESHOLDS = [0.1, 0.5, 0.7]


def extracts(score, label, weight=1.0):
  return {
    "predictions": np.array([score]),
    "labels": np.array([label]),
    "example_weights": np.array([weight]),
  }


def figures(metric, examples, **options):
  """Computes a metric of extracts, as TFMA does."""
  first, *derived = metric.computations(example_weighted=True, **options)
  combiner, accumulator = first.combiner, first.combiner.create_accumulator()
  for one in examples:
    inputs = [metric_types.StandardMetricInputs(**one)]
    if first.preprocessors:
      (preprocessor,) = first.preprocessors
      inputs = preprocessor.process(one)
    accumulator = functools.reduce(combiner.add_input, inputs, accumulator)
  values = combiner.extract_output(accumulator)
  for computation in derived:
    values |= computation.result(values)
  return {key: values[key] for key in derived[-1].keys}


def test_rates_of_four_texts():
  # Above .5: a positive of weight 2 and a negative; not above it: both, at .5 and .2.
  # Of positives 2 of 3 are found, of negatives 1 of 2 is flagged.
  examples = [
    extracts(0.9, 1.0, 2.0),
    extracts(0.6, 0.0),
    extracts(0.5, 1.0),
    extracts(0.2, 0.0),
    extracts(0.8, 0.0, 0.0),  # has no label
  ]
  found = {
    key.name.removeprefix("fairness_indicators_metrics/"): value
    for key, value in figures(BinnedFairnessIndicators([0.5]), examples).items()
  }
  assert found["true_positive_rate@0.5"] == 2 / 3
  assert found["false_positive_rate@0.5"] == 1 / 2
  assert found["positive_rate@0.5"] == 3 / 5
  assert found["precision@0.5"] == 2 / 3
  assert len(found) == 10


scores = st.one_of(st.sampled_from(THRESHOLDS), st.floats(0, 1), st.just(math.nan))
texts = st.tuples(scores, st.sampled_from([0.0, 0.25, 1.0]), st.sampled_from([1, 0.5]))


@given(st.lists(texts, min_size=1))
def test_keys_and_values_of_fairness_indicators(rows):
  examples = [extracts(*row) for row in rows]
  ours = figures(BinnedFairnessIndicators(THRESHOLDS), examples)
  theirs = figures(FairnessIndicators(THRESHOLDS), examples)
  assert ours == pytest.approx(theirs, abs=1e-12, nan_ok=True)


def test_a_label_outside_of_0_to_1():
  with pytest.raises(ValueError, match="labels in .0, 1.. Received: 2.0"):
    figures(BinnedFairnessIndicators(), [extracts(0.5, 2.0)])


@pytest.mark.parametrize(
  "options",
  [
    {"sub_keys": [metric_types.SubKey(class_id=1)]},
    {"aggregation_type": metric_types.AggregationType(micro_average=True)},
  ],
)
def test_classes_stay_as_they_are(options):
  of_class = BinnedFairnessIndicators(THRESHOLDS).computations(**options)
  assert not of_class[0].preprocessors
