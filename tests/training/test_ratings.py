"""A model of a number: squared error, R², flips by a tolerance, served as it is."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.keras.metrics import decision_flips
from clp_tfx.keras.model import CounterfactualModel
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import compiled, fit

from .transformed import transform

ROWS = [
  ("a gay day", [b"a day"], 2.0, 1.0),
  ("bad", [], 1.0, 1.0),
  ("her bad day", [b"bad day"], 1.5, 1.0),
  ("fine", [], 5.0, 1.0),
  ("and", [], 0.0, 0.0),
]
HPARAMS = HParams(
  model_fn="bag_of_embeddings", flip_tolerance=0.5, epochs=1, batch_size=2
)


def test_pairs_flip_by_the_tolerance():
  original, after = np.array([[3.0], [3.0], [-1.0]]), np.array([[3.5], [2.25], [1.0]])
  found = decision_flips(original, after, tolerance=0.5)
  assert np.array(found).tolist() == [0, 1, 1]


def test_the_tolerance_is_saved():
  classifier = keras.Sequential([keras.Input([2]), keras.layers.Dense(1)])
  model = CounterfactualModel(classifier, tolerance=0.25)
  assert CounterfactualModel.from_config(model.get_config()).tolerance == 0.25


def test_loss_and_metrics_are_those_of_numbers():
  tokens = keras.Input([1])
  model = compiled(keras.Model(tokens, tokens * 1.0), HPARAMS, steps_per_epoch=1)
  assert (model.threshold, model.tolerance) == (None, 0.5)
  # Errors 1, 0 and, without weight, 7; the labels 2 and 4 have a variance of 2 in all.
  x, y = np.array([[1.0], [4.0], [0.0]]), np.array([[2.0], [4.0], [7.0]])
  weight = np.array([[1.0], [1.0], [0.0]])
  model.evaluate(x, y, sample_weight=weight, verbose=0)
  found = {name: float(value) for name, value in model.get_metrics_result().items()}
  assert found["loss"] == pytest.approx(1 / 2)
  assert found["r2"] == pytest.approx(1 - 1 / 2)


@pytest.mark.parametrize(
  ("given", "message"),
  [
    ({"decision_threshold": 0.3}, "no --decision-threshold with --flip-tolerance"),
    ({"positive_weight": 2.0}, "no --positive-weight with --flip-tolerance"),
    ({"classes": ("a", "b")}, "no --classes with --flip-tolerance"),
    ({"counterfactual_loss": "jensen_shannon"}, "mse or mae with --flip-tolerance"),
  ],
)
def test_what_does_not_go_with_a_number(given, message):
  with pytest.raises(InputError, match=message):
    HParams(flip_tolerance=0.5, **given)


@pytest.mark.e2e
def test_trains_and_serves_numbers(tmp_path):
  path, file = transform(ROWS, tmp_path)
  output = tft.TFTransformOutput(path)
  trained = fit([file], [file], HPARAMS, output)
  names = {"loss", "r2", "counterfactual_loss", "flip_rate"}
  assert trained.history[0].keys() == names | {f"val_{name}" for name in names}
  # A number that no probability is.
  trained.classifier.weights[-1].assign([3.0])
  export(
    trained.classifier, output, "comment_text", str(tmp_path / "model"), is_rating=True
  )
  serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  scores = serve(text=tf.constant(["a gay day", "fine"]))["scores"].numpy()
  assert scores.shape == (2, 1) and (scores > 2).all()
