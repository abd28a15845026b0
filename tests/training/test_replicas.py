"""Training on several devices gives what one gives."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import CounterfactualInputs
from clp_tfx.training.hparams import HParams
from clp_tfx.training.replicas import _part

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results():
  done = subprocess.run(
    [sys.executable, "-m", "tests.training.mirrored"],
    check=True,
    cwd=ROOT,
    stdout=subprocess.PIPE,
    text=True,
  )
  return json.loads(done.stdout.splitlines()[-1])


def same(result, other, tolerance=1e-5):
  for row, expected in zip(result["history"], other["history"], strict=True):
    assert row == pytest.approx(expected, abs=tolerance)
  for value, expected in zip(result["weights"], other["weights"], strict=True):
    np.testing.assert_allclose(value, expected, atol=tolerance)


@pytest.mark.e2e
def test_two_devices_train_as_one(results):
  same(results["two"], results["one"])
  np.testing.assert_allclose(results["served"], results["served one"], atol=1e-5)
  assert results["two"]["history"][0]["counterfactual_loss"] > 0


@pytest.mark.e2e
def test_each_device_counts_the_steps(results):
  assert results["steps"] == [15, 15]  # 3 epochs of 5.


@pytest.mark.e2e
def test_a_killed_training_on_two_devices_is_resumed(results):
  same(results["resumed"], results["two"], 1e-6)


@pytest.mark.e2e
def test_a_batch_of_fewer_comments_than_devices_has_parts_of_weight_0(results):
  one, two = results["odd one"], results["odd two"]
  for value, expected in zip(two["weights"], one["weights"], strict=True):
    np.testing.assert_allclose(value, expected, atol=1e-5)


@pytest.mark.e2e
def test_two_devices_in_half_precision(results):
  for row, other in zip(
    results["half"]["history"], results["two"]["history"], strict=True
  ):
    assert row["loss"] == pytest.approx(other["loss"], abs=0.01)


@pytest.mark.e2e
def test_a_batch_has_to_reach_all_devices(results):
  assert results["refusal"].startswith("Expected batch_size of at least 2")


@pytest.mark.parametrize(
  ("place", "rows", "original_row", "weights"),
  [
    (0, [[1]], [0, 0], [0.5, 0.5]),
    (1, [[2], [3]], [1], [1.0]),
  ],
)
def test_each_part_has_the_pairs_of_its_rows(place, rows, original_row, weights):
  batch = CounterfactualInputs(
    original=tf.constant([[1], [2], [3]]),
    counterfactual=tf.constant([[4], [5], [6]]),
    original_row=tf.constant([0, 0, 2]),
    pair_weight=tf.constant([0.5, 0.5, 1.0]),
  )
  labels = tf.constant([[0.0], [1.0], [0.0]])
  texts, label, weight = _part((batch, labels, tf.ones([3, 1])), place, 2)
  assert texts.original.numpy().tolist() == rows
  assert texts.original_row.numpy().tolist() == original_row
  assert texts.pair_weight.numpy().tolist() == weights
  assert len(label) == len(weight) == len(rows)


def test_xla_is_refused():
  with pytest.raises(InputError, match="no jit_compile with strategy mirrored"):
    HParams(strategy="mirrored", jit_compile=True)
