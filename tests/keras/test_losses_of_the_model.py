"""Losses that the inner model adds count once, for the originals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import CounterfactualInputs, CounterfactualModel
from clp_tfx.keras.inputs import SeparatePairs


class AddsItsSum(keras.layers.Layer):
  """Adds the sum of its inputs to the loss."""

  def call(self, x):
    self.add_loss(keras.ops.sum(x))
    return x


class Sums(keras.regularizers.Regularizer):
  def __call__(self, x):
    return keras.ops.sum(x)


BATCHES = {
  "counterfactuals": CounterfactualInputs(
    original=np.array([[1.0], [2.0]], "float32"),
    counterfactual=np.array([[40.0]], "float32"),
    original_row=np.array([1]),
    pair_weight=np.array([1.0], "float32"),
  ),
  "separate pairs": SeparatePairs(
    original=np.array([[1.0], [2.0]], "float32"),
    pair_original=np.array([[2.0]], "float32"),
    counterfactual=np.array([[40.0]], "float32"),
    pair_weight=np.array([1.0], "float32"),
  ),
}
LABELS = np.array([[1.0], [2.0]], "float32")


def inner_model(kind, *more):
  """logit = x, and a loss of the sum of the logits."""
  regularizer = Sums() if kind == "activity_regularizer" else None
  dense = keras.layers.Dense(1, use_bias=False, activity_regularizer=regularizer)
  adding = [AddsItsSum()] if kind == "add_loss" else []
  inner = keras.Sequential([keras.Input([1]), dense, *adding, *more])
  inner.set_weights([np.array([[1.0]])])
  return inner


def model(kind, weight, *more, **options):
  found = CounterfactualModel(inner_model(kind, *more), loss_weight=weight)
  found.compile(keras.optimizers.SGD(0.0), "mse", **options)
  return found


def added(kind):
  """What plain Keras adds for 1 and 2: 3, and newer versions half of it for a
  regularizer, which they divide by the rows of the batch."""
  plain = inner_model(kind)
  plain.compile(keras.optimizers.SGD(0.0), "mse")
  inputs = BATCHES["counterfactuals"].original
  (loss,) = plain.fit(inputs, LABELS, verbose=0).history["loss"]
  assert loss == 3 or (kind, loss) == ("activity_regularizer", 1.5)
  return loss


@pytest.mark.parametrize("run_eagerly", [True, False])
@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("kind", ["add_loss", "activity_regularizer"])
def test_they_are_those_of_plain_training(kind, batch, run_eagerly):
  data = tf.data.Dataset.from_tensors((BATCHES[batch], LABELS))
  plain = data.map(lambda inputs, y: (inputs.original, y))
  # A layer that may do otherwise in training: pairs have a pass of their own.
  for more in ([], [keras.layers.Dropout(0.0)]):
    options = {"run_eagerly": run_eagerly}
    # The labels are the logits: no task loss. The weight shows none of the gap of 38².
    trained = model(kind, 1e-9, *more, **options)
    expected = added(kind) + 1e-9 * 38**2
    history = trained.fit(data, verbose=0).history
    assert history["counterfactual_loss"] == [38**2]
    assert history["loss"] == [pytest.approx(expected)]
    evaluated = trained.evaluate(data, verbose=0, return_dict=True)
    assert evaluated["loss"] == pytest.approx(expected)
    control = model(kind, 0.0, *more, **options)
    for examples in (data, plain):
      assert control.fit(examples, verbose=0).history["loss"] == [added(kind)]


def test_the_gap_still_trains_the_weights_behind_it():
  # logit = w·x with w = 1, pair 2 and 40: d(38w)²/dw = 2·38² = 2888; the loss that is
  # added has 3. SGD(0.001) takes 2.891 off.
  trained = model("add_loss", 1.0)
  trained.compile(keras.optimizers.SGD(0.001), "mse")
  trained.fit(
    tf.data.Dataset.from_tensors((BATCHES["counterfactuals"], LABELS)), verbose=0
  )
  assert trained.get_weights()[0].item() == pytest.approx(1 - 2.891, rel=1e-6)
