import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.scorers.scorer import TextScorer

WEIGHTS = {"gay": 2.0, "bad": 1.5}
"""Logits of the words, on a bias of -1."""


def keras_file(path, shape=(1,), head=(), activation="sigmoid"):
  """Saves a model that adds the weights of words; returns its path."""
  words = keras.layers.TextVectorization(
    output_mode="multi_hot", vocabulary=["gay", "bad"], pad_to_max_tokens=False
  )
  text = keras.Input(shape, dtype="string")
  dense = keras.layers.Dense(1, activation)
  outputs = dense(words(text))
  dense.set_weights([np.array([[0], [2], [1.5]]), np.array([-1])])
  model = keras.Model(text, [outputs, *(layer(outputs) for layer in head)])
  model.save(path)
  return str(path)


def sigmoid(x):
  return 1 / (1 + np.exp(-x))


TEXTS = ["Gay.", "bad, gay", "none", ""]
LOGITS = np.array([1, 2.5, -1, -1])


@pytest.mark.parametrize("shape", [(1,), ()])
def test_texts_are_given_as_the_model_takes_them(shape, tmp_path):
  scorer = TextScorer(keras_file(tmp_path / "m.keras", shape))
  np.testing.assert_allclose(scorer.score_texts(TEXTS), sigmoid(LOGITS), atol=1e-6)
  scorer.check_texts(TEXTS)


def test_logits(tmp_path):
  path = keras_file(tmp_path / "m.keras", activation=None)
  scores = TextScorer(path, score_kind="logit").score_texts(TEXTS)
  np.testing.assert_allclose(scores, sigmoid(LOGITS), atol=1e-6)


def test_one_of_several_outputs(tmp_path):
  path = keras_file(tmp_path / "m.keras", head=[keras.layers.Rescaling(0.5, name="h")])
  scores = TextScorer(path, score_output="h").score_texts(TEXTS)
  np.testing.assert_allclose(scores, sigmoid(LOGITS) / 2, atol=1e-6)
  with pytest.raises(InputError, match="has the outputs .*h: set --score-output"):
    TextScorer(path).score_texts(TEXTS)


def test_a_remote_file(tmp_path, memory_files):
  path = keras_file(tmp_path / "m.keras")
  with open(path, "rb") as file:
    memory_files["memory://b/m.keras"] = file.read()
  assert TextScorer("memory://b/m.keras").score_texts(["gay"]) == pytest.approx(
    [sigmoid(1)]
  )


def test_a_model_of_tokens_is_refused(tmp_path):
  keras.Sequential([keras.Input([8]), keras.layers.Dense(1)]).save(tmp_path / "m.keras")
  with pytest.raises(
    InputError, match=r"takes float32 of shape \(None, 8\): put the T"
  ):
    TextScorer(str(tmp_path / "m.keras"))


def with_config(path, change):
  """Rewrites the configuration in a .keras file, as an attacker could."""
  with zipfile.ZipFile(path) as archive:
    parts = {name: archive.read(name) for name in archive.namelist()}
  parts["config.json"] = change(parts["config.json"])
  with zipfile.ZipFile(path, "w") as archive:
    for name, content in parts.items():
      archive.writestr(name, content)


ATTACK = lambda x: (open(__import__("os").environ["MARKER"], "w").close(), x)[1]  # noqa: E731, SIM115


def test_a_lambda_in_a_file_is_not_run(tmp_path, monkeypatch):
  path, marker = str(tmp_path / "m.keras"), tmp_path / "ran"
  monkeypatch.setenv("MARKER", str(marker))
  text = keras.Input([1], dtype="string")
  keras.Model(text, keras.layers.Lambda(ATTACK, output_shape=(1,))(text)).save(path)
  marker.unlink(missing_ok=True)
  with pytest.raises(InputError, match="cannot be loaded.*without lambdas") as caught:
    TextScorer(path)
  assert "\n" not in str(caught.value) and not marker.exists()
  # It would have run.
  keras.saving.load_model(path, safe_mode=False)(tf.constant([["a"]]))
  assert marker.exists()


@pytest.mark.parametrize(
  "call", ["os.system", "builtins.eval", "subprocess.run", "keras.utils.get_file"]
)
def test_a_file_that_names_other_code_is_refused(call, tmp_path):
  path = keras_file(tmp_path / "m.keras")
  module, _, name = call.rpartition(".")

  def attack(config):
    config = json.loads(config)
    config["config"]["layers"][1] |= {"module": module, "class_name": name}
    return json.dumps(config).encode()

  with_config(path, attack)
  with pytest.raises(InputError, match="cannot be loaded"):
    TextScorer(path)


@pytest.mark.parametrize(
  ("name", "content", "message"),
  [
    ("none.keras", None, "does not exist: give a .keras file"),
    ("m.keras", b"", "cannot be loaded"),
    ("m.keras", b"\x89HDF\r\n\x1a\n" * 9, "cannot be loaded"),
  ],
)
def test_what_is_no_keras_file(name, content, message, tmp_path):
  path = tmp_path / name
  if content is not None:
    path.write_bytes(content)
  with pytest.raises(InputError, match=message) as caught:
    TextScorer(str(path))
  assert "\n" not in str(caught.value)
