"""A model of classes: a logit for each, softmax, and flips of the most probable one."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.keras.losses import PairwiseJensenShannonLoss
from clp_tfx.training.batches import read_batches
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import compiled, fit
from clp_tfx.training.start import starting_classifier, vocabulary

from .transformed import transform

# Text, counterfactuals, place of the class and its weight; the last has no label.
ROWS = [
  ("a gay day", [b"a day"], 2.0, 1.0),
  ("bad", [], 1.0, 1.0),
  ("her bad day", [b"bad day"], 1.0, 1.0),
  ("fine", [], 0.0, 1.0),
  ("and", [], 0.0, 0.0),
]
CLASSES = ("ok", "rude", "hateful")
HPARAMS = HParams(
  model_fn="bag_of_embeddings",
  classes=CLASSES,
  counterfactual_loss="jensen_shannon",
  epochs=1,
  batch_size=2,
)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
  return transform(ROWS, tmp_path_factory.mktemp("examples"))


def classifier_of(weights):
  """A model whose logits are rows of a table, by the first token."""
  tokens = keras.Input([None], dtype="int32")
  table = keras.layers.Embedding(len(weights), 3, weights=[np.array(weights)])
  return keras.Model(tokens, keras.ops.max(table(tokens), axis=1))


def test_loss_and_metrics_are_those_of_classes():
  model = compiled(classifier_of(np.eye(3)), HPARAMS, steps_per_epoch=1)
  assert isinstance(model.pairwise_loss, PairwiseJensenShannonLoss)
  assert model.threshold is None
  # Logits (1, 0, 0), (0, 1, 0), (0, 0, 1) for the tokens 0, 1 and 2; the second has
  # weight 0. Right: log(e + 2) - 1 = .5514; wrong: log(e + 2) = 1.5514.
  x, y = np.array([[0], [1], [2]]), np.array([[0.0], [1.0], [0.0]])
  weight = np.array([[1.0], [0.0], [1.0]])
  model.evaluate(x, y, sample_weight=weight, verbose=0)
  loss = model.get_metrics_result()["loss"]
  assert float(loss) == pytest.approx((0.5514 + 1.5514) / 2, abs=1e-4)


def one_logit(hparams, tf_transform_output):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  return keras.Model(tokens, keras.layers.Dense(1)(x))


def three_logits(hparams, tf_transform_output):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  return keras.Model(tokens, keras.layers.Dense(3)(x))


@pytest.mark.parametrize(
  ("function", "classes", "message"),
  [
    ("one_logit", CLASSES, r"each class, ok, rude, hateful, shape \(None, 3\)"),
    ("three_logits", ("ok", "rude"), r"shape \(None, 2\). Received: \(None, 3\)"),
    ("three_logits", (), r"no --classes, shape \(None, 1\). Received: \(None, 3\)"),
  ],
)
def test_logits_that_are_not_those_of_the_classes_are_refused(
  examples, function, classes, message
):
  hparams = HParams(model_fn=f"{__name__}.{function}", classes=classes)
  with pytest.raises(InputError, match=message):
    starting_classifier(hparams, tft.TFTransformOutput(examples[0]))


@pytest.mark.parametrize(
  "given",
  [
    {"decision_threshold": 0.3},
    {"positive_weight": "balanced"},
    {"positive_pair_weight": 0.5},
  ],
)
def test_options_about_positive_decisions_are_refused(given):
  (name,) = given
  flag = "--" + name.replace("_", "-")
  with pytest.raises(InputError, match=f"Expected no {flag} with --classes"):
    dataclasses.replace(HPARAMS, **given)


def test_the_classes_keep_their_places(examples):
  spec = tft.TFTransformOutput(examples[0]).transformed_feature_spec()
  ((_, labels, weights),) = read_batches([examples[1]], spec, 8)
  # Shortest first.
  assert labels[:, 0].numpy().tolist() == [1, 0, 0, 2, 1]
  assert weights[:, 0].numpy().tolist() == [1, 1, 0, 1, 1]


@pytest.mark.e2e
def test_trains_saves_and_serves_probabilities(examples, tmp_path):
  output = tft.TFTransformOutput(examples[0])
  trained = fit([examples[1]], [examples[1]], HPARAMS, output)
  assert trained.classifier.output_shape == (None, 3)
  names = {"loss", "auc", "counterfactual_loss", "flip_rate"}
  assert trained.history[0].keys() == names | {f"val_{name}" for name in names}
  path = str(tmp_path / "classifier.keras")
  save_classifier(trained.classifier, vocabulary(output), path)
  again = starting_classifier(dataclasses.replace(HPARAMS, base_model=path), output)
  tokens = np.array([[1, 2, 0]])
  logits = np.array(trained.classifier(tokens))
  assert logits == pytest.approx(np.array(again(tokens)))
  with pytest.raises(InputError, match="to return one logit per text"):
    load_classifier(path, vocabulary(output))
  export(trained.classifier, output, "comment_text", str(tmp_path / "model"))
  serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  scores = serve(text=tf.constant(["a gay day", "fine"]))["scores"].numpy()
  assert scores.shape == (2, 3)
  assert scores.sum(axis=1) == pytest.approx([1, 1])
