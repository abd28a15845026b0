"""Trains on one and on two devices, and prints the results as JSON.

Runs in a separate process because devices must be split before TensorFlow starts.
"""

import dataclasses
import json
import os
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.training.checkpoints import Checkpoints
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import fit
from tests.training.transformed import half_noise, transform

# The last of 5 batches has 4 comments, and with `odd` the last of 23 batches one.
HPARAMS = HParams(
  model_fn=f"{__name__}.small",
  epochs=3,
  patience=3,
  batch_size=5,
  learning_rate=0.01,
  checkpoint_steps=2,
  strategy="mirrored",
)


class Killed(BaseException):
  """Simulates the end of the process."""


def small(hparams, tf_transform_output):
  """Without dropout, whose masks depend on the replica; keeps the optimizer."""
  size = tf_transform_output.vocabulary_size_by_name(features.VOCABULARY)
  tokens = keras.Input([None], dtype="int32")
  there = keras.ops.cast(keras.ops.not_equal(tokens, 0), "float32")[:, :, None]
  x = keras.layers.Embedding(size + 2, 8)(tokens) * there
  x = keras.layers.Dense(8, activation="tanh")(keras.ops.sum(x, axis=1))
  model = keras.Model(tokens, keras.layers.Dense(1)(x))
  small.optimizer = keras.optimizers.Adam(hparams.learning_rate)
  model.compile(small.optimizer)
  return model


def trained(examples, **changes):
  hparams = dataclasses.replace(HPARAMS, **changes)
  output = tft.TFTransformOutput(examples[0])
  classifier, history = fit([examples[1]], [examples[1]], hparams, output)
  weights = [np.array(weight).tolist() for weight in classifier.get_weights()]
  return classifier, {"history": history, "weights": weights}


def resumed(examples, folder):
  """Returns the result of a training that was killed in its second epoch."""
  save, states = Checkpoints.save, []

  def killed(self, state):
    save(self, state)
    states.append(state)
    if len(states) == 4:  # Steps 2 and 4, the end of the epoch, and step 2.
      raise Killed

  Checkpoints.save = killed
  try:
    trained(examples, checkpoint_dir=folder)
  except Killed:
    Checkpoints.save = save
  assert tf.io.gfile.listdir(folder)
  return trained(examples, checkpoint_dir=folder)[1]


def main():
  cpu = tf.config.list_physical_devices("CPU")[0]
  halves = [tf.config.LogicalDeviceConfiguration()] * 2
  tf.config.set_logical_device_configuration(cpu, halves)
  results = {}
  with tempfile.TemporaryDirectory() as folder:
    rows = [
      (text, pairs, label, 1.0 if i % 5 else 0.0)
      for i, (text, pairs, label, _) in enumerate(half_noise())
    ]
    (Path(folder) / "odd").mkdir()
    examples = transform(rows, Path(folder))
    _, results["one"] = trained(examples, strategy="none")
    classifier, results["two"] = trained(examples)
    steps = small.optimizer.iterations.value.values
    results["steps"] = [int(of_device) for of_device in steps]
    results["resumed"] = resumed(examples, os.path.join(folder, "checkpoints"))
    _, results["half"] = trained(examples, mixed_precision="mixed_float16")
    odd = transform(rows[:23], Path(folder) / "odd")
    for name, strategy in (("odd one", "none"), ("odd two", "mirrored")):
      _, results[name] = trained(odd, batch_size=2, epochs=1, strategy=strategy)
    model = os.path.join(folder, "model")
    export(classifier, tft.TFTransformOutput(examples[0]), "comment_text", model)
    score = tf.saved_model.load(model).signatures["serving_text"]
    texts = tf.constant([row[0] for row in rows[:5]])
    results["served"] = score(texts)["scores"].numpy().tolist()
    one, _ = trained(examples, strategy="none")
    export(one, tft.TFTransformOutput(examples[0]), "comment_text", model)
    score = tf.saved_model.load(model).signatures["serving_text"]
    results["served one"] = score(texts)["scores"].numpy().tolist()
    try:
      trained(examples, batch_size=1)
    except InputError as error:
      results["refusal"] = str(error)
  json.dump(results, sys.stdout)


if __name__ == "__main__":
  sys.modules[HPARAMS.model_fn.rpartition(".")[0]] = sys.modules["__main__"]
  main()
