"""A model of a number: flips by a tolerance, the gap and R², against NumPy."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from sklearn.metrics import r2_score

from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma import decision_threshold_of, load_worst_flips, make_eval_config
from clp_tfx.tfma.decisions import DecisionRule
from clp_tfx.tfma.intervals import ClusterSums, mean_upper_bound
from clp_tfx.tfma.r2 import R2

from .evaluation import evaluate, example
from .test_classes import evaluated


def test_a_gap_above_the_tolerance_is_a_flip():
  rule = DecisionRule("tolerance", (0.5,))
  found = rule.compare(np.array([3.0]), np.array([[3.5], [2.0], [3.0]]))
  assert found.changed.tolist() == [[False, True, False]]
  assert found.gap.tolist() == [0.5, 1.0, 0.0]
  assert rule.keyed_thresholds == (None,)


def rated(score, label, weight=1.0):
  return {
    "predictions": np.array([score]),
    "labels": np.array([label]),
    "example_weights": np.array([weight]),
  }


def test_r2_is_scikit_learns():
  random = np.random.default_rng(0)
  labels, scores = random.normal(3, 1, 50), random.normal(3, 1, 50)
  weights = random.integers(0, 2, 50)
  rows = zip(scores, labels, weights, strict=True)
  found = evaluated(R2(), [rated(*each) for each in rows])
  kept = weights > 0
  expected = r2_score(labels[kept], scores[kept])
  assert found["r2"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
  "rows", [[], [rated(1.0, 2.0), rated(3.0, 2.0)], [rated(math.nan, 1), rated(1, 2)]]
)
def test_without_a_variance_or_a_score_there_is_no_r2(rows):
  assert math.isnan(evaluated(R2(), rows)["r2"])


def test_the_upper_bound_of_a_mean():
  # Gaps 0, 1 and 2 of three comments with a pair each: the usual t interval.
  sums = ClusterSums(3, 0, 3, 3.0, 3, 3, 3.0, 5.0)
  expected = 1 + stats.t.ppf(0.95, 2) * np.std([0, 1, 2], ddof=1) / np.sqrt(3)
  assert mean_upper_bound(sums, 0.95) == pytest.approx(expected)
  assert math.isnan(mean_upper_bound(ClusterSums(*[1] * 8), 0.95))


def save_rating_model(path, word):
  """Rates 4 with "good", 2 without; 1.5 less with the word."""
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serve(examples):
    spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
    text = tf.io.parse_example(examples, spec)["comment_text"]
    good, found = (
      tf.cast(tf.strings.regex_full_match(text, f"(?s).*({each}).*"), tf.float32)
      for each in ("good", word)
    )
    return {"scores": (2 + 2 * good - 1.5 * found)[:, tf.newaxis]}

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
  return str(path)


TEXTS = [
  # Text, its counterfactuals and the label.
  ("a gay day", ["a day"], 2.0),
  ("good gay day", ["good day", "a good day"], 4.0),
  ("her day", ["day"], 2.0),
  ("good", [], 5.0),
]


def in_ten_lines(tolerance):
  """Returns the flip rate, the mean gap and R²."""

  def score(text):
    return 2 + 2 * ("good" in text) - 1.5 * ("gay" in text)

  pairs = [(score(text), score(each)) for text, some, _ in TEXTS for each in some]
  gaps = np.abs(np.subtract(*np.transpose(pairs)))
  labels = np.array([label for *_, label in TEXTS])
  errors = labels - [score(text) for text, *_ in TEXTS]
  r2 = 1 - (errors**2).sum() / ((labels - labels.mean()) ** 2).sum()
  return np.mean(gaps > tolerance), gaps.mean(), r2


@pytest.mark.e2e
@pytest.mark.parametrize(("tolerance", "rate"), [(1.0, 3 / 4), (1.5, 0.0)])
def test_an_evaluation_of_ratings(tmp_path, tolerance, rate):
  biased = save_rating_model(tmp_path / "biased", "gay")
  fair = save_rating_model(tmp_path / "fair", "nothing")
  examples = [
    example(text, some, label, ["so/gay"] if some else [])
    for text, some, label in TEXTS
  ]
  config = make_eval_config(
    max_flip_rate=0.5,
    max_gap=1.0,
    min_r2=0.5,
    max_r2_drop=0.1,
    flip_tolerance=tolerance,
    gate_on="point",
    min_pairs=2,
  )
  output = evaluate(tmp_path, examples, config, biased, fair)
  assert decision_threshold_of(output) is None
  summary = summarize(output, None)
  flip_rate, gap, r2 = in_ten_lines(tolerance)
  assert summary["clp"]["flip_rate"] == flip_rate == rate
  assert summary["clp"]["counterfactual_gap"] == pytest.approx(gap)
  assert summary["clp"]["r2"] == pytest.approx(r2)
  # Of the baseline the squared errors are 0, 0, 0 and 1, of 6.75 in all.
  assert summary["baseline"]["r2"] == pytest.approx(1 - 1 / 6.75)
  assert "auc" not in summary["clp"] and "positive_rate" not in summary["clp"]
  refused = {each["metric"] for each in summary["gate"]["failures"]}
  expected = {"counterfactual_gap", "r2", "r2 (change)"}
  assert refused == expected | ({"flip_rate/overall"} if rate else set())
  assert "AUC and the positive rate are inactive" in summary["gate"]["inactive"][0]
  assert load_worst_flips(output)["clp"][0]["gap"] == pytest.approx(1.5)


def test_classes_are_no_ratings():
  with pytest.raises(ValueError, match="classes or a flip_tolerance"):
    make_eval_config(classes=["a", "b"], flip_tolerance=1.0)
