"""Transform and Trainer on a handful of comments, and what they export."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import (
  dataset_metadata,
  metadata_io,
  schema_utils,
)
from tfx import v1 as tfx

from clp_tfx import features
from clp_tfx.modules import trainer
from clp_tfx.modules.preprocessing import preprocessing_fn

CONFIG = {"text_feature": "comment_text", "vocabulary_size": 100, "max_tokens": 6}
ROWS = [
  ("A GAY bar, a GAY day", [b"A bar, a day"], 1.0, 1.0),
  ("fine", [], 0.0, 1.0),
  ("he and she", [b"and", b"she and he"], 0.0, 0.0),
  ("", [], 0.0, 1.0),
]
RAW_SPEC = {
  "comment_text": tf.io.FixedLenFeature([1], tf.string),
  features.COUNTERFACTUAL_TEXT: tf.io.VarLenFeature(tf.string),
  features.LABEL: tf.io.FixedLenFeature([1], tf.float32),
  features.LABEL_WEIGHT: tf.io.FixedLenFeature([1], tf.float32),
}
HPARAMS = {
  "text_feature": "comment_text",
  "model_fn": "clp_tfx.modules.trainer.build_model",
  "counterfactual_loss_weight": 0.1,
  "epochs": 2,
  "batch_size": 3,
  "learning_rate": 0.01,
  "seed": 1,
}


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
  """Returns the transform output and a TFRecord of transformed examples."""
  folder = tmp_path_factory.mktemp("transform")
  names = list(RAW_SPEC)
  data = [
    dict(zip(names, ([row[0].encode()], row[1], [row[2]], [row[3]]), strict=True))
    for row in ROWS
  ]
  metadata = dataset_metadata.DatasetMetadata(
    schema_utils.schema_from_feature_spec(RAW_SPEC)
  )
  with tft_beam.Context(temp_dir=str(folder / "tmp")):
    (rows, transformed_metadata), transform_fn = (
      data,
      metadata,
    ) | tft_beam.AnalyzeAndTransformDataset(lambda x: preprocessing_fn(x, CONFIG))
    _ = transform_fn | tft_beam.WriteTransformFn(str(folder / "out"))
  # As TFX's Transform does.
  metadata_io.write_metadata(metadata, str(folder / "out" / "metadata"))
  coder = tft.coders.ExampleProtoCoder(transformed_metadata.schema)
  with tf.io.TFRecordWriter(str(folder / "data.gz"), "GZIP") as writer:
    for row in rows:
      writer.write(coder.encode(row))
  return str(folder / "out"), str(folder / "data.gz")


def batches(transformed, **kwargs):
  output = tft.TFTransformOutput(transformed[0])
  spec = output.transformed_feature_spec()
  return list(trainer.read_batches([transformed[1]], spec, **kwargs))


def test_texts_become_token_ids(transformed):
  vocabulary = tft.TFTransformOutput(transformed[0]).vocabulary_by_name("tokens")
  # Lower case, punctuation apart, at most 6 tokens: "a gay bar , a gay". A batch is in
  # the order of length: "", "fine", "he and she", "A GAY bar, …".
  assert set(vocabulary) == {b"a", b"gay", b"bar", b",", b"fine", b"he", b"and", b"she"}
  ((inputs, labels, weights),) = batches(transformed, batch_size=4)
  known = {word: i + 1 for i, word in enumerate(vocabulary)}
  words = [b"a", b"gay", b"bar", b",", b"a", b"gay"]
  assert inputs.original[3].numpy().tolist() == [known[word] for word in words] + [0]
  # "day" is beyond the six tokens of its text: out of vocabulary, the last id.
  counterfactual = [known[b"a"], known[b"bar"], known[b","], known[b"a"], 9, 0, 0]
  assert inputs.counterfactual[2].numpy().tolist() == counterfactual
  assert inputs.original_row.numpy().tolist() == [2, 2, 3]
  assert inputs.pair_weight.numpy().tolist() == [1, 1, 1]
  assert labels.numpy().tolist() == [[0], [0], [0], [1]]
  assert weights.numpy().tolist() == [[1], [1], [0], [1]]


def test_batches_without_pairs_and_without_tokens(transformed):
  second = batches(transformed, batch_size=1)[1][0]
  assert second.counterfactual.shape == (0, 2)
  first = batches(transformed, batch_size=1)[0][0]
  assert first.original.numpy().tolist() == [[0]]


def test_a_score_does_not_depend_on_the_batch(transformed):
  model = trainer.build_model(HPARAMS, tft.TFTransformOutput(transformed[0]))
  (together,) = batches(transformed, batch_size=4)
  alone = [
    model(inputs.original)[0] for inputs, *_ in batches(transformed, batch_size=1)
  ]
  np.testing.assert_allclose(model(together[0].original), alone, atol=1e-6)


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
      custom_config=HPARAMS,
    )
  )
  return folder


def test_the_training_log_has_a_row_per_epoch(served):
  header, *rows = (served / "run" / "training.csv").read_text().splitlines()
  assert {"loss", "auc", "counterfactual_loss", "val_auc"} <= set(header.split(","))
  assert len(rows) == 2


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
