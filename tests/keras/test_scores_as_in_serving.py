import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import CounterfactualInputs, CounterfactualModel
from clp_tfx.keras.outputs import scores_as_in_serving

layers = keras.layers


class Own(layers.Layer):
  def call(self, x):
    return x


class OwnModel(keras.Model):
  def call(self, x):
    return x


def sequential(*inner):
  return keras.Sequential([keras.Input([3, 2]), *inner])


def frozen(layer):
  layer.trainable = False
  return layer


@pytest.mark.parametrize(
  ("model", "expected"),
  [
    (sequential(layers.Conv1D(2, 2), layers.GlobalMaxPooling1D()), True),
    (sequential(sequential(layers.Dense(1))), True),
    (sequential(layers.Dropout(0.1)), False),
    (sequential(sequential(layers.GaussianNoise(0.1))), False),
    (sequential(layers.BatchNormalization()), False),
    (sequential(layers.TimeDistributed(Own())), False),
    (sequential(Own()), False),
    (OwnModel(), False),
    # Frozen: in its constructor, after it was built, and with all that is around it.
    (sequential(layers.Dense(2, trainable=False), layers.Dense(1)), True),
    (sequential(frozen(sequential(layers.Dense(2))), layers.Dense(1)), True),
    (frozen(sequential(layers.Dense(1))), True),
    (sequential(frozen(layers.BatchNormalization()), layers.Dense(1)), True),
    (frozen(sequential(layers.Dropout(0.1))), False),
    (frozen(sequential(layers.LSTM(2, dropout=0.1))), False),
    (frozen(sequential(layers.SpectralNormalization(layers.Dense(1)))), False),
    (frozen(sequential(Own())), False),
  ],
)
def test_only_what_keras_is_known_to_keep_is_trusted(model, expected):
  assert scores_as_in_serving(model) == expected
  if expected:
    x = np.random.default_rng(1).normal(size=(4, 3, 2))
    np.testing.assert_array_equal(model(x, training=True), model(x, training=False))


def weights_after_training(*inner):
  model = keras.Sequential([keras.Input([1]), layers.Dense(1), *inner])
  model.set_weights([np.array([[2.0]]), np.array([1.0])])
  model = CounterfactualModel(model, loss_weight=0.5)
  model.compile(keras.optimizers.SGD(0.1), "mse")
  batch = CounterfactualInputs(
    original=np.array([[1.0], [2.0]], "float32"),
    counterfactual=np.array([[0.0]], "float32"),
    original_row=np.array([1]),
    pair_weight=np.array([1.0], "float32"),
  )
  labels = np.array([[3.0], [4.0]], "float32")
  model.fit(tf.data.Dataset.from_tensors((batch, labels)), verbose=0)
  return [weight.item() for weight in model.get_weights()[:2]]


def test_scores_of_the_task_serve_for_pairs_where_they_are_the_same():
  # Scores 3 and 5 for labels 3 and 4: ∂task/∂w = 2·1·2/2 = 2, ∂task/∂b = 1. The pair
  # scores 5 and 1: ∂/∂w of (2w)² / 2, where 2 is the weight, = 4w = 8.
  expected = [pytest.approx(2 - 0.1 * (2 + 8)), pytest.approx(1 - 0.1)]
  assert weights_after_training() == expected
  assert weights_after_training(Own()) == expected
