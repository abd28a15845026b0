import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import CounterfactualInputs, CounterfactualModel


def weighted_sum(weights, activation=None):
  """Outputs activation(x · weights); one input, len(weights) outputs."""
  layer = keras.layers.Dense(len(weights), use_bias=False, activation=activation)
  model = keras.Sequential([keras.Input([1]), layer])
  model.set_weights([np.array([weights])])
  return model


def batches(x, counterfactual, y, rows=None):
  """All data as one batch; counterfactual i belongs to row i, or to rows[i]."""
  inputs = CounterfactualInputs(
    original=np.array(x, "float32").reshape(-1, 1),
    counterfactual=np.array(counterfactual, "float32").reshape(-1, 1),
    original_row=np.arange(len(counterfactual)) if rows is None else np.array(rows),
    pair_weight=np.ones(len(counterfactual), "float32"),
  )
  return tf.data.Dataset.from_tensors((inputs, np.array(y)))


def evaluated(model, data, **kwargs):
  model = CounterfactualModel(model, **kwargs)
  model.compile("sgd", keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
  return model.evaluate(data, verbose=0, return_dict=True)


def functional(end):
  """Outputs end(x)."""
  x = keras.Input([1])
  return keras.Model(x, end(x))


class Subclassed(keras.Model):
  """Outputs sigmoid(x)."""

  def call(self, x):
    return keras.activations.sigmoid(x)


SIGMOIDS = {
  "activation": weighted_sum([1.0], "sigmoid"),
  "layer": functional(keras.layers.Activation("sigmoid")),
  "operation": functional(keras.ops.sigmoid),
  "nested": keras.Sequential([keras.Input([1]), weighted_sum([1.0], "sigmoid")]),
  "subclassed": Subclassed(),
}


@pytest.mark.parametrize("name", SIGMOIDS)
def test_pairs_the_logits_behind_a_sigmoid(name):
  # Logits 20 and 18: (20-18)² = 4, where the probabilities are 1 and 1 in float32.
  data = batches([20.0, -1.0], [18.0], [[1.0], [0.0]])
  result = evaluated(SIGMOIDS[name], data)
  assert result["counterfactual_loss"] == pytest.approx(4)
  assert result["accuracy"] == 1


def test_pairs_the_logits_behind_a_softmax():
  # Logits (1, 3)·x for x = 2 and 1: ((2-1)² + (6-3)²) / 2 = 5.
  for activation in ("softmax", keras.layers.Softmax()):
    model = CounterfactualModel(weighted_sum([1.0, 3.0], activation))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    result = model.evaluate(batches([2.0], [1.0], [1]), verbose=0, return_dict=True)
    assert result["counterfactual_loss"] == pytest.approx(5)
    assert result["accuracy"] == 1


def test_says_once_that_logits_are_paired(caplog):
  data = batches([2.0], [1.0], [[1.0]]).repeat(3)
  with caplog.at_level(logging.INFO, "clp_tfx"):
    evaluated(weighted_sum([1.0]), data)
    assert caplog.text == ""
    evaluated(weighted_sum([1.0], "sigmoid"), data)
  assert caplog.text.count("compared by the logits") == 1


def test_told_that_outputs_are_logits_it_pairs_them_as_they_are():
  sigmoid = weighted_sum([1.0], "sigmoid")
  result = evaluated(sigmoid, batches([0.0], [20.0], [[1.0]]), from_logits=True)
  assert result["counterfactual_loss"] == pytest.approx(0.25)  # (0.5 - 1)²


def test_told_that_outputs_are_probabilities_it_refuses_what_hides_their_logits():
  hidden = functional(keras.layers.Lambda(tf.nn.sigmoid))
  with pytest.raises(InputError, match="find logits behind the model's output"):
    CounterfactualModel(hidden, from_logits=False)(
      next(iter(batches([0.0], [1.0], [[1.0]])))[0]
    )


def test_saturated_probabilities_keep_the_gradient_of_plain_training():
  # x = 40, y = 0: sigmoid(40) is 1 in float32, where the gradient of a clipped
  # probability is 0; from the logit it is 1·40. With SGD 0.01: w = 1 - 0.4 = 0.6. The
  # pair (40, 40) adds nothing.
  plain, paired = weighted_sum([1.0], "sigmoid"), weighted_sum([1.0], "sigmoid")
  data = batches([40.0], [40.0], [[0.0]])
  for model, batch in (
    (plain, data.map(lambda x, y: (x.original, y))),
    (CounterfactualModel(paired), data),
  ):
    model.compile(keras.optimizers.SGD(0.01), keras.losses.BinaryCrossentropy())
    model.fit(batch, verbose=0)
  assert plain.get_weights()[0].item() == pytest.approx(0.6)
  assert paired.get_weights()[0].item() == pytest.approx(0.6)


def test_a_saturated_pair_still_learns():
  # Probabilities of 40 and 20 are both 1; logits are 20·w apart: w decreases.
  model = weighted_sum([1.0], "sigmoid")
  paired = CounterfactualModel(model, loss_weight=1.0)
  paired.compile(keras.optimizers.SGD(1e-4), keras.losses.BinaryCrossentropy())
  paired.fit(batches([40.0], [20.0], [[1.0]]), verbose=0)
  # d/dw (40w - 20w)² = 2·20·20 = 800: w = 1 - 0.08.
  assert model.get_weights()[0].item() == pytest.approx(0.92, abs=1e-4)
