"""Keras's features work, because no training step is rewritten."""

import os

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import (
  CounterfactualInputs,
  CounterfactualModel,
  PairwiseAbsoluteDifferenceLoss,
  pad_pairs,
)

ROWS = 16


def classifier():
  keras.utils.set_random_seed(3)
  return keras.Sequential(
    [
      keras.Input([4]),
      keras.layers.Dense(8, activation="relu"),
      keras.layers.Dense(1, dtype="float32"),
    ]
  )


def compiled(model, optimizer=None, **kwargs):
  model.compile(
    optimizer or keras.optimizers.SGD(0.1),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    **kwargs,
  )
  return model


def batches(steps=20, rows=ROWS, seed=0):
  """Batches with 0 to `rows` pairs; counterfactuals have the first feature negated."""
  rng = np.random.default_rng(seed)
  for _ in range(steps):
    x = rng.normal(size=[rows, 4]).astype("float32")
    chosen = np.flatnonzero(rng.random(rows) < rng.random())
    inputs = CounterfactualInputs(
      x, x[chosen] * np.float32([-1, 1, 1, 1]), chosen, np.ones(len(chosen), "float32")
    )
    yield inputs, (x[:, :1] > 0).astype("float32")


def dataset(**kwargs):
  def spec(*shape, dtype="float32"):
    return tf.TensorSpec(shape, dtype)

  return tf.data.Dataset.from_generator(
    lambda: batches(**kwargs),
    output_signature=(
      CounterfactualInputs(
        spec(None, 4), spec(None, 4), spec(None, dtype="int64"), spec(None)
      ),
      spec(None, 1),
    ),
  )


def weights_after(data, loss_weight=1.0, optimizer=None, epochs=1, **kwargs):
  inner = classifier()
  model = compiled(
    CounterfactualModel(inner, loss_weight=loss_weight), optimizer, **kwargs
  )
  model.fit(data, epochs=epochs, verbose=0)
  return np.concatenate([weight.ravel() for weight in inner.get_weights()])


def test_a_step_compiled_by_xla_gives_the_same_weights():
  plain = weights_after(dataset())
  xla = weights_after(dataset().map(pad_pairs_of), jit_compile=True)
  assert xla == pytest.approx(plain, abs=1e-5)


def pad_pairs_of(inputs, y):
  return pad_pairs(inputs), y


class Traced(CounterfactualModel):
  """Records the shapes with which its step was traced."""

  def compute_loss(self, x=None, *args, **kwargs):
    self.traces.append((x.original.shape, x.pair_weight.shape))
    return super().compute_loss(x, *args, **kwargs)


def test_a_compiled_step_is_traced_at_most_five_times():
  data = list(batches(steps=100)) + list(batches(steps=1, rows=5))
  assert len({len(inputs.pair_weight) for inputs, _ in data}) > 10
  model = compiled(Traced(classifier()), jit_compile=True)
  model.traces = []
  shapes = set()
  for inputs, y in data:
    inputs = pad_pairs(CounterfactualInputs(*map(tf.constant, inputs)))
    shapes.add((len(y), len(inputs.pair_weight)))
    model.train_on_batch(inputs, y)
  # XLA compiles each of these shapes; the step itself is not traced more often.
  assert len(shapes) <= 5
  assert len(model.traces) <= 5


def test_a_pipeline_is_traced_once_without_padding():
  model = compiled(Traced(classifier()))
  model.traces = []
  model.fit(dataset(steps=30), verbose=0, epochs=2)
  assert len(model.traces) == 1


def test_mixed_precision():
  keras.config.set_dtype_policy("mixed_float16")
  try:
    inner = classifier()
    model = compiled(CounterfactualModel(inner))
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    history = model.fit(dataset(), epochs=5, verbose=0).history
  finally:
    keras.config.set_dtype_policy("float32")
  assert inner.layers[0].compute_dtype == "float16"
  assert np.isfinite(history["loss"]).all()
  assert history["counterfactual_loss"][-1] < history["counterfactual_loss"][0]


def test_squares_of_half_precision_logits_do_not_overflow():
  layer = keras.layers.Dense(1, use_bias=False, dtype="mixed_float16")
  inner = keras.Sequential([keras.Input([1]), layer])
  inner.set_weights([np.array([[1.0]])])
  model = CounterfactualModel(inner)
  model.compile("sgd", "mse")
  inputs = CounterfactualInputs(
    np.array([[600.0]], "float32"),
    np.array([[0.0]], "float32"),
    np.array([0]),
    np.ones(1, "float32"),
  )
  data = tf.data.Dataset.from_tensors((inputs, np.array([[600.0]])))
  result = model.evaluate(data, verbose=0, return_dict=True)
  assert result["counterfactual_loss"] == 360_000  # above 65,504


def test_gradient_accumulation():
  # One step on the mean gradient of two batches. SGD is linear, so two equal batches
  # accumulated give the step of one.
  one = dataset(steps=1)
  accumulating = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
  twice = weights_after(one.repeat(2), optimizer=accumulating)
  assert twice == pytest.approx(weights_after(one), abs=1e-6)


def test_a_schedule_warms_the_weight_up_over_the_steps():
  # The pair (1, 0) has the loss v², gradient 2v; its weight is 0, 0.5, 1, 1 in the
  # first steps. The only label has sample weight 0. SGD 0.1: v ← v·(1 - 0.2·weight).
  layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
  schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 2, 1.0)
  model = CounterfactualModel(
    keras.Sequential([keras.Input([1]), layer]), loss_weight=schedule
  )
  model.compile(keras.optimizers.SGD(0.1), "mse")
  ones, zero = np.ones([1, 1], "float32"), np.zeros([1, 1], "float32")
  inputs = CounterfactualInputs(ones, zero, np.array([0]), np.ones(1, "float32"))
  data = tf.data.Dataset.from_tensors((inputs, ones, zero[0])).repeat(4)
  seen = []
  look = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: seen.append(layer.get_weights()[0].item())
  )
  model.fit(data, verbose=0, callbacks=[look])
  # 1, then ·(1 - 0.2·0.5), then ·(1 - 0.2) twice.
  assert seen == pytest.approx([1, 0.9, 0.72, 0.576])


def test_callbacks_and_tensorboard_get_both_metrics_for_training_and_validation(
  tmp_path,
):
  pytest.importorskip("tensorboard", reason="[keras] brings none with TensorFlow 2.21.")
  model = compiled(CounterfactualModel(classifier()))
  stopping = keras.callbacks.EarlyStopping("val_flip_rate", patience=0, mode="min")
  history = model.fit(
    dataset(),
    validation_data=dataset(seed=1),
    epochs=2,
    verbose=0,
    callbacks=[stopping, keras.callbacks.TensorBoard(tmp_path)],
  ).history
  names = {"counterfactual_loss", "flip_rate"}
  assert names | {f"val_{name}" for name in names} <= history.keys()
  assert all(0 <= rate <= 1 for rate in history["val_flip_rate"])
  for run in ("train", "validation"):
    (events,) = (tmp_path / run).glob("*.v2")
    tags = {
      value.tag
      for event in tf.compat.v1.train.summary_iterator(os.fspath(events))
      for value in event.summary.value
    }
    assert {f"epoch_{name}" for name in names} <= tags


def test_weight_zero_is_plain_training_bit_by_bit_and_still_scores_evaluation_pairs():
  plain = classifier()
  compiled(plain).fit(dataset().map(lambda inputs, y: (inputs.original, y)), verbose=0)
  wrapped = classifier()
  history = (
    compiled(CounterfactualModel(wrapped, loss_weight=0.0))
    .fit(dataset(), validation_data=dataset(seed=1), verbose=0)
    .history
  )
  for a, b in zip(plain.get_weights(), wrapped.get_weights(), strict=True):
    assert a.tobytes() == b.tobytes()
  assert "flip_rate" not in history
  assert 0 < history["val_flip_rate"][0] < 1


def test_saves_compiled_and_goes_on_as_if_it_had_not_been_saved(tmp_path):
  schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 30, 1.0)
  model = compiled(
    CounterfactualModel(classifier(), PairwiseAbsoluteDifferenceLoss(), schedule),
    keras.optimizers.Adam(0.01),
  )
  model.fit(dataset(), verbose=0)
  model.save(tmp_path / "model.keras")
  copy = keras.saving.load_model(tmp_path / "model.keras")
  for each in (model, copy):
    each.fit(dataset(seed=1), verbose=0)
  for a, b in zip(model.get_weights(), copy.get_weights(), strict=True):
    assert a == pytest.approx(b, abs=1e-6)


def test_exports_a_saved_model_of_plain_inputs(tmp_path):
  model = compiled(CounterfactualModel(classifier()))
  model.fit(dataset(), verbose=0)
  model.export(os.fspath(tmp_path / "model"))
  x = np.ones([3, 4], "float32")
  loaded = tf.saved_model.load(os.fspath(tmp_path / "model"))
  assert loaded.serve(x).numpy() == pytest.approx(model.predict(x, verbose=0), abs=1e-6)


def test_run_eagerly_gives_the_same_weights():
  data = dataset(steps=3)
  assert weights_after(data, run_eagerly=True) == pytest.approx(
    weights_after(data), abs=1e-6
  )
