"""Runs the reference implementation in a separate process, because it needs Keras 2.

python reference.py IN.npz OUT.npz
"""

import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
from tensorflow_model_remediation import counterfactual

LOSSES = {
  "mse": counterfactual.losses.PairwiseMSELoss,
  "absolute": counterfactual.losses.PairwiseAbsoluteDifferenceLoss,
}


def losses_of(given):
  parts = [tf.constant(given[name]) for name in ("original", "counterfactual")]
  weight = tf.constant(given["pair_weight"])
  for name, loss in LOSSES.items():
    yield f"loss_{name}", loss()(*parts).numpy()
    yield f"weighted_loss_{name}", loss()(*parts, sample_weight=weight).numpy()


def trained_weights(given):
  # The model returns logits; the reference pairs whatever the model returns.
  for name, loss in LOSSES.items():
    inner = tf.keras.Sequential(
      [
        tf.keras.layers.InputLayer([given["x"].shape[-1]]),
        tf.keras.layers.Dense(given["kernel_0"].shape[1], activation="tanh"),
        tf.keras.layers.Dense(1),
      ]
    )
    inner.set_weights(
      [given[part] for part in ("kernel_0", "bias_0", "kernel_1", "bias_1")]
    )
    model = counterfactual.keras.CounterfactualModel(inner, loss(), loss_weight=0.7)
    model.compile(
      tf.keras.optimizers.SGD(0.1), tf.keras.losses.BinaryCrossentropy(from_logits=True)
    )
    original = tf.data.Dataset.from_tensor_slices((given["x"], given["y"]))
    pairs = tf.data.Dataset.from_tensor_slices(
      tuple(given[part] for part in ("pair_x", "counterfactual_x", "weight"))
    )
    packed = counterfactual.keras.utils.pack_counterfactual_data(
      original.batch(16), pairs.batch(16)
    )
    model.fit(packed, epochs=10, verbose=0)  # 5 batches: 50 steps
    for index, weight in enumerate(inner.get_weights()):
      yield f"trained_{name}_{index}", weight


if __name__ == "__main__":
  with np.load(sys.argv[1]) as given:
    given = dict(given)
  np.savez(sys.argv[2], **dict(losses_of(given)), **dict(trained_weights(given)))
