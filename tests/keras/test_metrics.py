import math

import numpy as np
import pytest

from clp_tfx.keras.metrics import (
  DefinedAUC,
  OneVsRestAUC,
  PairMean,
  decision_flips,
)


def flips(original, counterfactual, threshold=None):
  return (
    decision_flips(np.array(original), np.array(counterfactual), threshold)
    .numpy()
    .tolist()
  )


def test_one_unit_flips_across_the_threshold():
  original, counterfactual = (
    [[1.0], [1.0], [-1.0], [0.0]],
    [[2.0], [-1.0], [0.1], [0.0]],
  )
  assert flips(original, counterfactual) == [0, 1, 1, 0]
  # At 0.8, the logit log 4 = 1.386: only the first pair is on both sides of it.
  assert flips(original, counterfactual, threshold=0.8) == [1, 0, 0, 0]


def test_a_score_at_the_threshold_is_negative():
  assert flips([[0.0]], [[1e-6]]) == [1]
  assert flips([[0.0]], [[-1e-6]]) == [0]


def test_classes_flip_when_the_most_probable_one_changes():
  original = [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]
  assert flips(original, [[0.0, 0.0, 9.0], [4.0, 2.0, 3.0]]) == [0, 1]


def test_labels_flip_when_any_of_them_does():
  original = [[1.0, -1.0], [1.0, -1.0], [1.0, -1.0]]
  counterfactual = [[5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]]
  assert flips(original, counterfactual, threshold=0.5) == [0, 1, 1]


def test_mean_of_no_pairs_is_nan():
  mean = PairMean(name="flip_rate")
  assert math.isnan(mean.result())
  mean.update_state(np.array([5.0]), sample_weight=np.array([0.0]))
  assert math.isnan(mean.result())
  mean.update_state(np.array([1.0, 4.0]), sample_weight=np.array([3.0, 1.0]))
  assert float(mean.result()) == pytest.approx(1.75)


def test_auc_of_one_class_is_nan():
  auc = DefinedAUC(from_logits=True)
  assert math.isnan(auc.result())
  # The negative has no weight: it is not labelled.
  auc.update_state([1.0, 1.0, 0.0], [3.0, 2.0, -1.0], sample_weight=[1.0, 1.0, 0.0])
  assert math.isnan(auc.result())
  auc.update_state([0.0], [-1.0])
  assert float(auc.result()) == pytest.approx(1)


def test_one_vs_rest_auc():
  # Probabilities: (.98, .02, .01), (.58, .21, .21) and (.01, .01, .99).
  logits = np.array([[5.0, 1.0, 0.0], [1.0, 0.0, 0.0], [-5.0, -5.0, 0.0]])
  auc = OneVsRestAUC(3)
  # Of class 0 the second row has more than the third only, of class 1 the first row
  # has more than the third only, and of class 2 the third has the most.
  auc.update_state(np.array([[1.0], [0.0], [2.0]]), logits)
  assert float(auc.result()) == pytest.approx((1 / 2 + 1 / 2 + 1) / 3, abs=1e-3)
  # What has no weight does not count, and without a class there is no mean.
  auc.update_state(np.array([[0.0], [0.0], [2.0]]), logits, np.zeros((3, 1)))
  assert float(auc.result()) == pytest.approx(2 / 3, abs=1e-3)
  auc.reset_state()
  weight = np.array([[1.0], [1.0], [0.0]])
  auc.update_state(np.array([[0.0], [1.0], [2.0]]), logits, weight)
  assert math.isnan(float(auc.result()))
