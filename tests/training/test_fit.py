"""A killed training resumes where it stopped and gives the same result."""

import keras
import numpy as np
import pytest
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.training.batches import read_batches
from clp_tfx.training.checkpoints import Checkpoints
from clp_tfx.training.hparams import PAIRWISE_LOSSES, HParams
from clp_tfx.training.loop import compiled, fit
from clp_tfx.training.recorder import Recorder

from .transformed import half_noise, transform

pytestmark = pytest.mark.e2e

# 24 comments in batches of 4: an epoch has 6 steps. The learning rate is so high that
# the eval loss rises after some epochs.
HPARAMS = HParams(
  model_fn=f"{__name__}.small",
  epochs=10,
  patience=3,
  batch_size=4,
  learning_rate=0.3,
  checkpoint_steps=3,
)


class Traced(keras.layers.Layer):
  """Counts its Python calls: one when the model is built, and one for each trace."""

  count = 0

  def call(self, x):
    Traced.count += 1
    return x


def small(hparams, tf_transform_output):
  """A small model with dropout and its own state (batch norm), quick to trace."""
  size = tf_transform_output.vocabulary_size_by_name(features.VOCABULARY)
  tokens = keras.Input([None], dtype="int32")
  x = keras.layers.Embedding(size + 2, 4)(tokens)
  x = keras.layers.Dropout(0.5)(keras.ops.mean(x, axis=1))
  x = Traced()(keras.layers.BatchNormalization(momentum=0.5)(x))
  return keras.Model(tokens, keras.layers.Dense(1)(x))


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
  """Returns the transform output, training and eval files; labels are half noise."""
  return transform(half_noise(), tmp_path_factory.mktemp("examples"))


def trained(examples, **changes):
  hparams = HParams(**{**vars(HPARAMS), **changes})
  output = tft.TFTransformOutput(examples[0])
  return fit([examples[1]], [examples[1]], hparams, output)


@pytest.fixture(scope="module")
def uninterrupted(examples):
  """Returns the result of an uninterrupted training."""
  Traced.count = 0
  result = trained(examples)
  # Once when built, then once each for training and evaluation, for the examples and
  # for the pairs; not again for each length, number of pairs or epoch.
  assert Traced.count <= 1 + 2 * 4
  return result


def weights(*results):
  return zip(*(result.classifier.get_weights() for result in results), strict=True)


class Killed(BaseException):
  """Simulates the end of the process."""


def kill(monkeypatch, where, count):
  """Ends training at the count-th save, or just before the count-th step ends."""
  owner, name = {
    "after save": (Checkpoints, "save"),
    "step": (Recorder, "on_train_batch_end"),
  }[where]
  original, calls = getattr(owner, name), []

  def wrapped(self, *args, **kwargs):
    calls.append(1)
    if len(calls) == count and where == "step":
      raise Killed
    original(self, *args, **kwargs)
    if len(calls) == count:
      raise Killed

  monkeypatch.setattr(owner, name, wrapped)


# AdamW with a schedule, weight decay and clipping.
OPTIMIZER = {
  "class_name": "AdamW",
  "config": {
    "learning_rate": {
      "class_name": "CosineDecay",
      "config": {
        "initial_learning_rate": 0.0,
        "decay_steps": 15,
        "warmup_target": 0.3,
        "warmup_steps": 5,
      },
    },
    "weight_decay": 0.1,
    "clipnorm": 1.0,
  },
}


def compiled_small(hparams, tf_transform_output):
  """The same model, compiled with the same optimizer."""
  model = small(hparams, tf_transform_output)
  schedule = keras.optimizers.schedules.CosineDecay(
    **OPTIMIZER["config"]["learning_rate"]["config"]
  )
  optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.1, clipnorm=1.0)
  model.compile(optimizer)
  compiled_small.optimizer = optimizer
  return model


# Each epoch saves at steps 3 and 6 and after its evaluation.
PLACES = {
  "first epoch, between checkpoints": ("step", 5),  # saved: epoch 1, step 3
  "last step of an epoch": ("after save", 1),  # step 6
  "end of an epoch": ("after save", 1),
  "some epochs on": ("after save", 8),
  "in the middle of the best epoch or after it": ("step", 4),
}


def test_the_optimizer_counts_steps_with_data_only(examples):
  trained(examples, model_fn=f"{__name__}.compiled_small", epochs=2)
  assert int(compiled_small.optimizer.iterations) == 12  # 6 an epoch.


def test_killed_at_every_kind_of_place(examples, uninterrupted, tmp_path, caplog):
  caplog.set_level("INFO")
  folder = str(tmp_path / "checkpoints")
  for where, count in PLACES.values():
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
      kill(patch, where, count)
      trained(examples, checkpoint_dir=folder)
  resumed = trained(examples, checkpoint_dir=folder)
  places = [
    text.split("resumed at ")[1] for text in caplog.messages if "resumed" in text
  ]
  assert places == [
    "epoch 1, step 3",
    "epoch 1, step 6",
    "epoch 2, step 0",
    "epoch 4, step 6",
    "epoch 5, step 3",
  ]
  assert resumed.history == uninterrupted.history
  for value, expected in zip(
    resumed.classifier.get_weights(),
    uninterrupted.classifier.get_weights(),
    strict=True,
  ):
    np.testing.assert_allclose(value, expected, atol=1e-6)


def test_an_optimizer_configured_or_compiled_is_resumed_with_its_state(
  examples, uninterrupted, tmp_path, caplog
):
  caplog.set_level("INFO")
  configured = trained(examples, epochs=3, optimizer=OPTIMIZER, learning_rate=None)
  for value, adam in weights(configured, uninterrupted):
    assert not np.array_equal(value, adam)
  changes = {"epochs": 3, "model_fn": f"{__name__}.compiled_small"}
  folder = str(tmp_path / "checkpoints")
  # Saved at epoch 2, step 3: in the second epoch the rate falls already.
  with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
    kill(patch, "after save", 4)
    trained(examples, checkpoint_dir=folder, **changes)
  resumed = trained(examples, checkpoint_dir=folder, **changes)
  assert "  resumed at epoch 2, step 3" in caplog.messages
  assert resumed.history == configured.history
  for value, expected in weights(resumed, configured):
    np.testing.assert_allclose(value, expected, atol=1e-6)


def test_early_stopping_keeps_the_best_epoch(examples, uninterrupted):
  losses = [row["val_loss"] for row in uninterrupted.history]
  best = int(np.argmin(losses))
  assert len(losses) == best + 1 + HPARAMS.patience < HPARAMS.epochs
  # The weights of the best epoch equal those of a training that ends with it.
  until_best = trained(examples, epochs=best + 1)
  for value, expected in weights(uninterrupted, until_best):
    np.testing.assert_array_equal(value, expected)


def test_a_control_trains_on_no_pairs_and_is_measured_on_them(examples):
  (row,) = trained(examples, epochs=1, counterfactual_loss_weight=0.0).history
  assert set(row) == {
    *("loss", "auc"),
    *("val_loss", "val_auc", "val_counterfactual_loss", "val_flip_rate"),
  }


def evaluated(examples, classifier, **changes):
  """Returns the figures of a trained classifier, with no warm-up."""
  hparams = HParams(**{**vars(HPARAMS), "counterfactual_loss_warm_up": 0.0, **changes})
  spec = tft.TFTransformOutput(examples[0]).transformed_feature_spec()
  batches = read_batches([examples[1]], spec, hparams.batch_size)
  model = compiled(classifier, hparams, steps_per_epoch=6)
  return model.evaluate(batches, verbose=0, return_dict=True)


def test_during_a_warm_up_epochs_are_compared_at_the_weight_it_ends_at(examples):
  # After three epochs the weight in training has come to half of 8.
  settings = {"counterfactual_loss_weight": 8.0, "counterfactual_loss_warm_up": 6.0}
  result = trained(examples, epochs=3, **settings)
  at_its_end = evaluated(examples, result.classifier, counterfactual_loss_weight=8.0)
  assert at_its_end["counterfactual_loss"] > 0
  # The weights that were kept are those of the lowest loss at the weight 8.
  lowest = min(row["val_loss"] for row in result.history)
  assert at_its_end["loss"] == pytest.approx(lowest, rel=1e-5)


@pytest.mark.parametrize("loss", PAIRWISE_LOSSES)
def test_each_loss_that_is_offered_trains_one_output(examples, loss):
  changes = {"counterfactual_loss": loss, "counterfactual_loss_weight": 5.0}
  result = trained(examples, epochs=1, **changes)
  (row,) = result.history
  assert row["counterfactual_loss"] > 0
  found = evaluated(examples, result.classifier, **changes)
  for name in ("loss", "counterfactual_loss"):
    assert found[name] == pytest.approx(row[f"val_{name}"], rel=1e-5)
  without = evaluated(
    examples, result.classifier, **{**changes, "counterfactual_loss_weight": 0.0}
  )
  assert found["loss"] > without["loss"]
