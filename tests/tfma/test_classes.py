"""A model of classes: flips of the most probable one, rates and AUC, overall and by it.

The references are NumPy and scikit-learn on the same scores.
"""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma import load_worst_flips, make_eval_config
from clp_tfx.tfma.class_flips import ClassFlips
from clp_tfx.tfma.class_rates import ClassRates, decision_ratio
from clp_tfx.tfma.intervals import ClusterSums, lower_bound, ratio_bounds, upper_bound
from clp_tfx.tfma.one_vs_rest_auc import OneVsRestAUC

from .evaluation import evaluate, example

CLASSES = ["ok", "rude", "hateful"]


def scored(original, counterfactuals=(), label=0.0, weight=1.0):
  # Without a pair there is one place without a score.
  scores = np.array(counterfactuals or [[np.nan] * 3], float)
  return {
    "predictions": np.array(original, float),
    "counterfactual_predictions": scores,
    "counterfactual_pairs": np.arange(len(scores)) - (not counterfactuals),
    "labels": np.array([label]),
    "example_weights": np.array([weight]),
  }


def evaluated(metric, examples, **arguments):
  (computation,) = metric.computations(**arguments)
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  elements = [each for one in examples for each in preprocessor.process(one)]
  parts = [
    functools.reduce(combiner.add_input, some, combiner.create_accumulator())
    for some in (elements[::2], elements[1::2])
  ]
  output = combiner.extract_output(combiner.merge_accumulators(iter(parts)))
  assert set(output) == set(computation.keys)
  return {key.name: value for key, value in output.items()}


OK, RUDE, HATEFUL = [0.8, 0.1, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7]


def test_flips_count_for_the_class_of_the_original():
  # Of "rude" one comment with two pairs, of which one flips, and one with a pair.
  examples = [
    scored(RUDE, [RUDE, HATEFUL]),
    scored(RUDE, [[0.4, 0.5, 0.1]]),
    scored(OK, [OK]),
    scored(HATEFUL),
  ]
  found = evaluated(ClassFlips(CLASSES), examples)
  assert found["flip_rate/overall/decided_class=rude"] == pytest.approx(1 / 3)
  assert found["flip_count/pairs/decided_class=rude"] == 3
  # Sums over two comments: f n = 2, n² = 4 + 1, f² = 1.
  sums = ClusterSums(2, 1, 3, 1, 3, 5, 2, 1)
  for end, bound in (("lower_bound", lower_bound), ("upper_bound", upper_bound)):
    value = found[f"flip_rate/overall/{end}/decided_class=rude"]
    assert value == pytest.approx(float(bound(sums, 0.95)))
  assert found["flip_rate/overall/decided_class=ok"] == 0
  assert found["flip_count/pairs/decided_class=hateful"] == 0
  assert math.isnan(found["flip_rate/overall/decided_class=hateful"])


def test_a_score_that_is_no_number_leaves_no_rate():
  found = evaluated(ClassFlips(CLASSES), [scored(RUDE, [[math.nan] * 3])])
  assert math.isnan(found["flip_rate/overall/decided_class=rude"])


def test_rates_of_decisions_over_those_of_labels():
  # Decided: rude, rude, ok, ok; labels of the first three: rude, ok, ok.
  examples = [
    scored(RUDE, label=1.0),
    scored(RUDE, label=0.0),
    scored(OK, label=0.0),
    scored(OK, label=2.0, weight=0.0),
  ]
  found = evaluated(ClassRates(CLASSES), examples)
  assert found["decision_rate/decided_class=rude"] == 2 / 4
  assert found["decision_rate/ratio/decided_class=rude"] == 2 / 1
  low, high = ratio_bounds(1, 2, 1, 0.95)
  assert found["decision_rate/ratio/lower_bound/decided_class=rude"] == low
  assert found["decision_rate/ratio/upper_bound/decided_class=rude"] == high
  # Neither decides for it.
  assert found["decision_rate/ratio/upper_bound/decided_class=hateful"] == 1
  assert all(map(math.isnan, evaluated(ClassRates(CLASSES), []).values()))


def test_a_class_that_only_the_model_decides_has_no_ratio():
  assert all(map(math.isnan, decision_ratio(0, 3, 0, 0.95)))
  assert decision_ratio(0, 0, 3, 0.95)[0] == 0


@pytest.mark.parametrize("ties", [False, True])
def test_auc_is_scikit_learns(ties):
  random = np.random.default_rng(0)
  scores = random.dirichlet([1, 1, 1], size=200)
  scores = scores.round(1) if ties else scores
  labels = random.integers(0, 3, 200)
  weights = random.integers(0, 2, 200)
  rows = zip(scores, labels, weights, strict=True)
  found = evaluated(
    OneVsRestAUC(3), [scored(s, label=float(y), weight=float(w)) for s, y, w in rows]
  )
  kept = weights > 0
  expected = np.mean(
    [roc_auc_score(labels[kept] == c, scores[kept][:, c]) for c in range(3)]
  )
  assert found["auc"] == pytest.approx(expected, abs=1e-12)


def test_without_a_class_there_is_no_auc():
  examples = [scored(OK, label=0.0), scored(RUDE, label=1.0)]
  assert math.isnan(evaluated(OneVsRestAUC(3), examples)["auc"])


def save_class_model(path, words):
  """Decides for the class of the first of three words that a text has, else the first.

  Scores are .7 for that class and .2 and .1 for the others, in their order.
  """
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serve(examples):
    spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
    text = tf.io.parse_example(examples, spec)["comment_text"]
    found = tf.stack(
      [tf.strings.regex_full_match(text, f"(?s).*({word}).*") for word in words], axis=1
    )
    place = tf.argmax(tf.cast(found, tf.int32), axis=1)
    rows = tf.constant([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.2, 0.1, 0.7]])
    return {"scores": tf.gather(rows, place)}

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
  return str(path)


TEXTS = [
  # Text, its counterfactuals and the place of its label.
  ("a gay day", ["a day"], 0),
  ("gay fool", ["fool", "a fool"], 1),
  ("her fool", ["fool"], 1),
  ("vermin", [], 2),
  ("her vermin", ["vermin"], 2),
  ("fine", [], 0),
]


def ten_lines_of_numpy(place):
  """Returns the flip rate overall and by class, from decisions."""
  original = np.array([place(text) for text, some, _ in TEXTS for _ in some])
  after = np.array([place(each) for _, some, _ in TEXTS for each in some])
  flips = original != after
  by_class = {
    name: flips[original == c].mean() if (original == c).any() else None
    for c, name in enumerate(CLASSES)
  }
  return flips.mean(), by_class


@pytest.mark.e2e
def test_an_evaluation_by_class(tmp_path):
  words = ["good", "fool", "gay|vermin"]
  biased = save_class_model(tmp_path / "biased", words)
  fair = save_class_model(tmp_path / "fair", ["good", "fool", "vermin"])
  examples = [
    example(text, some, float(label), ["so/gay"] if some else [])
    for text, some, label in TEXTS
  ]
  config = make_eval_config(
    max_flip_rate=0.1,
    max_flip_rate_of_class={"rude": 0.0, "hateful": 0.4, "ok": 1.0},
    min_auc=0.8,
    max_auc_drop=0.5,
    classes=CLASSES,
    gate_on="point",
    min_pairs=2,
  )
  output = evaluate(tmp_path, examples, config, biased, fair)
  summary = summarize(output, None)

  def place(text):
    if "fool" in text:
      return 1
    return 2 if "gay" in text or "vermin" in text else 0

  rate, by_class = ten_lines_of_numpy(place)
  # "a gay day" flips, and is hateful before: 1 / 5, and 1 / 2 of that class.
  assert summary["clp"]["flip_rate"] == rate == 1 / 5
  assert summary["clp"]["flip_rate_by_class"] == by_class
  assert by_class == {"ok": None, "rude": 0, "hateful": 1 / 2}
  assert summary["clp"]["pairs_by_class"] == {"ok": 0, "rude": 3, "hateful": 2}
  assert summary["baseline"]["flip_rate"] == 0
  # Decided: ok 1, rude 2, hateful 3 of 6; the baseline: 2, 2, 2.
  assert summary["clp"]["decision_ratio_by_class"] == {
    "ok": 1 / 2,
    "rude": 1,
    "hateful": 3 / 2,
  }
  assert summary["baseline"]["auc"] == 1
  assert "positive_rate" not in summary["clp"]
  refused = {(each["metric"], each["slice"]) for each in summary["gate"]["failures"]}
  assert refused == {
    ("flip_rate/overall", "all"),
    ("flip_rate/overall", "decided_class=hateful"),
    ("flip_rate/overall", "decided_class=ok"),  # Not a number, without pairs.
    ("flip_count/pairs", "decided_class=ok"),
  }
  reasons = {each["reason"] for each in summary["gate"]["failures"]}
  assert (
    "flip_rate/overall is 0.5000 on decided_class=hateful (2 pairs), but must be at "
    "most 0.4: the share of pairs whose decision flips." in reasons
  )
  (flip,) = load_worst_flips(output)["clp"]
  assert (flip["original_class"], flip["counterfactual_class"]) == ("hateful", "ok")


def test_a_bound_of_another_class_is_refused():
  with pytest.raises(ValueError, match=r"\['a', 'b'\]. Received: \['c'\]"):
    make_eval_config(classes=["a", "b"], max_flip_rate_of_class={"c": 0.1})
