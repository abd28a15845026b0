import functools
import math

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from sklearn import metrics as sklearn_metrics
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner
from clp_tfx.tfma import BiasAUC
from clp_tfx.tfma.intervals import auc_bounds
from clp_tfx.tfma.ranked_scores import generalized_mean

SIZE = 10_000
THRESHOLD = 0.4


def example(score, label, groups=(), weight=1.0, **features):
  return {
    "predictions": np.array([score]),
    "labels": np.array([label]),
    "example_weights": np.array([weight]),
    "features": {
      "identity_group": np.array([group.encode() for group in groups], object),
      **features,
    },
  }


def prepared(examples, **options):
  """Returns the combiner and the elements that it takes."""
  (computation,) = BiasAUC(**options).computations(example_weighted=True)
  (preprocessor,) = computation.preprocessors
  elements = [each for one in examples for each in preprocessor.process(one)]
  return computation.combiner, elements


def accumulated(combiner, elements):
  return functools.reduce(combiner.add_input, elements, combiner.create_accumulator())


def figures(examples, **options):
  combiner, elements = prepared(examples, **options)
  values = combiner.extract_output(accumulated(combiner, elements))
  return {key.name: value for key, value in values.items()}


# The group: one positive at .6, negatives at .7 and .2. The background: positives at
# .8 and .65, a negative at .6.
SIX = [
  example(0.6, 1.0, ["women"]),
  example(0.7, 0.0, ["women"]),
  example(0.2, 0.0, ["women"]),
  example(0.8, 1.0),
  example(0.65, 1.0),
  example(0.6, 0.0),
]


def test_the_three_aucs_by_hand():
  values = figures(SIX, min_examples=1)
  at = "identity_group=women"
  assert values[f"bias_auc/subgroup/{at}"] == 1 / 2  # .6 is above .2, not above .7.
  assert values[f"bias_auc/bpsn/{at}"] == 3 / 4  # .65 is not above .7.
  assert values[f"bias_auc/bnsp/{at}"] == 1 / 2  # .6 against .6: a tie.
  assert values[f"bias_auc/positives/{at}"] == 1
  assert values[f"bias_auc/negatives/{at}"] == 2
  assert values[f"false_positive_rate@0.5/{at}"] == 1 / 2
  assert values[f"false_negative_rate@0.5/{at}"] == 0
  # One group: the mean is its figure.
  mean = values["bias_auc/bpsn/generalized_mean/identity_group"]
  assert mean == pytest.approx(3 / 4)


def test_weights_count_like_repetitions_and_what_is_not_labelled_does_not():
  # The group's negative at .7 counts three times: 1 of 4 pairs, 5 of 8 pairs.
  weighted = [*SIX, example(0.1, 0.0, ["women"], weight=0.0)]
  weighted[1] = example(0.7, 0.0, ["women"], weight=3.0)
  values = figures(weighted)
  assert values["bias_auc/subgroup/identity_group=women"] == 1 / 4
  assert values["bias_auc/bpsn/identity_group=women"] == 5 / 8
  assert values["false_positive_rate@0.5/identity_group=women"] == 3 / 4


def test_the_mean_is_near_the_worst_and_leaves_out_what_is_too_few():
  # ((.5^-5 + .9^-5) / 2)^(-1/5) = (16.847)^(-1/5) = .5684.
  assert generalized_mean([0.5, 0.9], -5) == pytest.approx(0.5684, abs=1e-4)
  assert generalized_mean([0.5, math.nan], -5) == pytest.approx(0.5)
  assert generalized_mean([0.0, 0.9], -5) == 0
  assert math.isnan(generalized_mean([], -5))
  # The group has one positive comment.
  assert math.isnan(figures(SIX)["bias_auc/bnsp/generalized_mean/identity_group"])


@pytest.mark.parametrize(
  ("examples", "undefined"),
  [
    (SIX[1:], {"subgroup", "bnsp", "false_negative_rate@0.5"}),  # No positive of it.
    (SIX[:1] + SIX[3:], {"subgroup", "bpsn", "false_positive_rate@0.5"}),
    (SIX[:3], {"bpsn", "bnsp"}),  # No background.
    ([*SIX, example(math.nan, 1.0)], {"bpsn"}),  # A score that is not a number.
    ([*SIX, example(0.3, math.nan)], {"bnsp"}),  # Neither positive nor negative.
  ],
)
def test_too_little_evidence_is_not_a_number(examples, undefined):
  values = figures(examples)
  found = {
    name.split("/")[-2]
    for name, value in values.items()
    if name.endswith("=women") and math.isnan(value) and "bound" not in name
  }
  assert found == undefined


def test_groups_are_values_of_features_or_numbers_from_the_cut_off_on():
  examples = [
    example(0.9, 1.0, ["a", "a", "b=c"], male=np.array([0.5])),
    example(0.1, 0.0, ["a"], male=np.array([0.4])),
    example(0.2, 0.0, [], male=np.array([])),
  ]
  values = figures(examples, group_features=["identity_group", "male", "none"])
  groups = {name.partition("/")[2] for name in values if name.startswith("false_neg")}
  assert groups == {"identity_group=a", "identity_group=b=c", "male=male"}
  assert values["bias_auc/positives/identity_group=a"] == 1


def test_only_the_overall_slice_counts():
  apart = [{**one, "is_overall_slice": False} for one in SIX]
  assert figures([*SIX, *apart]) == figures(SIX)
  assert figures(apart) == {}


def random_examples():
  rng = np.random.default_rng(7)
  labels = rng.random(SIZE) < 0.3
  # To three digits, so that there are ties.
  scores = np.round(np.clip(rng.normal(0.4 + 0.2 * labels, 0.2), 0, 1), 3)
  member = rng.random((SIZE, 4)) < [0.5, 0.2, 0.05, 0.01]
  return scores, labels, member, rng.exponential(size=SIZE)


def recomputed(scores, labels, member, weights):
  values = {}
  for kind in ("subgroup", "bpsn", "bnsp"):
    aucs = []
    for group, inside in enumerate(member.T):
      chosen = {
        "subgroup": inside,
        "bpsn": inside != labels,
        "bnsp": inside == labels,
      }[kind]
      auc = sklearn_metrics.roc_auc_score(
        labels[chosen], scores[chosen], sample_weight=weights[chosen]
      )
      values[f"bias_auc/{kind}/identity_group={group}"] = auc
      aucs.append(auc)
    mean = np.mean(np.power(aucs, -5.0)) ** (-1 / 5)
    values[f"bias_auc/{kind}/generalized_mean/identity_group"] = mean
  for group, inside in enumerate(member.T):
    for name, of_class in (("positive", ~labels), ("negative", labels)):
      chosen = inside & of_class
      wrong = (scores > THRESHOLD) != labels
      values[f"false_{name}_rate@{THRESHOLD}/identity_group={group}"] = np.average(
        wrong[chosen], weights=weights[chosen]
      )
  return values


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_a_recomputation_with_scikit_learn_in_every_partition(weighted):
  scores, labels, member, weights = random_examples()
  weights = weights if weighted else np.ones(SIZE)
  examples = [
    example(score, float(label), [str(each) for each in np.flatnonzero(groups)], weight)
    for score, label, groups, weight in zip(
      scores, labels, member, weights, strict=True
    )
  ]
  combiner, elements = prepared(examples, thresholds=[THRESHOLD], min_examples=1)
  accumulator = accumulated(combiner, elements)
  whole = combiner.extract_output(accumulator)
  values = {key.name: value for key, value in whole.items()}
  expected = recomputed(scores, labels, member, weights)
  assert {name: values[name] for name in expected} == pytest.approx(expected, abs=1e-9)

  for size, given in ((1, list), (7, iter), (999, tuple)):
    parts = [
      accumulated(combiner, elements[start : start + size])
      for start in range(0, SIZE, size)
    ]
    assert combiner.extract_output(combiner.merge_accumulators(given(parts))) == whole
  shuffled = np.random.default_rng(1).permutation(SIZE)
  other = accumulated(combiner, [elements[index] for index in shuffled])
  assert combiner.extract_output(other) == whole
  nothing = combiner.merge_accumulators([combiner.create_accumulator(), accumulator])
  assert combiner.extract_output(nothing) == whole


@pytest.mark.e2e
def test_exact_under_confidence_intervals(tmp_path):
  scores, labels, member, _ = (each[:1000] for each in random_examples())
  config = config_pb2.EvalConfig(model_specs=[config_pb2.ModelSpec()])
  config.metrics_specs.add().metrics.add(
    class_name="BiasAUC", module=BiasAUC.__module__, config='"min_examples": 1'
  )
  config.options.compute_confidence_intervals.value = True
  config.options.confidence_intervals.method = (
    config_pb2.ConfidenceIntervalOptions.JACKKNIFE
  )
  keys = np.empty(1, object)
  keys[0] = ()
  sliced = [
    example(score, float(label), ["a"] if inside else [])
    | {tfma.SLICE_KEY_TYPES_KEY: keys}
    for score, label, (inside, *_) in zip(scores, labels, member, strict=True)
  ]
  evaluator = tfma.evaluators.MetricsPlotsAndValidationsEvaluator(
    config, random_seed_for_testing=1
  )
  writer = tfma.writers.MetricsPlotsAndValidationsWriter(
    {tfma.METRICS_KEY: str(tmp_path / "metrics")}, config
  )
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    _ = pipeline | beam.Create(sliced) | evaluator.ptransform | writer.ptransform
  (metrics,) = tfma.load_metrics(str(tmp_path / "metrics"))
  found = {item.key.name: item for item in metrics.metric_keys_and_values}
  expected = recomputed(scores, labels, member[:, :1], np.ones(1000))
  for kind in ("subgroup", "bpsn", "bnsp"):
    name = f"bias_auc/{kind}/identity_group="
    item = found[name + "a"]
    value = expected[name + "0"]
    assert item.value.double_value.value == pytest.approx(value, abs=1e-9)
    interval = item.confidence_interval
    assert interval.lower_bound.double_value.value < value
    # TFMA's two-sided interval, from twenty samples, is about as wide as ours.
    ours = found[f"bias_auc/{kind}/upper_bound/identity_group=a"]
    width = interval.upper_bound.double_value.value - value
    assert 0.6 < width / (ours.value.double_value.value - value) < 2.5
  mean = found["bias_auc/bpsn/generalized_mean/identity_group"]
  assert mean.HasField("confidence_interval")


def test_merging_leaves_accumulators_as_they_are():
  combiner, elements = prepared(SIX, min_examples=1)
  parts = [accumulated(combiner, some) for some in (elements[:2], elements[2:])]
  merged = [combiner.extract_output(combiner.merge_accumulators(parts)) for _ in "12"]
  # Merged twice, equal, although bounds and means of what is undefined are not.
  assert str(merged[0]) == str(merged[1])


def test_bounds_by_hand():
  # One positive text above one negative one: N = 0, and the lower bound solves
  # (1 - t)^2 = z^2 t (1 - t), so that t = 1 / (1 + z^2) = 1 / 3.7055.
  assert auc_bounds(1.0, 1, 1, 0.95) == pytest.approx((0.26987, 1.0), abs=1e-5)
  assert auc_bounds(0.0, 1, 1, 0.95) == pytest.approx((0.0, 0.73013), abs=1e-5)
  assert all(map(math.isnan, auc_bounds(math.nan, 0, 3, 0.95)))


@pytest.mark.parametrize(("positives", "negatives"), [(30, 30), (30, 1000), (200, 30)])
def test_bounds_cover_nearly_as_often_as_they_say(positives, negatives):
  # Normal scores one standard deviation apart: AUC Phi(1 / sqrt(2)) = .76025.
  rng = np.random.default_rng(0)
  lows, highs = [], []
  for _ in range(2000):
    others = np.sort(rng.normal(0, 1, negatives))
    wins = np.searchsorted(others, rng.normal(1, 1, positives)).sum()
    low, high = auc_bounds(wins / (positives * negatives), positives, negatives, 0.95)
    lows.append(low <= 0.76025)
    highs.append(high >= 0.76025)
  # The standard error of the simulation is .005.
  assert 0.93 < np.mean(lows) < 0.98
  assert 0.93 < np.mean(highs) < 0.98
