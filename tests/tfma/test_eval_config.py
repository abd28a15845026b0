import pytest
import tensorflow_model_analysis as tfma

from clp_tfx.tfma import make_eval_config

from .evaluation import evaluate, example, save_keyword_model

# Five comments of the gate's examples. A model that looks for "gay" scores the first
# two 0.9 and their counterfactuals 0.2: 2 of 3 pairs flip, positive to negative. One
# that looks for "bad" flips on no pair. Labels follow "bad", so AUC is 1 for the
# latter. For the former the positives score (0.9, 0.2) and the negatives (0.9, 0.2,
# 0.2): of 6 couples 2 are right, 3 tied and 1 wrong: (2 + 3 / 2) / 6.
EXAMPLES = [
  example("a bad gay day", ["a bad day"], 1.0, ["so/gay"], terms=["gay"]),
  example("a gay day", ["a day"], 0.0, ["so/gay"], terms=["gay"]),
  example("a lesbian day", ["a day"], 0.0, ["so/lesbian"], terms=["lesbian"]),
  example("bad", [], 1.0),
  example("fine", [], 0.0),
  example("not labelled", [], 0.0, label_weight=0.0),
]
GAY_AUC = 3.5 / 6
RATE = "flip_rate/overall@0.5"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  folder = tmp_path_factory.mktemp("models")
  return {word: save_keyword_model(folder / word, word) for word in ("gay", "bad")}


def gate(**arguments):
  return make_eval_config(**{"gate_on": "point", "min_pairs": 1, **arguments})


def failures(output):
  result = tfma.load_validation_result(output)
  found = {
    (failure.metric_key.name, failure.metric_key.is_diff)
    for per_slice in result.metric_validations_per_slice
    for failure in per_slice.failures
  }
  assert result.validation_ok == (not found and not result.missing_slices)
  return found


def value(output, name, slice_key=(), model_name=None):
  result = tfma.load_eval_result(output, model_name=model_name)
  return result.get_metrics_for_slice(slice_key)[name]["doubleValue"]


@pytest.mark.e2e
def test_gates_on_the_first_run_without_a_baseline(tmp_path, models):
  config = gate(max_flip_rate=0.5, min_auc=0.5)
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"])
  assert failures(output) == {(RATE, False)}
  assert value(output, RATE) == 2 / 3
  assert value(output, "auc") == pytest.approx(GAY_AUC, abs=1e-3)
  assert value(output, "example_count") == 5  # unlabelled: weight 0
  # By group (at both levels) and by term: the pairs that edit it.
  assert value(output, RATE, (("edited_group", "so"),)) == 2 / 3
  assert value(output, RATE, (("edited_group", "so/gay"),)) == 1


@pytest.mark.e2e
def test_the_upper_bound_gates_at_the_decision_threshold(tmp_path, models):
  # A score of .9 is negative at .95, so nothing flips there; at .5 two of three flip.
  config = gate(
    max_flip_rate=0.5,
    gate_on="upper_bound",
    min_pairs=4,
    decision_threshold=0.95,
    other_thresholds=[0.5],
  )
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"])
  assert value(output, "flip_rate/overall@0.95") == 0
  assert value(output, "positive_rate@0.95") == 0
  assert value(output, RATE) == 2 / 3
  upper = "flip_rate/overall/upper_bound@0.95"
  # Without a positive decision, it is of no use either.
  useless = "positive_rate/ratio/lower_bound@0.95"
  assert failures(output) == {
    (upper, False),
    ("flip_count/pairs", False),
    (useless, False),
  }


@pytest.mark.e2e
def test_compares_with_a_baseline_and_gates_a_group(tmp_path, models):
  config = gate(
    max_flip_rate=0.9,
    min_auc=0.5,
    max_auc_drop=0.5,
    max_flip_rate_of={"so/gay": 0.9, "so/lesbian": 0, "gender": 1},
  )
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"], baseline=models["bad"])
  result = tfma.load_validation_result(output)
  (refused,) = result.metric_validations_per_slice
  (failure,) = refused.failures
  assert (failure.metric_key.name, failure.metric_value.double_value.value) == (RATE, 1)
  key = tfma.slicer.deserialize_slice_key(refused.slice_key)
  assert key == (("edited_group", "so/gay"),)
  (missing,) = result.missing_slices
  assert dict(missing.feature_values) == {"edited_group": "gender"}
  assert value(output, RATE, model_name="baseline") == 0
  assert value(output, "flip_rate/overall/matched@0.5", model_name="clp") == 2 / 3


@pytest.mark.parametrize(
  "arguments, named",
  [
    ({"gate_on": "mean"}, "gate_on"),
    ({"with_labels": False, "min_auc": 0.7}, "without labels"),
  ],
)
def test_what_cannot_gate_is_named(arguments, named):
  with pytest.raises(ValueError, match=named):
    make_eval_config(**arguments)
