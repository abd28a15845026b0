"""From texts to model inputs by a user's function, up to the exported model."""

import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.modules import model_inputs as module
from clp_tfx.modules.preprocessing import labels
from clp_tfx.sweep.examples import TokenLists, augmented, blinded
from clp_tfx.sweep.trainings import score
from clp_tfx.training.batches import read_batches
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import fit
from clp_tfx.training.model_inputs import model_inputs
from clp_tfx.training.start import starting_classifier, vocabulary

from . import inputs as functions
from .transformed import ROWS, transform

UNKNOWN = 9


def config(function):
  return {
    "text_feature": "comment_text",
    "inputs_fn": f"{functions.__name__}.{function}",
    "preprocessing": {"unknown": UNKNOWN},
  }


def made(function, folder):
  path, file = transform(ROWS, folder, config(function), module.preprocessing_fn)
  return tft.TFTransformOutput(path), file


@pytest.fixture(scope="module")
def several(tmp_path_factory):
  return made("several", tmp_path_factory.mktemp("several"))


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
  return made("raw", tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
  given = config("beside") | {"input_features": ["age", "place"]}
  further = {
    "age": (tf.io.FixedLenFeature([1], tf.int64), [[10], [50], [30], [20]]),
    "place": (tf.io.VarLenFeature(tf.string), [[b"a"], [], [b"b", b"c"], [b""]]),
  }
  folder = tmp_path_factory.mktemp("beside")
  path, file = transform(ROWS, folder, given, module.preprocessing_fn, further)
  return tft.TFTransformOutput(path), file


def batches(made, padding=None, **kwargs):
  output, file = made
  spec = output.transformed_feature_spec()
  return list(read_batches([file], spec, padding=padding, **kwargs))


def test_both_sides_of_a_pair_have_every_input(several):
  ((inputs, labels, _),) = batches(several, functions.PADDING, batch_size=4)
  # By length: "", "fine", "he and she", "A GAY bar, a GAY day".
  assert labels.numpy().tolist() == [[0], [0], [0], [1]]
  assert inputs.original_row.numpy().tolist() == [2, 2, 3]
  assert inputs.pair_weight.numpy().tolist() == [0.5, 0.5, 1]
  original, counterfactual = inputs.original, inputs.counterfactual
  assert original["text"].numpy().tolist() == [
    *(b"", b"fine", b"he and she", b"A GAY bar, a GAY day")
  ]
  assert counterfactual["text"].numpy().tolist() == [
    *(b"and", b"she and he", b"A bar, a day")
  ]
  # Two numbers per text, as floats.
  assert original["sizes"].numpy().tolist() == [[0, 0], [1, -1], [3, -3], [6, -6]]
  assert counterfactual["sizes"].numpy().tolist() == [[1, -1], [3, -3], [4, -4]]
  # Each has its own padding: none is given for the mask.
  assert original["words"].numpy().tolist()[1] == [b"fine", *5 * ["·".encode()]]
  assert original["mask"].numpy().tolist()[2] == [1, 1, 1, 0, 0, 0]
  # One vocabulary for texts and counterfactuals, by frequency: a 4 times, and 3 times.
  words = several[0].vocabulary_by_name("own")
  assert words[:2] == [b"a", b"and"]
  known = {word: i for i, word in enumerate(words)}
  he, she = known[b"he"], known[b"she"]
  assert original["ids"].numpy().tolist() == [
    [7, 7, 7],
    [known[b"fine"], 7, 7],
    [he, 1, she],
    [0, known[b"gay"], known[b"bar,"]],  # the maximum
  ]
  assert counterfactual["ids"].numpy().tolist() == [
    [1, 7, 7],
    [she, 1, he],
    [0, known[b"bar,"], 0],
  ]


def test_batches_without_pairs_and_drawn_pairs(several):
  (first, *_), *_ = batches(several, batch_size=1)
  assert first.counterfactual["sizes"].shape == (0, 2)
  assert first.counterfactual["ids"].shape[0] == 0
  ((inputs, *_),) = batches(several, batch_size=4, draw=True, few_shapes=True)
  # Multiples of 32; two pairs, half of the rows.
  assert inputs.original["mask"].shape == (4, 32)
  assert inputs.counterfactual["text"].shape == (2,)


def test_features_beside_the_text_are_the_same_on_both_sides(beside):
  ((inputs, labels, _),) = batches(beside, batch_size=4)
  assert labels.numpy().tolist() == [[1], [0], [0], [0]]
  original, counterfactual = inputs.original, inputs.counterfactual
  assert original["length"].numpy().tolist() == [[20], [4], [10], [0]]
  assert counterfactual["length"].numpy().tolist() == [[12], [3], [10]]
  # Ages up to 50 of all rows and pairs, as 0 to 1; one place, empty if there is none.
  assert original["age"].numpy().tolist() == [[0], [1], [0.5], [0.25]]
  assert counterfactual["age"].numpy().tolist() == [[0], [0.5], [0.5]]
  assert original["place"].numpy().tolist() == [b"a", b"", b"b", b""]
  assert counterfactual["place"].numpy().tolist() == [b"a", b"b", b"b"]


def test_features_edited_together_with_the_text_differ_between_the_sides(tmp_path):
  given = config("beside") | {"input_features": ["age", "place"]}
  edited = features.counterfactual_of("place")
  further = {
    "age": (tf.io.FixedLenFeature([1], tf.int64), [[10], [50], [30], [20]]),
    "place": (tf.io.FixedLenFeature([1], tf.string), [[b"a"], [b"b"], [b"c"], [b"d"]]),
    edited: (tf.io.VarLenFeature(tf.string), [[b"A"], [], [b"C", b""], []]),
  }
  path, file = transform(ROWS, tmp_path, given, module.preprocessing_fn, further)
  output = tft.TFTransformOutput(path)
  ((inputs, *_),) = batches((output, file), batch_size=4)
  assert inputs.original["place"].numpy().tolist() == [b"a", b"b", b"c", b"d"]
  assert inputs.counterfactual["place"].numpy().tolist() == [b"A", b"C", b""]
  # In serving there is no counterfactual.
  classifier = starting_classifier(
    HParams(model_fn=f"{functions.__name__}.model_beside"), output
  )
  names = ["age", "place"]
  path = str(tmp_path / "model")
  export(classifier, output, "comment_text", path, input_features=names)
  signatures = tf.saved_model.load(path).signatures
  scores = signatures["serving_text"](tf.constant(["", "x"]))["scores"]
  assert scores.shape == (2, 1)


def test_the_label_of_another_example_gen():
  given = {"stars": tf.sparse.from_dense(tf.constant([[3], [0], [1]]))}
  made = labels(given, {"label_feature": "stars"})
  assert made[features.LABEL].numpy().tolist() == [[3.0], [0.0], [1.0]]
  assert made[features.LABEL_WEIGHT].numpy().tolist() == [[1.0], [0.0], [1.0]]
  made = labels({"stars": tf.constant([[3], [0]])}, {"label_feature": "stars"})
  assert made[features.LABEL].numpy().tolist() == [[3.0], [0.0]]
  assert made[features.LABEL_WEIGHT].numpy().tolist() == [[1.0], [1.0]]


def test_a_feature_that_no_example_has_is_refused():
  given = {"comment_text": [["a"]], features.COUNTERFACTUAL_TEXT: tf.constant([["c"]])}
  wanted = config("raw") | {"input_features": ["aeg"]}
  with pytest.raises(
    InputError, match=r"examples, \['comment_text', .*Received: 'aeg'"
  ):
    module.preprocessing_fn(given, wanted)


def test_a_single_text_is_an_input(raw):
  ((inputs, *_),) = batches(raw, batch_size=4)
  assert set(inputs.original.numpy()) == {row[0].encode() for row in ROWS}
  assert len(inputs.counterfactual) == 3


@pytest.mark.parametrize("padding", [{"sizes": {"value": 1}}, {"idz": {}}])
def test_padding_of_what_has_no_end_is_refused(several, padding):
  with pytest.raises(InputError, match=r"ragged inputs of the model, \['ids', 'mask'"):
    batches(several, padding, batch_size=1)


def test_examples_without_counterfactuals_are_refused():
  with pytest.raises(InputError, match="such as tokens and counterfactual_tokens"):
    model_inputs({"ids": tf.io.VarLenFeature(tf.int64)})


@pytest.mark.parametrize(
  ("returned", "message"),
  [
    (lambda x: {"a": tf.strings.bytes_split(tf.strings.split(x))}, "as 'a'"),
    (lambda x: {"a": tf.sparse.from_dense(x[:, None])}, "as 'a'"),
    (lambda x: {"a": tf.reshape(x, [-1, tf.size(x)])}, "as 'a'"),
    (lambda x: {features.LABEL: x}, "Received: 'binary_label'; rename it"),
    (
      lambda x: {"tokens": tf.strings.split(x), "lengths": x},
      "Expected another name than 'lengths'",
    ),
  ],
)
def test_what_cannot_be_stored_is_refused(monkeypatch, returned, message):
  monkeypatch.setattr(functions, "raw", lambda texts, config: returned(texts))
  given = {
    "comment_text": tf.constant([["a"], ["b"]]),
    features.COUNTERFACTUAL_TEXT: tf.sparse.from_dense([["c"], [""]]),
    features.LABEL: tf.zeros([2, 1]),
    features.LABEL_WEIGHT: tf.zeros([2, 1]),
  }
  # In a graph, where the size of a batch is not known.
  traced = tf.function(module.preprocessing_fn, autograph=False)
  with pytest.raises(InputError, match=message):
    traced.get_concrete_function(given, config("raw"))


def test_a_model_of_other_inputs_is_refused(several):
  hparams = HParams(model_fn=f"{functions.__name__}.model_of_others")
  with pytest.raises(InputError, match=r"Received: a model that takes \['counts'\]"):
    starting_classifier(hparams, several[0])


TEXTS = [row[0] for row in ROWS]


@pytest.mark.e2e
@pytest.mark.parametrize(
  ("name", "model", "padding"),
  [
    ("several", "model_of_several", functions.PADDING),
    ("raw", "model_of_text", None),
  ],
)
def test_trained_saved_and_exported(name, model, padding, request, tmp_path):
  output, file = request.getfixturevalue(name)
  hparams = HParams(
    model_fn=f"{functions.__name__}.{model}", padding=padding, epochs=2, batch_size=2
  )
  classifier, history = fit([file], [file], hparams, output)
  assert all(row["val_counterfactual_loss"] > 0 for row in history)
  assert history[1]["val_loss"] != history[0]["val_loss"]
  export(classifier, output, "comment_text", str(tmp_path / "model"), padding)
  signatures = tf.saved_model.load(str(tmp_path / "model")).signatures
  by_text = signatures["serving_text"](tf.constant(TEXTS))["scores"][:, 0].numpy()
  # The same scores as in training, where other texts are in the batch.
  data = read_batches([file], output.transformed_feature_spec(), 2, padding=padding)
  (scores,) = score(classifier, data).values()
  # The label is 1 for the first text alone.
  (first,) = scores.original[scores.label == 1]
  assert by_text[0] == pytest.approx(first, abs=1e-6)
  np.testing.assert_allclose(sorted(by_text), sorted(scores.original), atol=1e-6)
  value = tf.train.BytesList(value=[TEXTS[0].encode()])
  example = tf.train.Example()
  example.features.feature["comment_text"].bytes_list.CopyFrom(value)
  serialized = tf.constant([example.SerializeToString()])
  by_example = signatures["serving_default"](serialized)["scores"].numpy().item()
  assert by_example == pytest.approx(first, abs=1e-6)
  # Without a vocabulary of its own, the file has none, and is taken as it is.
  assert vocabulary(output) is None
  save_classifier(classifier, None, str(tmp_path / "classifier.keras"))
  assert (
    "vocabulary.txt" not in zipfile.ZipFile(tmp_path / "classifier.keras").namelist()
  )
  keras.backend.clear_session()
  base = HParams(**{**vars(hparams), "base_model": str(tmp_path / "classifier.keras")})
  for value, expected in zip(
    starting_classifier(base, output).get_weights(),
    classifier.get_weights(),
    strict=True,
  ):
    np.testing.assert_array_equal(value, expected)


@pytest.mark.e2e
def test_a_model_of_features_beside_the_text_is_served_with_them(beside, tmp_path):
  output, file = beside
  hparams = HParams(
    model_fn=f"{functions.__name__}.model_beside",
    input_features=["age", "place"],
    epochs=1,
    batch_size=2,
  )
  classifier, _ = fit([file], [file], hparams, output)
  path = str(tmp_path / "model")
  export(
    classifier, output, "comment_text", path, input_features=hparams.input_features
  )
  signatures = tf.saved_model.load(path).signatures

  def served(**values):
    example = tf.train.Example()
    feature = example.features.feature
    feature["comment_text"].bytes_list.value.append(b"a gay bar")
    for name, value in values.items():
      feature[name].int64_list.value.extend(value)
    scores = signatures["serving_default"](tf.constant([example.SerializeToString()]))
    return scores["scores"].numpy().item()

  def scored(age):
    inputs = {"length": tf.constant([[9]]), "age": tf.constant([[age]])}
    return tf.sigmoid(classifier(inputs)).numpy().item()

  assert served(age=[50]) == pytest.approx(scored(1.0), abs=1e-6)
  # Of a missing one the model sees 0, which is below the ages of the training.
  for example in (served(), served(age=[])):
    assert example == pytest.approx(scored(-0.25), abs=1e-6)
  by_text = signatures["serving_text"](tf.constant(["a gay bar"]))["scores"]
  assert by_text.numpy().item() == pytest.approx(scored(-0.25), abs=1e-6)


def test_a_base_model_of_words_does_not_take_other_inputs(several, tmp_path):
  x = keras.Input([1])
  path = str(tmp_path / "words.keras")
  save_classifier(keras.Model(x, keras.layers.Dense(1)(x)), [b"a"], path)
  with pytest.raises(InputError, match="a model with one, of 1 words"):
    load_classifier(path, None)


def test_a_sweep_replaces_all_inputs_of_a_text(several):
  output, file = several
  lists = TokenLists(output.transformed_feature_spec())
  records = tf.data.TFRecordDataset(file, "GZIP").as_numpy_iterator()
  examples = map(tf.train.Example.FromString, records)
  (example,) = (e for e in examples if lists.get(e, "text") == [b"he and she"])
  _, first, second = augmented(example, lists)
  assert lists.get(first, "text") == [b"and"]
  assert lists.get(first, "words") == [b"and"]
  assert lists.get(first, "sizes") == [1, -1]
  assert lists.get(first, "ids") == [1]
  assert lists.get(second, "words") == [b"she", b"and", b"he"]
  (blind,) = blinded(example, lists)
  assert lists.get(blind, "mask") == [1]
