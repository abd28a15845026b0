"""A model with several labels: an output, a loss and figures for each."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.training.batches import read_batches, totals
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import compiled, fit
from clp_tfx.training.start import starting_classifier, vocabulary

from .transformed import CONFIG, transform

NAMES = ("rude", "threat")
# Each label with its weight. The second comment has no label of threat, the last one
# none of rude.
ROWS = [
  ("a gay day", [b"a day"], 1.0, 1.0, 0.0, 1.0),
  ("bad", [], 0.0, 1.0, 0.0, 0.0),
  ("her bad day", [b"bad day"], 0.0, 1.0, 1.0, 1.0),
  ("fine", [], 0.0, 0.0, 0.0, 1.0),
]
HPARAMS = HParams(
  model_fn="bag_of_embeddings",
  label_names=NAMES,
  epochs=1,
  batch_size=2,
  decision_threshold={"*": 0.5, "threat": 0.25},
)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
  folder = tmp_path_factory.mktemp("examples")
  return transform(ROWS, folder, {**CONFIG, "label_names": NAMES})


@pytest.fixture(scope="module")
def spec(examples):
  return tft.TFTransformOutput(examples[0]).transformed_feature_spec()


def read(examples, spec, **options):
  (batch,) = read_batches([examples[1]], spec, 4, label_names=NAMES, **options)
  return batch


def test_labels_and_weights_are_by_name(examples, spec):
  # Shortest first: "bad" and "fine", then the pairs of the others.
  texts, labels, weights = read(examples, spec)
  assert {name: x[:, 0].numpy().tolist() for name, x in labels.items()} == {
    "rude": [0, 0, 1, 0],
    "threat": [0, 0, 0, 1],
  }
  assert {name: x[:, 0].numpy().tolist() for name, x in weights.items()} == {
    "rude": [1, 0, 1, 1],
    "threat": [0, 1, 1, 1],
  }
  assert texts.pair_weight.numpy().tolist() == [1, 1]


def test_positive_examples_weigh_by_label_and_their_pairs_by_any(examples, spec):
  given = {"positive_weight": {"rude": 3.0, "threat": 1.0}}
  texts, _, weights = read(examples, spec, positive_pair_weight=0.5, **given)
  assert weights["rude"][:, 0].numpy().tolist() == [1, 0, 3, 1]
  assert weights["threat"][:, 0].numpy().tolist() == [0, 1, 1, 1]
  assert texts.pair_weight.numpy().tolist() == [0.5, 0.5]


def test_labels_are_balanced_one_by_one(examples, spec):
  # Rude: one positive and two negative ones; threat likewise.
  seen = totals([examples[1]], spec, ["threat", "rude"])
  assert seen.balanced_weight("threat") == seen.balanced_weight("rude") == 2


def test_the_pairs_of_each_label_have_a_weight():
  weights = {"*": 1.0, "threat": 0.25}
  hparams = dataclasses.replace(
    HPARAMS, counterfactual_loss_weight=weights, counterfactual_loss_warm_up=0
  )
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  classifier = keras.Model(tokens, {n: keras.layers.Dense(1)(x) for n in NAMES})
  model = compiled(classifier, hparams, steps_per_epoch=2)
  assert model.loss_weight == {"rude": 1.0, "threat": 0.25}
  assert model.threshold == {"rude": 0.5, "threat": 0.25}
  # It rises to each over an epoch of two steps.
  rising = compiled(
    classifier, dataclasses.replace(hparams, counterfactual_loss_warm_up=1), 2
  )
  assert [float(rising.loss_weight["threat"](step)) for step in (0, 1, 2)] == [
    0.0,
    0.125,
    0.25,
  ]


def one_output(hparams, tf_transform_output):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  return keras.Model(tokens, keras.layers.Dense(1)(x))


def other_outputs(hparams, tf_transform_output):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  heads = {name: keras.layers.Dense(1)(x) for name in ("rude", "insult")}
  return keras.Model(tokens, heads)


def wide_outputs(hparams, tf_transform_output):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.cast(keras.ops.sum(tokens, axis=1, keepdims=True), "float32")
  return keras.Model(tokens, {name: keras.layers.Dense(2)(x) for name in NAMES})


@pytest.mark.parametrize(
  ("function", "names", "message"),
  [
    ("one_output", NAMES, "label, rude, threat. Received: a single output"),
    ("other_outputs", NAMES, "label, rude, threat. Received: rude, insult"),
    (
      "other_outputs",
      (),
      "because there is one label. Received: rude, insult",
    ),
    ("wide_outputs", NAMES, r"one logit per text for rude, .* \(None, 2\)"),
  ],
)
def test_an_output_without_a_label_is_refused_before_training(
  examples, function, names, message
):
  hparams = HParams(model_fn=f"{__name__}.{function}", label_names=names)
  with pytest.raises(InputError, match=message):
    starting_classifier(hparams, tft.TFTransformOutput(examples[0]))


@pytest.mark.e2e
def test_trains_saves_and_serves_each_label(examples, tmp_path):
  output = tft.TFTransformOutput(examples[0])
  trained = fit([examples[1]], [examples[1]], HPARAMS, output)
  (row,) = trained.history
  of_each = {
    f"{name}_{figure}"
    for name in NAMES
    for figure in ("auc", "counterfactual_loss", "flip_rate")
  }
  both = {"loss", *of_each}
  assert row.keys() == both | {f"val_{name}" for name in both}
  path = str(tmp_path / "classifier.keras")
  save_classifier(trained.classifier, vocabulary(output), path)
  again = load_classifier(path, vocabulary(output))
  tokens = np.array([[1, 2, 0]])
  for name, logits in trained.classifier(tokens).items():
    assert np.array(logits) == pytest.approx(np.array(again(tokens)[name]))
  export(trained.classifier, output, "comment_text", str(tmp_path / "model"))
  serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  scores = serve(text=tf.constant(["a gay day", "fine"]))
  assert {name: x.shape for name, x in scores.items()} == {n: (2, 1) for n in NAMES}


def test_features_of_labels():
  assert features.label_features(()) == (features.LABEL, features.LABEL_WEIGHT)
  assert features.label_features(("a",)) == ("binary_label_a", "label_weight_a")
