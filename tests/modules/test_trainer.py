"""TFX's entry point and the model that it exports."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tfx import v1 as tfx

from clp_tfx.errors import InputError
from clp_tfx.modules import trainer

pytestmark = pytest.mark.e2e

HPARAMS = {
  "text_feature": "comment_text",
  "counterfactual_loss_weight": 0.1,
  "epochs": 2,
  "batch_size": 3,
  "learning_rate": 0.01,
  "seed": 1,
}


@pytest.fixture(scope="module")
def served(transformed, tmp_path_factory):
  """Trains and exports through TFX's entry point."""
  folder = tmp_path_factory.mktemp("served")
  (folder / "run").mkdir()
  trainer.run_fn(
    tfx.components.FnArgs(
      transform_output=transformed[0],
      train_files=[transformed[1]],
      eval_files=[transformed[1]],
      serving_model_dir=str(folder / "model"),
      model_run_dir=str(folder / "run"),
      custom_config={**HPARAMS, "checkpoint_dir": str(folder / "checkpoints")},
    )
  )
  return folder


def test_the_training_log_has_a_row_per_epoch(served):
  header, *rows = (served / "run" / "training.csv").read_text().splitlines()
  assert {"loss", "auc", "counterfactual_loss", "val_auc"} <= set(header.split(","))
  assert len(rows) == 2
  assert list((served / "run").glob("events.out.tfevents.*"))


def test_success_leaves_no_checkpoint(served):
  assert (served / "model").exists()
  assert not (served / "checkpoints").exists()


LOAD_AND_SCORE = """
import sys
sys.modules["clp_tfx"] = None  # importing it now fails
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
texts = ["A GAY bar, a GAY day", ""]
def example(text):
  value = tf.train.BytesList(value=[text.encode()])
  feature = {"comment_text": tf.train.Feature(bytes_list=value)}
  return tf.train.Example(features=tf.train.Features(feature=feature))
serialized = [example(text).SerializeToString() for text in texts]
by_example = model.signatures["serving_default"](tf.constant(serialized))["scores"]
by_text = model.signatures["serving_text"](tf.constant(texts))["scores"]
print("scores", *by_example.numpy().ravel(), *by_text.numpy().ravel())
"""


def test_the_export_scores_without_this_package(served):
  done = subprocess.run(
    [sys.executable, "-c", LOAD_AND_SCORE, str(served / "model")],
    capture_output=True,
    text=True,
    cwd=served,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  (line,) = [x for x in done.stdout.splitlines() if x.startswith("scores")]
  scores = [float(score) for score in line.split()[1:]]
  model = tf.saved_model.load(str(served / "model"))
  here = model.signatures["serving_text"](tf.constant(["A GAY bar, a GAY day", ""]))
  expected = here["scores"].numpy().ravel().tolist()
  np.testing.assert_allclose(scores, expected * 2, atol=1e-6)
  assert all(0 < score < 1 for score in scores)
  assert scores[0] != scores[1]


def test_training_is_deterministic_given_a_seed(transformed, served, tmp_path):
  scores = []
  for run in ("a", "b"):
    keras.backend.clear_session()
    trainer.run_fn(
      tfx.components.FnArgs(
        transform_output=transformed[0],
        train_files=[transformed[1]],
        eval_files=[transformed[1]],
        serving_model_dir=str(tmp_path / run),
        model_run_dir=str(tmp_path),
        custom_config=HPARAMS,
      )
    )
    model = tf.saved_model.load(str(tmp_path / run))
    scored = model.signatures["serving_text"](tf.constant(["A gay bar"]))["scores"]
    scores.append(scored.numpy().item())
  assert scores[0] == scores[1]


def test_a_misspelled_key_is_refused(transformed):
  arguments = tfx.components.FnArgs(
    transform_output=transformed[0], custom_config={"epocs": 1}
  )
  with pytest.raises(InputError, match="epocs"):
    trainer.run_fn(arguments)


def test_training_continues_from_the_base_model_channel(transformed, served, tmp_path):
  # With a learning rate of 0 the result equals the start: the model that was served.
  arguments = tfx.components.FnArgs(
    transform_output=transformed[0],
    train_files=[transformed[1]],
    eval_files=[transformed[1]],
    serving_model_dir=str(tmp_path / "model" / "Format-Serving"),
    model_run_dir=str(tmp_path / "run"),
    base_model=str(served / "model"),
    custom_config={**HPARAMS, "learning_rate": 0.0, "epochs": 1, "seed": 5},
  )
  (tmp_path / "model").mkdir()
  trainer.run_fn(arguments)
  texts = tf.constant(["A gay bar", "fine"])
  scores = [
    tf.saved_model.load(str(path)).signatures["serving_text"](texts)["scores"]
    for path in (served / "model", tmp_path / "model" / "Format-Serving")
  ]
  np.testing.assert_allclose(*scores, atol=1e-7)
  arguments.custom_config["base_model"] = "other.keras"
  with pytest.raises(InputError, match="one base model"):
    trainer.run_fn(arguments)
