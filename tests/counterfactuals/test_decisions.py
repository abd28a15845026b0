import keras
import numpy as np
import pytest

from clp_tfx.counterfactuals.decisions import classes_differ, labels_differ


@pytest.fixture(params=[np, keras.ops], ids=["numpy", "keras"])
def xp(request):
  return request.param


def told(differ):
  return keras.ops.convert_to_numpy(differ).tolist()


def test_one_score_differs_across_the_threshold(xp):
  original, counterfactual = np.array([[0.9], [0.9]]), np.array([[0.6], [0.4]])
  assert told(labels_differ(xp, original, counterfactual, 0.5)) == [False, True]


def test_a_score_at_the_threshold_is_not_above_it(xp):
  original, counterfactual = np.array([[0.5], [0.5]]), np.array([[0.6], [0.4]])
  assert told(labels_differ(xp, original, counterfactual, 0.5)) == [True, False]


def test_labels_differ_where_any_does(xp):
  original = np.array([[0.9, 0.1]])
  counterfactual = np.array([[0.6, 0.4], [0.9, 0.6], [0.1, 0.9]])
  assert told(labels_differ(xp, original, counterfactual, 0.5)) == [False, True, True]


def test_several_thresholds(xp):
  # At 0.5 only the second label of the second text differs; at 0.7 the first of the
  # first.
  original = np.array([0.9, 0.1])
  counterfactual = np.array([[0.6, 0.4], [0.9, 0.6]])
  thresholds = np.array([0.5, 0.7])[:, None, None]
  found = told(labels_differ(xp, original, counterfactual, thresholds))
  assert found == [[False, True], [True, False]]


def test_classes_differ_where_the_first_of_the_highest_does(xp):
  original = np.array([1.0, 3.0, 3.0])
  counterfactual = np.array([[0.0, 9.0, 8.0], [1.0, 2.0, 3.0], [3.0, 3.0, 0.0]])
  # Classes 1, 2 and 0 beside 1.
  found = told(classes_differ(xp, original, counterfactual))
  assert found == [False, True, True]
