import functools
import math

import numpy as np
import pytest
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import COUNTERFACTUAL_PAIRS, COUNTERFACTUAL_PREDICTIONS, FlipRate


def extracts(score, counterfactual_scores, weight=None, skipped=False):
  """Extracts of one example, as the metrics receive them."""
  scores = np.array(counterfactual_scores, np.float64)
  found = {
    "predictions": np.ravel(score).astype(np.float32),
    COUNTERFACTUAL_PREDICTIONS: scores.reshape(max(len(scores), 1), -1)
    if len(scores)
    else np.full((1, np.size(score)), np.nan),
    COUNTERFACTUAL_PAIRS: np.arange(len(scores)) if len(scores) else np.array([-1]),
    "features": {"counterfactual_skipped": np.array([b"pejorative"] * skipped)},
  }
  return found if weight is None else found | {"example_weights": np.array([weight])}


def evaluated(examples, weighted=False, model_names=None, eval_config=None, **config):
  """Runs the metric's first computation directly, like TFMA."""
  computation = FlipRate(**config).computations(
    model_names=model_names, eval_config=eval_config, example_weighted=weighted
  )[0]
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  elements = [each for one in examples for each in preprocessor.process(one)]
  accumulator = functools.reduce(
    combiner.add_input, elements, combiner.create_accumulator()
  )
  return by_name(combiner.extract_output(accumulator))


def by_name(output):
  return {key.name: value for key, value in output.items()}


def some(values, *names):
  return {name: values[name] for name in names}


HAND_COUNTED = [
  extracts(0.9, [0.1]),  # positive to negative
  extracts(0.2, [0.8, 0.3]),  # negative to positive, and no flip
  extracts(0.7, [0.6, 0.6]),  # no flip, twice
  extracts(0.6, []),  # no pair: counts only for the positive rate
  extracts(0.6, [], skipped=True),  # left out: the same
]


def test_hand_counted():
  # Pairs n = (1, 2, 2) and flips f = (1, 1, 0) of three comments with pairs: r = 2/5.
  # f - r n = (.6, .2, -.8), squared .36 + .04 + .64 = 1.04; SE = sqrt(3/2 * 1.04) / 5.
  # Gaps: .8; .6, .1; .1, .1: sum 1.7, largest .8, .6, .1. Differences: -.8; .6, .1;
  # -.1, -.1: sum -.3. Deviations: .4; that of (.2, .8, .3) and of (.7, .6, .6).
  values = evaluated(HAND_COUNTED)
  deviation = (0.4 + np.std([0.2, 0.8, 0.3]) + np.std([0.7, 0.6, 0.6])) / 3
  bounds = {
    name: values.pop(f"flip_rate/overall/{name}@0.5")
    for name in ("lower_bound", "upper_bound")
  }
  gap_error = values.pop("counterfactual_gap/standard_error")
  assert values == pytest.approx(
    {
      "flip_count/pairs": 5,
      "flip_count/comments": 3,
      "flip_rate/comments_left_out": 1 / 4,
      "flip_rate/comments_left_out/pejorative": 1 / 4,
      "flip_rate/comments_left_out/no_counterpart": 0,
      "flip_rate/comments_left_out/low_confidence": 0,
      "flip_rate/comments_left_out/failed": 0,
      "flip_rate/comments_left_out/label": 0,
      "flip_rate/comments_left_out/not_edited": 0,
      "flip_rate/comments_left_out/unknown": 0,
      "flip_rate/comments_left_out/not_by_policy": 0,
      "flip_rate/comments_left_out/not_by_policy/lower_bound": 0,
      "flip_rate/overall@0.5": 2 / 5,
      "flip_rate/overall/standard_error@0.5": math.sqrt(1.5 * 1.04) / 5,
      "flip_rate/positive_to_negative@0.5": 1 / 5,
      "flip_rate/negative_to_positive@0.5": 1 / 5,
      "flip_rate/positive_to_negative/given_positive@0.5": 1 / 3,
      "flip_rate/negative_to_positive/given_negative@0.5": 1 / 2,
      "flip_count/overall@0.5": 2,
      "flip_count/positive_to_negative@0.5": 1,
      "flip_count/negative_to_positive@0.5": 1,
      "flip_count/positive_pairs@0.5": 3,
      "flip_count/negative_pairs@0.5": 2,
      "positive_rate@0.5": 4 / 5,
      "counterfactual_gap": 1.7 / 5,
      "counterfactual_gap/max_per_example": 1.5 / 3,
      "score_sensitivity": -0.3 / 5,
      "score_deviation": deviation,
    },
    abs=1e-6,
  )
  assert 0 < bounds["lower_bound"] < 2 / 5 < bounds["upper_bound"] < 1
  # Gaps g = (.8, .7, .2), their mean .34: g - .34 n = (.46, .02, -.48).
  error = math.sqrt(1.5 * (0.46**2 + 0.02**2 + 0.48**2)) / 5
  assert gap_error == pytest.approx(error, abs=1e-6)


def test_weights():
  # Weights 2 and 3, pairs 1 and 2, of which 1 and 1 flip: (2 + 3) / (2 + 6).
  examples = [extracts(0.9, [0.1], 2.0), extracts(0.2, [0.8, 0.3], 3.0)]
  values = evaluated(examples, weighted=True)
  assert some(
    values,
    "flip_count/pairs",
    "flip_count/comments",
    "flip_rate/overall@0.5",
    "flip_rate/positive_to_negative@0.5",
    "flip_rate/negative_to_positive/given_negative@0.5",
    "positive_rate@0.5",
    "counterfactual_gap/max_per_example",
  ) == pytest.approx(
    {
      "flip_count/pairs": 8,
      "flip_count/comments": 5,
      "flip_rate/overall@0.5": 5 / 8,
      "flip_rate/positive_to_negative@0.5": 2 / 8,
      "flip_rate/negative_to_positive/given_negative@0.5": 3 / 6,
      "positive_rate@0.5": 2 / 5,
      "counterfactual_gap/max_per_example": (2 * 0.8 + 3 * 0.6) / 5,
    }
  )
  assert evaluated(examples)["flip_rate/overall@0.5"] == 2 / 3


def test_equal_weights_are_no_weights():
  plain = evaluated(HAND_COUNTED)
  weighted = evaluated([one | {"example_weights": [4.0]} for one in HAND_COUNTED], True)
  counts = {name for name in plain if name.startswith("flip_count")}
  assert {n: v for n, v in weighted.items() if n not in counts} == pytest.approx(
    {n: v for n, v in plain.items() if n not in counts}
  )
  assert {n: weighted[n] for n in counts} == {n: 4 * plain[n] for n in counts}


def test_weighted_and_unweighted_keys_differ_and_thresholds_find_the_unweighted():
  keys = [
    {key.example_weighted for key in computation.keys}
    for weighted in (False, True)
    for computation in FlipRate().computations(example_weighted=weighted)
  ]
  assert keys == [{None}, {True}]


def test_a_score_at_the_threshold_is_negative():
  at = "flip_rate/overall@0.5"
  assert evaluated([extracts(0.5, [0.5])])[at] == 0
  assert evaluated([extracts(0.5, [0.51])])[at] == 1
  assert evaluated([extracts(0.51, [0.5])])[at] == 1


@pytest.mark.parametrize("k, flips", [(0, math.nan), (1, 1.0), (5, 0.4)])
def test_any_number_of_counterfactuals(k, flips):
  scores = [0.1, 0.9, 0.2, 0.8, 0.7][:k]
  values = evaluated([extracts(0.9, scores)])
  assert values["flip_count/pairs"] == k
  assert values["flip_rate/overall@0.5"] == pytest.approx(flips, nan_ok=True)


def test_without_pairs_rates_are_not_a_number():
  values = evaluated([extracts(0.9, [])])
  assert values["positive_rate@0.5"] == 1
  nan = {name for name, value in values.items() if math.isnan(value)}
  assert "flip_rate/overall/upper_bound@0.5" in nan
  assert {name for name in values if name.startswith("flip_rate")} <= nan
  assert math.isnan(evaluated([])["positive_rate@0.5"])


def test_one_class():
  values = evaluated([extracts(0.9, [0.8]), extracts(0.9, [0.7])])
  assert values["flip_rate/positive_to_negative/given_positive@0.5"] == 0
  assert math.isnan(values["flip_rate/negative_to_positive/given_negative@0.5"])


def test_a_score_that_is_not_a_number_makes_the_rate_none():
  values = evaluated([extracts(0.9, [0.1]), extracts(0.9, [math.nan])])
  assert math.isnan(values["flip_rate/overall@0.5"])
  assert math.isnan(values["flip_rate/overall/upper_bound@0.5"])
  assert math.isnan(values["counterfactual_gap"])


def test_several_thresholds_at_once():
  values = evaluated(
    [extracts(0.9, [0.4]), extracts(0.2, [0.1])], thresholds=(0.3, 0.5)
  )
  assert values["flip_rate/overall@0.3"] == 0
  assert values["flip_rate/overall@0.5"] == 1 / 2
  assert values["positive_rate@0.3"] == 1 / 2


def test_the_denominator_of_tfma_up_to_046():
  values = evaluated(HAND_COUNTED, denominator="examples")
  assert values["flip_rate/overall@0.5"] == 2 / 5  # five examples, also five pairs
  values = evaluated(HAND_COUNTED[:2] + HAND_COUNTED[3:], denominator="examples")
  assert values["flip_rate/overall@0.5"] == 2 / 4
  assert values["flip_rate/positive_to_negative@0.5"] == 1 / 4
  assert values["flip_count/pairs"] == 3
  assert "flip_rate/overall/upper_bound@0.5" not in values


def test_argmax():
  # Total variation distances .4 and .3; only the first moves the largest score.
  values = evaluated(
    [extracts([0.5, 0.3, 0.2], [[0.1, 0.7, 0.2], [0.5, 0.0, 0.5]])], decision="argmax"
  )
  assert some(
    values, "flip_rate/overall", "flip_count/overall", "counterfactual_gap"
  ) == pytest.approx(
    {
      "flip_rate/overall": 1 / 2,
      "flip_count/overall": 1,
      "counterfactual_gap": (0.4 + 0.3) / 2,
    },
    abs=1e-6,
  )
  assert not {name for name in values if "positive" in name or "sensitivity" in name}


def test_any_label():
  # Labels of (0.9, 0.2): both stay, the second changes, both change.
  values = evaluated(
    [extracts([0.9, 0.2], [[0.8, 0.3], [0.9, 0.7], [0.1, 0.6]])], decision="any_label"
  )
  assert values["flip_rate/overall@0.5"] == 2 / 3
  assert values["counterfactual_gap"] == pytest.approx((0.1 + 0.5 + 0.8) / 3, abs=1e-6)


def test_one_class_of_several():
  sub_key = metric_types.SubKey(class_id=1)
  (computation,) = FlipRate().computations(sub_keys=[sub_key])
  assert {key.sub_key for key in computation.keys} == {sub_key}
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  (element,) = preprocessor.process(extracts([0.9, 0.2], [[0.1, 0.3], [0.9, 0.7]]))
  accumulator = combiner.add_input(combiner.create_accumulator(), element)
  values = by_name(combiner.extract_output(accumulator))
  assert values["flip_rate/negative_to_positive@0.5"] == 1 / 2


def test_several_scores_want_a_decision():
  with pytest.raises(ValueError, match='"argmax".*class_ids'):
    evaluated([extracts([0.9, 0.2], [[0.8, 0.3]])])


def test_outputs_have_keys_and_scores_of_their_own():
  found = extracts(0.9, [0.1])
  found["predictions"] = {"a": np.array([0.9]), "b": np.array([0.2])}
  found[COUNTERFACTUAL_PREDICTIONS] = {"a": np.array([[0.1]]), "b": np.array([[0.2]])}
  rates = {}
  for computation in FlipRate().computations(output_names=["a", "b"]):
    (preprocessor,), combiner = computation.preprocessors, computation.combiner
    (element,) = preprocessor.process(found)
    accumulator = combiner.add_input(combiner.create_accumulator(), element)
    for key, value in combiner.extract_output(accumulator).items():
      if key.name == "flip_rate/overall@0.5":
        rates[key.output_name] = value
  assert rates == {"a": 1, "b": 0}
  with pytest.raises(ValueError, match=r"several: \['a', 'b'\].*output_names"):
    list(FlipRate().computations()[0].preprocessors[0].process(found))


BASELINE = config_pb2.EvalConfig(
  model_specs=[
    config_pb2.ModelSpec(name="clp"),
    config_pb2.ModelSpec(name="base", is_baseline=True),
  ]
)


def of_models(clp, base, clp_pairs):
  one = extracts(0, clp_pairs)
  return one | {
    "predictions": {"clp": np.array([clp]), "base": np.array([base])},
    COUNTERFACTUAL_PREDICTIONS: {
      "clp": one[COUNTERFACTUAL_PREDICTIONS],
      "base": np.zeros_like(one[COUNTERFACTUAL_PREDICTIONS]),
    },
  }


def test_at_the_baselines_positive_rate():
  # The candidate's scores are a tenth of the baseline's: never positive, no flips. At
  # .05 it is positive as often as the baseline, and flips as often.
  examples = [
    of_models(0.09, 0.9, [0.01]),
    of_models(0.08, 0.8, [0.085]),
    of_models(0.02, 0.2, [0.09]),
    of_models(0.01, 0.1, [0.01]),
  ]
  values = evaluated(examples, model_names=["clp", "base"], eval_config=BASELINE)
  assert values["flip_rate/overall@0.5"] == 0
  assert values["positive_rate@0.5"] == 0
  assert values["positive_rate/matched@0.5"] == 2 / 4
  assert 0.02 < values["matched_threshold@0.5"] < 0.08
  assert values["flip_rate/overall/matched@0.5"] == 2 / 4


def test_the_baseline_is_not_matched_with_itself():
  computations = FlipRate().computations(
    model_names=["clp", "base"], eval_config=BASELINE
  )
  matched = {
    key.model_name: key.name
    for computation in computations
    for key in computation.keys
    if key.name.startswith("matched")
  }
  assert matched == {"clp": "matched_threshold@0.5"}


def test_each_model_has_keys_of_its_own():
  computations = FlipRate().computations(model_names=["clp", "baseline"])
  names = [{key.model_name for key in item.keys} for item in computations]
  assert names == [{"clp"}, {"baseline"}]


@pytest.mark.parametrize("name", ["FlipRate", "WorstFlips"])
def test_the_name_is_free_in_tfma(name):
  # A metric that TFMA registers under the same name would be used instead.
  assert not metric_types.is_registered_metric(name)


@pytest.mark.parametrize(
  "config, named",
  [
    ({"level": 1.0}, "level"),
    ({"denominator": "comments"}, "denominator"),
    ({"decision": "vote"}, "decision"),
    ({"thresholds": []}, "thresholds"),
  ],
)
def test_a_faulty_configuration_is_named(config, named):
  with pytest.raises(ValueError, match=named):
    FlipRate(**config).computations()
