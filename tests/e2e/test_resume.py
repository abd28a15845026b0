"""A run killed during training and repeated does not redo finished steps."""

import os
import random
import re
import signal
import subprocess
import time

import pytest

from ..conftest import COMMAND, clp_tfx, summary_of
from .test_replay import numbers

pytestmark = pytest.mark.e2e

# Its scores do not depend on padding, so the Evaluator's batches do not matter.
MODEL = """
from clp_tfx.training.classifiers import convolution

def build_model(hparams, tf_transform_output):
  return convolution(hparams, tf_transform_output)
"""


def positions(log, what):
  """Returns the distinct epochs and steps in a log, in order."""
  found = re.findall(rf"{what} at epoch (\d+), step (\d+)", log.read_text())
  return list(dict.fromkeys((int(epoch), int(step)) for epoch, step in found))


def kill_when_it_has_come_to(position, options, output):
  """Starts a run and kills its process group once training has got this far."""
  process = subprocess.Popen(
    [*COMMAND, "run", *options],
    cwd=output.parent,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    start_new_session=True,
  )
  log = output / "clp-tfx.log"
  while process.poll() is None and max(positions(log, "Checkpoint")) < position:
    time.sleep(0.05)
  was_alive = process.poll() is None
  if was_alive:
    os.killpg(process.pid, signal.SIGKILL)
  process.wait()
  return was_alive


def test_training_killed_at_three_random_points(tmp_path, few_comments):
  model = tmp_path / "my_model.py"
  model.write_text(MODEL)
  options = ["--comments", str(few_comments), "--output", "out", "--baseline", "none"]
  options += ["--model-fn", "my_model.build_model", "--batch-size", "4"]
  options += ["--epochs", "3", "--checkpoint-steps", "10"]
  options += ["--max-flip-rate", "1", "--min-auc", "0.51", "--harm-gate", "off"]
  output = tmp_path / "out"
  log = output / "clp-tfx.log"
  checkpoints = output / "pipeline_root" / "checkpoints" / "Trainer"
  done = clp_tfx("run", *options, cwd=tmp_path)
  assert done.returncode in (0, 3), done.stderr
  expected, reached = summary_of(output), positions(log, "Checkpoint")
  assert len(reached) > 30
  assert not checkpoints.exists()

  # An edit without effect makes it train again, but reruns nothing before training.
  model.write_text(model.read_text() + "\n# An edit.\n")
  log.write_text("Checkpoint at epoch 0, step 0\n")
  rng = random.Random(0)
  for point in sorted(rng.sample(range(len(reached) - 5), 3)):
    assert kill_when_it_has_come_to(reached[point], options, output)
    # A checkpoint, weights of the best epoch and of a new one, one being written.
    assert 1 <= len(list(checkpoints.iterdir())) <= 4
  again = clp_tfx("run", *options, cwd=tmp_path)
  assert again.returncode == done.returncode, again.stderr

  # Each time it resumed at or after the last step that it reported as saved, and it
  # reported no step as saved twice.
  assert len(positions(log, "resumed")) == 3
  told = re.findall(r"(Checkpoint|resumed) at epoch (\d+), step (\d+)", log.read_text())
  last = (0, 0)
  for what, epoch, step in told:
    assert (int(epoch), int(step)) >= last, (what, epoch, step)
    last = int(epoch), int(step)
  summary = summary_of(output)
  assert {"Transform", "CommentsExampleGen"} <= set(summary["cached"])
  assert summary["gate"] == expected["gate"]
  # How many texts Beam scores at once depends on the time that it takes.
  assert numbers(summary["clp"]) == pytest.approx(numbers(expected["clp"]), abs=1e-6)
  assert summary["training"] == expected["training"]
  assert not checkpoints.exists()
