"""Losses and steps agree with TensorFlow Model Remediation where it is correct.

It is correct for models that return logits and have neither dropout nor regularisation,
and for pairs of equal weight: with unequal weights it divides by the number of pairs
instead of the sum of their weights.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import (
  CounterfactualInputs,
  CounterfactualModel,
  PairwiseAbsoluteDifferenceLoss,
  PairwiseMSELoss,
  pack_counterfactual_data,
)

pytestmark = pytest.mark.e2e

ROWS, FEATURES, HIDDEN = 80, 6, 5
LOSSES = {"mse": PairwiseMSELoss, "absolute": PairwiseAbsoluteDifferenceLoss}
PARTS = ("kernel_0", "bias_0", "kernel_1", "bias_1")

if importlib.util.find_spec("tensorflow_model_remediation") is None:
  pytest.skip(
    "the reference implementation is not installed: make setup brings it",
    allow_module_level=True,
  )


@pytest.fixture(scope="module")
def given():
  rng = np.random.default_rng(0)
  x = rng.normal(size=[ROWS, FEATURES])
  arrays = {
    "original": rng.normal(scale=5, size=[1000, 3]),
    "counterfactual": rng.normal(scale=5, size=[1000, 3]),
    "pair_weight": rng.uniform(0, 3, size=[1000]),
    "x": x,
    "y": (x[:, :1] + rng.normal(size=[ROWS, 1]) > 0),
    "pair_x": x,
    "counterfactual_x": x * [-1, 1, 1, 1, 1, 1],
    "weight": np.ones(ROWS),
    "kernel_0": rng.normal(size=[FEATURES, HIDDEN]),
    "bias_0": np.zeros(HIDDEN),
    "kernel_1": rng.normal(size=[HIDDEN, 1]),
    "bias_1": np.zeros(1),
  }
  return {name: array.astype("float32") for name, array in arrays.items()}


@pytest.fixture(scope="module")
def reference(given, tmp_path_factory):
  folder = tmp_path_factory.mktemp("parity")
  np.savez(folder / "in.npz", **given)
  subprocess.run(
    [
      sys.executable,
      Path(__file__).with_name("reference.py"),
      folder / "in.npz",
      folder / "out.npz",
    ],
    check=True,
  )
  with np.load(folder / "out.npz") as result:
    return dict(result)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_equal(name, given, reference):
  loss = LOSSES[name]()
  pair = given["original"], given["counterfactual"]
  assert float(loss(*pair)) == pytest.approx(reference[f"loss_{name}"], rel=1e-6)
  assert float(loss(*pair, sample_weight=given["pair_weight"])) == pytest.approx(
    reference[f"weighted_loss_{name}"], rel=1e-6
  )


def packed(given):
  original = tf.data.Dataset.from_tensor_slices((given["x"], given["y"]))
  pairs = tf.data.Dataset.from_tensor_slices(
    (given["pair_x"], given["counterfactual_x"], given["weight"])
  )
  return pack_counterfactual_data(original.batch(16), pairs.batch(16))


def aligned(given):
  def batch(x, y, counterfactual):
    rows = tf.range(tf.shape(x)[0])
    inputs = CounterfactualInputs(x, counterfactual, rows, tf.ones_like(y[:, 0]))
    return inputs, y

  arrays = given["x"], given["y"], given["counterfactual_x"]
  return tf.data.Dataset.from_tensor_slices(arrays).batch(16).map(batch)


@pytest.mark.parametrize("form", [packed, aligned])
@pytest.mark.parametrize("name", LOSSES)
def test_50_steps_give_the_same_weights(name, form, given, reference):
  inner = keras.Sequential(
    [
      keras.Input([FEATURES]),
      keras.layers.Dense(HIDDEN, activation="tanh"),
      keras.layers.Dense(1),
    ]
  )
  inner.set_weights([given[part] for part in PARTS])
  model = CounterfactualModel(inner, LOSSES[name](), loss_weight=0.7)
  model.compile(
    keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True)
  )
  model.fit(form(given), epochs=10, verbose=0)
  assert model.optimizer.iterations == 50
  for index, part in enumerate(PARTS):
    weight = inner.get_weights()[index]
    assert not np.allclose(weight, given[part], atol=1e-2)  # training changed it
    assert weight == pytest.approx(reference[f"trained_{name}_{index}"], abs=1e-5)
