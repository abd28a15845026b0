"""Trains on one and on two replicas and prints the results as JSON.

Runs in a separate process because devices must be split before TensorFlow starts.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import (
  CounterfactualInputs,
  CounterfactualModel,
  pack_counterfactual_data,
)

rng = np.random.default_rng(0)
X = rng.normal(size=[64, 4]).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
COUNTERFACTUAL = X * np.float32([-1, 1, 1, 1])


def model():
  keras.utils.set_random_seed(1)
  inner = keras.Sequential([keras.Input([4]), keras.layers.Dense(1)])
  model = CounterfactualModel(inner, loss_weight=0.5)
  model.compile(
    keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True)
  )
  return model


def trained(model):
  original = tf.data.Dataset.from_tensor_slices((X, Y))
  pairs = tf.data.Dataset.from_tensor_slices((X, COUNTERFACTUAL))
  packed = pack_counterfactual_data(original, pairs).batch(16)
  history = model.fit(packed, epochs=2, verbose=0).history
  return [weight.tolist() for weight in model.get_weights()], history


def refusal(model):
  inputs = CounterfactualInputs(
    X, COUNTERFACTUAL, np.arange(64), np.ones(64, "float32")
  )
  try:
    model.fit(tf.data.Dataset.from_tensors((inputs, Y)))
  except InputError as error:
    return str(error)


if __name__ == "__main__":
  cpu = tf.config.list_physical_devices("CPU")[0]
  halves = [tf.config.LogicalDeviceConfiguration()] * 2
  tf.config.set_logical_device_configuration(cpu, halves)
  one = trained(model())
  with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    mirrored = model()
  result = {"one": one, "two": trained(mirrored), "refusal": refusal(mirrored)}
  json.dump(result, sys.stdout)
