import zipfile

import keras
import numpy as np
import pytest

from clp_tfx.errors import InputError
from clp_tfx.training.classifiers import build_function
from clp_tfx.training.hparams import SMALL_MODELS, HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier

OLD, NEW = [b"gay", b"day", b"bad"], [b"bad", b"new", b"gay", b"other"]


class Vocabulary:
  """The part of a transform output that building a model needs."""

  def vocabulary_size_by_name(self, name):
    assert name == "tokens"
    return len(OLD)


@pytest.fixture(scope="module", params=SMALL_MODELS)
def classifier(request):
  hparams = HParams(model_fn=request.param)
  return build_function(hparams)(hparams, Vocabulary())


def scores(classifier, *texts):
  return keras.ops.convert_to_numpy(classifier(np.array(texts)))


def test_a_file_gives_the_same_scores(classifier, tmp_path):
  path = str(tmp_path / "new" / "classifier.keras")
  save_classifier(classifier, OLD, path)
  loaded = load_classifier(path, OLD)
  texts = [1, 2, 0], [3, 4, 4]
  np.testing.assert_array_equal(scores(loaded, *texts), scores(classifier, *texts))
  by_keras = keras.saving.load_model(path)
  np.testing.assert_array_equal(scores(by_keras, *texts), scores(classifier, *texts))
  assert [file.name for file in (tmp_path / "new").iterdir()] == ["classifier.keras"]


def test_a_file_of_any_file_system_gives_the_same_scores(classifier, memory_files):
  path = "memory://b/classifier.keras"
  save_classifier(classifier, OLD, path)
  loaded = load_classifier(path, OLD)
  texts = [1, 2, 0], [3, 4, 4]
  np.testing.assert_array_equal(scores(loaded, *texts), scores(classifier, *texts))
  assert set(memory_files) == {path}


def test_words_keep_their_embeddings_in_another_vocabulary(classifier, tmp_path):
  path = str(tmp_path / "classifier.keras")
  save_classifier(classifier, OLD, path)
  loaded = load_classifier(path, NEW)
  # gay, bad, padding and out of vocabulary: now 1, 3, 0 and 4, before 3, 1, 0 and 5.
  np.testing.assert_array_equal(
    scores(loaded, [3, 1, 5, 0]), scores(classifier, [1, 3, 4, 0])
  )
  embeddings = (
    next(x for x in model.layers if isinstance(x, keras.layers.Embedding))
    for model in (loaded, classifier)
  )
  assert [layer.input_dim for layer in embeddings] == [6, 5]


def test_words_keep_their_embeddings_in_another_vocabulary_of_the_same_size(
  classifier, tmp_path
):
  path = str(tmp_path / "classifier.keras")
  save_classifier(classifier, OLD, path)
  loaded = load_classifier(path, [b"bad", b"new", b"gay"])
  # gay, bad, padding and out of vocabulary: now 3, 1, 0 and 4, before 1, 3, 0 and 4.
  np.testing.assert_array_equal(
    scores(loaded, [3, 1, 4, 0]), scores(classifier, [1, 3, 4, 0])
  )
  # The new word has a row of its own, not that of day.
  assert (scores(loaded, [2, 2, 2, 2]) != scores(classifier, [2, 2, 2, 2])).all()


def of_texts(encoder):
  tokens = keras.Input([None], dtype="int32")
  return keras.Model(tokens, keras.layers.Dense(1)(encoder(tokens)))


@pytest.mark.parametrize("words", [[b"bad", b"new", b"gay"], NEW])
def test_words_keep_their_embeddings_in_an_inner_model(tmp_path, words):
  tokens = keras.Input([None], dtype="int32")
  x = keras.layers.Embedding(5, 2)(tokens)
  inner = keras.Model(tokens, keras.layers.GlobalAveragePooling1D()(x))
  model = of_texts(inner)
  save_classifier(model, OLD, str(tmp_path / "inner.keras"))
  loaded = load_classifier(str(tmp_path / "inner.keras"), words)
  # gay: now 3, before 1.
  np.testing.assert_array_equal(scores(loaded, [3]), scores(model, [1]))


def test_without_rows_of_words_another_vocabulary_is_refused(tmp_path):
  model = of_texts(keras.layers.CategoryEncoding(5, output_mode="multi_hot"))
  save_classifier(model, OLD, str(tmp_path / "hot.keras"))
  with pytest.raises(InputError, match="an Embedding of 5 rows"):
    load_classifier(str(tmp_path / "hot.keras"), [b"bad", b"new", b"gay"])


def test_a_file_from_elsewhere_is_of_this_vocabulary(tmp_path):
  tokens = keras.Input([None], dtype="int32")
  x = keras.ops.mean(keras.layers.Embedding(5, 2)(tokens), axis=1)
  model = keras.Model(tokens, keras.layers.Dense(1)(x))
  model.save(tmp_path / "mine.keras")
  loaded = load_classifier(str(tmp_path / "mine.keras"), NEW)
  np.testing.assert_array_equal(scores(loaded, [1, 2]), scores(model, [1, 2]))


def test_lambdas_are_refused(tmp_path):
  tokens = keras.Input([1])
  doubled = keras.layers.Lambda(lambda x: x * 2)(tokens)
  keras.Model(tokens, doubled).save(tmp_path / "lambda.keras")
  with pytest.raises(InputError, match="(?i)lambda"):
    load_classifier(str(tmp_path / "lambda.keras"), OLD)


@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_what_is_no_keras_file_is_refused(tmp_path, content):
  path = tmp_path / "other.keras"
  if content is not None:
    path.write_bytes(content)
  with pytest.raises(InputError, match="cannot be read") as error:
    load_classifier(str(path), OLD)
  assert str(path) in str(error.value)


def test_a_zip_of_something_else_is_refused(tmp_path):
  with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
    archive.writestr("vocabulary.txt", "a")
  with pytest.raises(InputError, match="cannot be read"):
    load_classifier(str(tmp_path / "other.keras"), OLD)


def test_a_model_with_other_outputs_is_refused(tmp_path):
  tokens = keras.Input([2])
  keras.Model(tokens, keras.layers.Dense(3)(tokens)).save(tmp_path / "three.keras")
  with pytest.raises(InputError, match="one logit per text"):
    load_classifier(str(tmp_path / "three.keras"), OLD)
