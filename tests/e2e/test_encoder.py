"""A run with a tiny random encoder, trained whole; needs the extra `encoder`."""

import csv
import subprocess
import sys

import pytest

from ..conftest import FEW_OPTIONS, clp_tfx, flags, summary_of
from ..training.encoder_folders import PIECES, tensors, write
from .test_demo import COMPONENTS

pytestmark = pytest.mark.e2e

# A random encoder cannot promise an AUC: there is a control instead.
OPTIONS = {
  **FEW_OPTIONS,
  **{"baseline": "control", "min_auc": 0, "max_auc_drop": 1, "max_left_out": 1},
  **{"model_fn": "encoder", "encoder": "encoder", "max_tokens": 16},
  "learning_rate": 0.01,
}

SERVE = """
import sys
sys.modules["clp_tfx"] = None  # importing it now fails
import tensorflow as tf
import tensorflow_text  # registers the operations of the tokenizer
score = tf.saved_model.load(sys.argv[1]).signatures["serving_text"]
print("scores", *score(tf.constant(sys.argv[2:]))["scores"].numpy().ravel())
"""


def run(folder, comments):
  options = ["--comments", str(comments), "--output", "out", *flags(OPTIONS)]
  done = clp_tfx("run", *options, cwd=folder)
  assert done.returncode == 0, done.stderr + done.stdout
  return set(COMPONENTS) - set(summary_of(folder / "out")["cached"])


def test_it_is_pushed_served_cached_and_trained_again_for_other_weights(
  tmp_path, few_comments
):
  pytest.importorskip("keras_hub", reason="Needs pip install 'clp-tfx[encoder]'.")
  with open(few_comments, newline="", encoding="utf-8") as file:
    texts = [row["comment_text"].lower() for row in csv.DictReader(file)]
  words = {word for text in texts for word in text.split() if word.isalpha()}
  pieces = [*PIECES, *sorted(words - set(PIECES))]
  size = {"vocab_size": len(pieces)}
  write(tmp_path / "encoder", tensors(len(pieces)), pieces, **size)

  assert run(tmp_path, few_comments) == set(COMPONENTS)
  (model,) = (tmp_path / "out" / "serving_model").iterdir()
  served = subprocess.run(
    [sys.executable, "-c", SERVE, str(model), "A gay man", "", "Fine!"],
    capture_output=True,
    text=True,
    cwd=tmp_path,
    check=False,
  )
  assert served.returncode == 0, served.stderr
  (line,) = (x for x in served.stdout.splitlines() if x.startswith("scores"))
  scores = [float(score) for score in line.split()[1:]]
  assert len(set(scores)) == 3
  assert all(0 < score < 1 for score in scores)

  assert run(tmp_path, few_comments) == set()
  # Other weights, the same tokenizer.
  write(tmp_path / "encoder", tensors(len(pieces), seed=1), pieces, **size)
  trained = {"ControlTrainer", "Trainer", "Evaluator", "Pusher"}
  assert run(tmp_path, few_comments) == trained
