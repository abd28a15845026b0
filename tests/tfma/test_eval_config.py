import pytest
import tensorflow_model_analysis as tfma

from clp_tfx.tfma import make_eval_config

from .evaluation import evaluate, example, save_keyword_model

# Five comments of the gate's examples. A model that looks for "gay" scores the first
# two 0.9 and their counterfactuals 0.2: 2 of 3 pairs flip, positive to negative. One
# that looks for "bad" flips on no pair. Labels follow "bad", so AUC is 1 for the
# latter; for the former the positives score (0.9, 0.2) and the negatives (0.9, 0.2,
# 0.2): of 6 couples 2 are right, 3 tied, 1 wrong: (2 + 3 / 2) / 6.
EXAMPLES = [
  example("a bad gay day", ["a bad day"], 1.0, ["so", "so/gay"]),
  example("a gay day", ["a day"], 0.0, ["so", "so/gay"]),
  example("a lesbian day", ["a day"], 0.0, ["so"]),
  example("bad", [], 1.0),
  example("fine", [], 0.0),
  example("not labelled", [], 0.0, label_weight=0.0),
]
GAY_AUC = 3.5 / 6


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  folder = tmp_path_factory.mktemp("models")
  return {word: save_keyword_model(folder / word, word) for word in ("gay", "bad")}


def failures(output):
  result = tfma.load_validation_result(output)
  found = {
    (failure.metric_key.name, failure.metric_key.is_diff)
    for per_slice in result.metric_validations_per_slice
    for failure in per_slice.failures
  }
  assert result.validation_ok == (not found)
  return found


def test_gates_on_the_first_run_without_a_baseline(tmp_path, models):
  config = make_eval_config(max_flip_rate=0.5, min_auc=0.5)
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"])
  assert failures(output) == {("flip_rate/overall@0.5", False)}
  metrics = tfma.load_eval_result(output).get_metrics_for_slice()
  assert metrics["flip_rate/overall@0.5"]["doubleValue"] == 2 / 3
  assert metrics["auc"]["doubleValue"] == pytest.approx(GAY_AUC, abs=1e-3)
  assert metrics["example_count"]["doubleValue"] == 5  # unlabelled: weight 0


def test_compares_with_a_baseline_and_slices(tmp_path, models):
  config = make_eval_config(max_flip_rate=0.5, min_auc=0.9, max_auc_drop=0.01)
  output = evaluate(tmp_path, EXAMPLES, config, models["bad"], baseline=models["gay"])
  assert failures(output) == set()
  before = tfma.load_eval_result(output, model_name="baseline")
  after = tfma.load_eval_result(output, model_name="clp")
  group = (("identity_group", "so/gay"),)
  rate = "flip_rate/overall@0.5"
  assert before.get_metrics_for_slice()[rate]["doubleValue"] == 2 / 3
  assert before.get_metrics_for_slice(group)[rate]["doubleValue"] == 1
  assert after.get_metrics_for_slice()[rate]["doubleValue"] == 0
  assert after.get_metrics_for_slice()["auc"]["doubleValue"] == pytest.approx(1)


def test_refuses_an_auc_drop_and_a_low_auc(tmp_path, models):
  config = make_eval_config(max_flip_rate=1, min_auc=0.9, max_auc_drop=0.01)
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"], baseline=models["bad"])
  assert failures(output) == {("auc", False), ("auc", True)}


def test_a_drop_within_the_bound_passes(tmp_path, models):
  config = make_eval_config(max_flip_rate=1, min_auc=0.5, max_auc_drop=0.5)
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"], baseline=models["bad"])
  assert failures(output) == set()


def test_no_pairs_is_a_refusal(tmp_path, models):
  examples = [example("bad", [], 1.0), example("fine", [], 0.0)]
  config = make_eval_config(max_flip_rate=1, min_auc=0.5)
  output = evaluate(tmp_path, examples, config, models["bad"])
  assert failures(output) == {("flip_rate/overall@0.5", False)}


def test_the_threshold_names_the_gated_metric(tmp_path, models):
  config = make_eval_config(max_flip_rate=0.5, min_auc=0.5, decision_threshold=0.95)
  output = evaluate(tmp_path, EXAMPLES, config, models["gay"])
  assert failures(output) == set()
  metrics = tfma.load_eval_result(output).get_metrics_for_slice()
  assert metrics["flip_rate/overall@0.95"]["doubleValue"] == 0
  assert metrics["positive_rate@0.95"]["doubleValue"] == 0
