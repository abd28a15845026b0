import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import (
  PairwiseAbsoluteDifferenceLoss,
  PairwiseJensenShannonLoss,
  PairwiseMSELoss,
)
from clp_tfx.training.batches import totals
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import compiled


def classifier():
  tokens = keras.Input([3])
  return keras.Model(tokens, keras.layers.Dense(1)(tokens))


@pytest.mark.parametrize(
  ("name", "loss"),
  [
    ("mse", PairwiseMSELoss),
    ("mae", PairwiseAbsoluteDifferenceLoss),
    ("jensen_shannon", PairwiseJensenShannonLoss),
  ],
)
def test_the_pairwise_loss_is_the_one_configured(name, loss):
  model = compiled(classifier(), HParams(counterfactual_loss=name), 10)
  assert isinstance(model.pairwise_loss, loss)


@pytest.mark.parametrize(
  ("warm_up", "weights"),
  [
    # Two epochs of 2.5 steps: 5 steps to the full weight.
    (2.0, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5]),
    (0.0, [0.5] * 7),
  ],
)
def test_the_weight_grows_over_the_warm_up(warm_up, weights):
  hparams = HParams(counterfactual_loss_weight=0.5, counterfactual_loss_warm_up=warm_up)
  weight = compiled(classifier(), hparams, 2.5).loss_weight
  found = [weight(step) if callable(weight) else weight for step in range(7)]
  np.testing.assert_allclose(found, weights, rtol=1e-6)


def test_weight_zero_stays_plain_training():
  hparams = HParams(counterfactual_loss_weight=0.0)
  assert compiled(classifier(), hparams, 10).loss_weight == 0.0


def test_counts_the_examples_of_all_files(tmp_path):
  for name, count in (("a.gz", 3), ("b.gz", 4)):
    with tf.io.TFRecordWriter(str(tmp_path / name), "GZIP") as writer:
      for _ in range(count):
        writer.write(b"x")
  assert totals([str(tmp_path / "a*"), str(tmp_path / "b*")], {}).examples == 7


def test_the_flip_rate_is_that_of_the_decision_threshold():
  assert compiled(classifier(), HParams(), 10).threshold == 0.5
  hparams = HParams(decision_threshold=0.25)
  assert compiled(classifier(), hparams, 10).threshold == 0.25
