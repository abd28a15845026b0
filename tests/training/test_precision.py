"""Half precision and XLA: options of the training, not of what it gives."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.training.checkpoints import Checkpoints
from clp_tfx.training.digest import training_digest
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import fit
from clp_tfx.training.precision import computing_in

from .transformed import half_noise, transform

HPARAMS = HParams(
  model_fn=f"{__name__}.small",
  epochs=3,
  patience=3,
  batch_size=4,
  learning_rate=0.01,
  checkpoint_steps=3,
)
POLICIES = ("mixed_float16", "mixed_bfloat16")
# Half precision rounds to a thousandth of a number, bfloat16 to a hundredth; over 18
# steps the figures move by about as much.
CLOSE = {"mixed_float16": 0.005, "mixed_bfloat16": 0.04}


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
  return transform(half_noise(), tmp_path_factory.mktemp("examples"))


def small(hparams, tf_transform_output):
  """Without dropout, whose masks depend on the precision, and on XLA."""
  size = tf_transform_output.vocabulary_size_by_name(features.VOCABULARY)
  tokens = keras.Input([None], dtype="int32")
  there = keras.ops.cast(keras.ops.not_equal(tokens, 0), "float32")[:, :, None]
  x = keras.layers.Embedding(size + 2, 8)(tokens) * there
  x = keras.layers.Dense(8, activation="relu")(keras.ops.sum(x, axis=1))
  return keras.Model(tokens, keras.layers.Dense(1)(x))


def trained(examples, **changes):
  output = tft.TFTransformOutput(examples[0])
  hparams = dataclasses.replace(HPARAMS, **changes)
  return fit([examples[1]], [examples[1]], hparams, output)


@pytest.fixture(scope="module")
def in_float32(examples):
  return trained(examples)


def close(row, other, tolerance):
  assert row.keys() == other.keys()
  for name, value in row.items():
    # A score at the threshold, or beside another's, may change places with it.
    share = 0.15 if name.endswith(("auc", "flip_rate")) else tolerance
    assert value == pytest.approx(other[name], abs=share), name


@pytest.mark.e2e
@pytest.mark.parametrize("policy", POLICIES)
def test_half_precision_gives_the_figures_of_float32(
  examples, in_float32, policy, tmp_path
):
  classifier, history = trained(examples, mixed_precision=policy)
  assert keras.config.dtype_policy().name == "float32"
  for row, other in zip(history, in_float32.history, strict=True):
    close(row, other, CLOSE[policy])
    assert 0 <= row["val_auc"] <= 1
  # It did compute in another way.
  assert history != in_float32.history
  assert {layer.compute_dtype for layer in classifier._flatten_layers()} == {"float32"}
  output = tft.TFTransformOutput(examples[0])
  export(classifier, output, "comment_text", str(tmp_path / "model"))
  score = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  found = score(tf.constant(["good day", "bad"]))["scores"]
  assert found.dtype == tf.float32
  ids = {word: i + 1 for i, word in enumerate(output.vocabulary_by_name("tokens"))}
  tokens = np.array([[ids[b"good"], ids[b"day"]], [ids[b"bad"], 0]])
  expected = tf.sigmoid(classifier(tokens))
  np.testing.assert_allclose(found, expected, atol=1e-6)
  save_classifier(classifier, None, str(tmp_path / "classifier.keras"))
  loaded = load_classifier(str(tmp_path / "classifier.keras"), None)
  np.testing.assert_array_equal(loaded(tokens), classifier(tokens))


class Killed(BaseException):
  """Simulates the end of the process."""


@pytest.mark.e2e
def test_half_precision_is_resumed_with_its_loss_scale(
  examples, tmp_path, caplog, monkeypatch
):
  caplog.set_level("INFO")
  policy = "mixed_float16"
  expected = trained(examples, mixed_precision=policy)
  save, states = Checkpoints.save, []

  def killed(self, state):
    save(self, state)
    states.append(state)
    if len(states) == 4:  # Epoch 2, step 3.
      raise Killed

  monkeypatch.setattr(Checkpoints, "save", killed)
  folder = str(tmp_path / "checkpoints")
  with pytest.raises(Killed):
    trained(examples, mixed_precision=policy, checkpoint_dir=folder)
  assert keras.config.dtype_policy().name == "float32"
  assert 2.0**15 in [value for value in states[-1].variables if value.ndim == 0]
  monkeypatch.undo()
  resumed = trained(examples, mixed_precision=policy, checkpoint_dir=folder)
  assert "  resumed at epoch 2, step 3" in caplog.messages
  assert resumed.history == expected.history
  for value, other in zip(
    resumed.classifier.get_weights(), expected.classifier.get_weights(), strict=True
  ):
    np.testing.assert_allclose(value, other, atol=1e-6)


def test_a_checkpoint_belongs_to_its_options(examples):
  changes = [{}, {"mixed_precision": "mixed_float16"}, {"jit_compile": True}]
  digests = {
    training_digest(
      [examples[1]], [], dataclasses.replace(HPARAMS, **each), examples[0]
    )
    for each in changes
  }
  assert len(digests) == 3


def test_a_policy_ends_with_an_error():
  with pytest.raises(ValueError, match="mine"), computing_in("mixed_bfloat16"):
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    raise ValueError("mine")
  assert keras.config.dtype_policy().name == "float32"


def test_half_precision_of_a_base_model_is_refused():
  with pytest.raises(InputError, match="no mixed_precision with a base model"):
    HParams(mixed_precision="mixed_float16", base_model="a.keras")


@pytest.mark.e2e
def test_xla_gives_the_same_figures(examples):
  # Not Adam, whose steps are as large for gradients that are 0 but for rounding.
  changes = {"optimizer": {"class_name": "SGD"}, "learning_rate": 0.1}
  compiled, plain = (
    trained(examples, jit_compile=jit_compile, **changes).history
    for jit_compile in (True, False)
  )
  for row, other in zip(compiled, plain, strict=True):
    assert row == pytest.approx(other, abs=1e-5)


@keras.saving.register_keras_serializable("tests")
class OfTexts(keras.layers.Layer):
  """Does what XLA cannot."""

  def call(self, x):
    return x + tf.cast(tf.strings.length(tf.strings.as_string(x)), x.dtype) * 0.0


@keras.saving.register_keras_serializable("tests")
class SaysSo(keras.layers.Layer):
  """Says that XLA cannot compile it."""

  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.supports_jit = False

  def call(self, x):
    return x


def with_layer(layer):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  return keras.Model(tokens, keras.layers.Dense(1)(layer(x)))


def of_texts(hparams, tf_transform_output):
  return with_layer(OfTexts())


def says_so(hparams, tf_transform_output):
  return with_layer(SaysSo(name="mine"))


@pytest.mark.e2e
@pytest.mark.parametrize(
  ("function", "message"),
  [
    (of_texts, "that XLA compiles, because of jit_compile, but it does not"),
    (says_so, "because its layer 'mine' cannot be"),
  ],
)
def test_what_xla_cannot_compile_ends_in_a_sentence(examples, function, message):
  with pytest.raises(InputError, match=message):
    trained(
      examples, jit_compile=True, model_fn=f"{__name__}.{function.__name__}", epochs=1
    )
