import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import (
  PairwiseAbsoluteDifferenceLoss,
  PairwiseCosineLoss,
  PairwiseJensenShannonLoss,
  PairwiseMSELoss,
  pairwise_absolute_difference,
  pairwise_cosine_distance,
  pairwise_jensen_shannon_divergence,
  pairwise_mean_squared_error,
)

ORIGINAL = [[1.0, 2.0], [3.0, 0.0]]
COUNTERFACTUAL = [[0.0, 4.0], [3.0, 0.0]]
CLASSES = [
  PairwiseMSELoss,
  PairwiseAbsoluteDifferenceLoss,
  PairwiseCosineLoss,
  PairwiseJensenShannonLoss,
]


def test_mean_squared_error_per_pair():
  # Row 0: (1² + 2²) / 2 = 2.5; row 1 is identical: 0.
  loss = pairwise_mean_squared_error(np.array(ORIGINAL), np.array(COUNTERFACTUAL))
  assert loss.numpy().tolist() == [2.5, 0.0]


def test_absolute_difference_per_pair():
  # Row 0: (1 + 2) / 2 = 1.5; row 1: 0.
  loss = pairwise_absolute_difference(np.array(ORIGINAL), np.array(COUNTERFACTUAL))
  assert loss.numpy().tolist() == [1.5, 0.0]


def test_cosine_distance_per_pair():
  # (3,4)·(4,3) = 24 out of 5·5; opposite; same direction; at a right angle.
  original = np.array([[3.0, 4.0], [1.0, 2.0], [1.0, 2.0], [1.0, 0.0]])
  counterfactual = np.array([[4.0, 3.0], [-1.0, -2.0], [2.0, 4.0], [0.0, 7.0]])
  loss = pairwise_cosine_distance(original, counterfactual).numpy()
  assert loss == pytest.approx([0.04, 2.0, 0.0, 1.0], abs=1e-6)


def test_cosine_refuses_one_output_unit_and_says_why():
  with pytest.raises(InputError, match="gradient is zero"):
    pairwise_cosine_distance(np.ones([3, 1]), np.ones([3, 1]))


def test_jensen_shannon_per_pair():
  # p = (¾, ¼), q = (¼, ¾), m = (½, ½): KL(p, m) = ¾ log 1.5 + ¼ log 0.5 = KL(q, m).
  p, q = np.log([[0.75, 0.25]]), np.log([[0.25, 0.75]])
  expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
  assert pairwise_jensen_shannon_divergence(p, q).numpy() == pytest.approx(expected)
  # A common shift of the logits does not change the probabilities.
  assert pairwise_jensen_shannon_divergence(p, p + 5).numpy() == pytest.approx(0)
  # One logit, log 3, is the probability ¾ of two classes.
  one = np.log([[3.0]])
  assert pairwise_jensen_shannon_divergence(one, -one).numpy() == pytest.approx(
    expected
  )


def test_jensen_shannon_is_symmetrical_and_bounded_even_where_saturated():
  rng = np.random.default_rng(0)
  p, q = (rng.normal(scale=300, size=[100, 5]).astype("float32") for _ in range(2))
  there = pairwise_jensen_shannon_divergence(p, q).numpy()
  back = pairwise_jensen_shannon_divergence(q, p).numpy()
  assert there == pytest.approx(back)
  assert there.min() >= 0 and there.max() <= math.log(2) + 1e-6
  apart = pairwise_jensen_shannon_divergence([[1e4, 0.0]], [[0.0, 1e4]])
  assert float(apart[0]) == pytest.approx(math.log(2))


@pytest.mark.parametrize("loss_class", CLASSES)
def test_gradients_are_finite_where_logits_are_equal_huge_or_zero(loss_class):
  rows = [[2.0, 1.0], [500.0, -500.0], [0.0, 0.0]]
  original, counterfactual = tf.Variable(rows), tf.Variable([rows[0], *rows[:0:-1]])
  with tf.GradientTape() as tape:
    loss = loss_class()(original, counterfactual)
  gradients = tape.gradient(loss, [original, counterfactual])
  assert np.isfinite([*gradients[0].numpy(), *gradients[1].numpy()]).all()


@pytest.mark.parametrize(
  ("loss_class", "expected"),
  [(PairwiseMSELoss, 1.25), (PairwiseAbsoluteDifferenceLoss, 0.75)],
)
def test_classes_average_over_pairs(loss_class, expected):
  assert float(loss_class()(ORIGINAL, COUNTERFACTUAL)) == expected


@pytest.mark.parametrize("loss_class", CLASSES)
def test_classes_survive_serialisation(loss_class):
  loss = loss_class(name="mine", reduction="sum")
  copy = keras.saving.deserialize_keras_object(
    keras.saving.serialize_keras_object(loss)
  )
  assert type(copy) is loss_class
  assert (copy.name, copy.reduction) == ("mine", "sum")
