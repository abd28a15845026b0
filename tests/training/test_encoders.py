"""The classifier on a pretrained encoder; needs the extra `encoder`."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.keras.outputs import scores_as_in_serving
from clp_tfx.modules import encoder_tokens, frozen_encoder, model_inputs
from clp_tfx.training.batches import read_batches
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.encoders import backbone_of, encoded, encoder
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import fit
from clp_tfx.training.start import starting_classifier

from .encoder_folders import CONFIG, PIECES, first_names, hidden, tensors, write
from .transformed import ROWS, transform

keras_hub = pytest.importorskip(
  "keras_hub", reason="Needs pip install 'clp-tfx[encoder]'."
)

TOKENS_MADE = SimpleNamespace(transformed_feature_spec=dict)
ENCODED = SimpleNamespace(transformed_feature_spec=lambda: {features.EMBEDDING: None})
ID = {piece: i for i, piece in enumerate(PIECES)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return write(tmp_path_factory.mktemp("encoders") / "hugging_face")


def sequences(backbone, *texts):
  """Returns the outputs of a batch of texts, given as ids."""
  longest = max(map(len, texts))
  ids = np.array([[*text, *(longest - len(text)) * [0]] for text in texts])
  mask = (ids != 0).astype(int)
  inputs = {"token_ids": ids, "segment_ids": 0 * ids, "padding_mask": mask}
  return keras.ops.convert_to_numpy(backbone(inputs)["sequence_output"])


def test_every_weight_is_where_it_belongs(folder):
  backbone = backbone_of(EncoderFolder.read(folder))
  long, short = [2, 5, 6, 10, 3], [2, 12, 3]
  found = sequences(backbone, long, short)
  np.testing.assert_allclose(found[0], hidden(tensors(), long), atol=1e-5)
  np.testing.assert_allclose(found[1, :3], hidden(tensors(), short), atol=1e-5)


def test_all_layouts_give_the_same(folder, tmp_path):
  backbone = backbone_of(EncoderFolder.read(folder))
  expected = backbone.get_weights()
  first = write(tmp_path / "first", first_names(tensors()))
  backbone.save_to_preset(str(tmp_path / "hub"))
  tokenizer = keras_hub.tokenizers.BertTokenizer(PIECES, lowercase=True)
  tokenizer.save_to_preset(str(tmp_path / "hub"))
  pooler = [weight.path for weight in backbone.weights].index("pooled_dense/kernel")
  for path in (first, str(tmp_path / "hub")):
    read = EncoderFolder.read(path)
    assert read.vocabulary == PIECES
    assert read.lowercase
    found = backbone_of(read).get_weights()
    for i, (value, other) in enumerate(zip(found, expected, strict=True)):
      if i not in (pooler, pooler + 1):  # Its output is not used.
        np.testing.assert_array_equal(value, other)


def test_weights_that_do_not_fit_are_refused(tmp_path):
  weights = tensors()
  del weights["encoder.layer.1.output.dense.weight"]
  path = write(tmp_path / "less", weights)
  with pytest.raises(InputError, match="to hold the weights of the encoder that its"):
    backbone_of(EncoderFolder.read(path))
  (tmp_path / "less" / "model.safetensors").write_bytes(b"damaged")
  with pytest.raises(InputError, match="but it cannot be read"):
    backbone_of(EncoderFolder.read(path))


@pytest.mark.parametrize(
  ("text", "pieces"),
  [
    ("A GAY bar, a day", "a gay bar , a day"),
    ("", ""),
    ("Cafés", "cafe ##s"),
    ("he\u00a0and\u2003she\x00\u200b\tand", "he and she and"),
    ("Straße", "straße"),
    ("[SEP] a", "[UNK] [UNK] [UNK] a"),
    (b"a \xff bar", "a bar"),
    ("a " * 30, "a " * 6),  # The maximum, 8, with both ends.
  ],
)
def test_texts_are_cut_as_bert_cuts_them(folder, text, pieces):
  config = {"encoder": folder, "max_tokens": 8}
  (found,) = encoder_tokens.token_ids(tf.constant([text]), config).to_list()
  assert [PIECES[i] for i in found] == ["[CLS]", *pieces.split(), "[SEP]"]


def test_case_and_accents_stay_where_the_encoder_has_them(tmp_path):
  path = write(tmp_path, pieces=[*PIECES, "Café"], tokenizer={"do_lower_case": False})
  config = {"encoder": path, "max_tokens": 8}
  (found,) = encoder_tokens.token_ids(tf.constant(["Café A"]), config).to_list()
  assert found == [2, len(PIECES), 1, 3]


def hparams_of(folder, **more):
  return HParams(model_fn="encoder", encoder=folder, max_tokens=8, **more)


@pytest.mark.parametrize("trained", [None, 1])
def test_pairs_are_scored_once_without_dropout(folder, tmp_path, trained):
  options = {"encoder_layers_trained": trained}
  without = write(tmp_path / "encoder", hidden_dropout_prob=0.0)
  model = encoder(hparams_of(without, **options), TOKENS_MADE)
  assert scores_as_in_serving(model)
  tokens = np.array([[2, 5, 6, 3], [2, 7, 3, 0]])
  np.testing.assert_array_equal(
    model(tokens, training=True), model(tokens, training=False)
  )
  with_dropout = encoder(hparams_of(folder, **options), TOKENS_MADE)
  assert not scores_as_in_serving(with_dropout)


@pytest.mark.parametrize(
  ("trained", "layers"),
  [
    (None, {"token_embedding", "transformer_layer_0", "transformer_layer_1"}),
    (2, {"transformer_layer_0", "transformer_layer_1"}),
    (1, {"transformer_layer_1"}),
    (0, set()),
  ],
)
def test_the_last_layers_are_trained(folder, trained, layers):
  model = encoder(hparams_of(folder, encoder_layers_trained=trained), TOKENS_MADE)
  paths = {weight.path.split("/")[0] for weight in model.trainable_weights}
  others = {"position_embedding", "segment_embedding", "embeddings_layer_norm", "dense"}
  assert {path for path in paths if not path.startswith("dense")} - others == layers
  assert ("segment_embedding" in paths) == (trained is None)
  assert "pooled_dense" not in paths


def test_what_was_frozen_stays_so_in_a_base_model(folder, tmp_path):
  file = str(tmp_path / "classifier.keras")
  hparams = hparams_of(folder, encoder_layers_trained=1)
  save_classifier(encoder(hparams, TOKENS_MADE), None, file)
  path, _ = transform(ROWS, tmp_path)  # Any preprocessing with token ids.
  counts = {}
  for trained in (0, 1, None):
    options = {"encoder_layers_trained": trained, "base_model": file}
    model = starting_classifier(
      hparams_of(folder, **options), tft.TFTransformOutput(path)
    )
    counts[trained] = len(model.trainable_weights)
  # A layer has 16 weights, the embeddings and their normalisation 5, the head 2.
  assert counts == {0: 2, 1: 18, None: 39}


def test_the_score_is_linear_in_the_mean_over_tokens(folder):
  model = encoder(hparams_of(folder), TOKENS_MADE)
  kernel = np.linspace(-1, 1, CONFIG["hidden_size"])[:, None].astype("float32")
  model.layers[-1].set_weights([kernel, np.array([0.5], "float32")])
  text = [2, ID["gay"], 3]
  expected = hidden(tensors(), text).mean(axis=0) @ kernel + 0.5
  # Longer texts in the batch change nothing.
  batch = np.array([[*text, 0, 0], [2, 5, 6, 7, 3]])
  found = keras.ops.convert_to_numpy(model(batch))
  np.testing.assert_allclose(found[0], expected, atol=1e-5)


def test_more_than_the_encoder_has_is_refused(folder):
  with pytest.raises(InputError, match="at most 2, the layers"):
    encoder(hparams_of(folder, encoder_layers_trained=3), TOKENS_MADE)
  with pytest.raises(InputError, match="at most 16, the positions"):
    encoder(HParams(model_fn="encoder", encoder=folder), TOKENS_MADE)


def test_texts_are_encoded_by_transform_whatever_their_lengths_and_number(
  folder, tmp_path
):
  # More than are encoded at a time, and the longest first.
  texts = ["a gay bar and a day", *("a " * (i % 4) + "fine" for i in range(70))]
  rows = [(text, ["he and she"] * (i % 3), 0.0, 1.0) for i, text in enumerate(texts)]
  output, file = made(folder, tmp_path, frozen_encoder.embeddings, rows)
  spec = output.transformed_feature_spec()
  assert set(spec) == {
    *(features.EMBEDDING, features.counterfactual_input(features.EMBEDDING)),
    *(features.LABEL, features.LABEL_WEIGHT),
  }
  ((found, *_),) = read_batches([file], spec, batch_size=len(rows))

  def expected(text):
    return hidden(tensors(), [2, *(ID[x] for x in text.split()), 3]).mean(axis=0)

  for name, wanted in (
    ("original", texts),
    ("counterfactual", ["he and she"] * len(found.original_row)),
  ):
    np.testing.assert_allclose(
      getattr(found, name)[features.EMBEDDING],
      [expected(text) for text in wanted],
      atol=1e-5,
    )


def made(folder, path, function, rows=ROWS):
  config = {
    "text_feature": "comment_text",
    "inputs_fn": f"{function.__module__}.{function.__name__}",
    "preprocessing": {"encoder": folder, "max_tokens": 8},
  }
  output, file = transform(rows, path, config, model_inputs.preprocessing_fn)
  return tft.TFTransformOutput(output), file


# All have three words, so that no batch depends on their lengths.
EVEN = [
  ("a gay bar", [b"a fine bar"], 1.0, 1.0),
  ("he and she", [b"she and he", b"he and he"], 0.0, 1.0),
  ("a fine day", [], 0.0, 1.0),
  ("gay and fine", [b"he and fine"], 0.0, 1.0),
  ("bar , bar", [], 1.0, 1.0),
]


@pytest.mark.e2e
def test_training_on_encoded_texts_gives_the_same_figures(tmp_path):
  """The encoder in the model, once per epoch, against the encoder in Transform."""
  # No dropout, whose seeds depend on the number of layers.
  folder = write(tmp_path / "encoder", hidden_dropout_prob=0.0)
  histories, heads = [], []
  for function, spec in (
    (encoder_tokens.token_ids, TOKENS_MADE),
    (frozen_encoder.embeddings, ENCODED),
  ):
    path = tmp_path / function.__name__
    output, file = made(folder, path, function, EVEN)
    options = {"encoder_layers_trained": 0, "epochs": 3, "batch_size": 2}
    hparams = hparams_of(folder, learning_rate=0.05, **options)
    model = encoder(hparams, spec)
    model.layers[-1].set_weights(
      [np.linspace(-1, 1, CONFIG["hidden_size"])[:, None], np.array([0.5])]
    )
    save_classifier(model, None, str(path / "start.keras"))
    hparams = dataclasses.replace(hparams, base_model=str(path / "start.keras"))
    trained = fit([file], [file], hparams, output)
    histories.append([list(row.values()) for row in trained.history])
    heads.append(np.concatenate(trained.classifier.layers[-1].get_weights(), None))
  np.testing.assert_allclose(*histories, rtol=1e-4)
  np.testing.assert_allclose(*heads, rtol=1e-4)
  assert histories[0][0] != histories[0][-1]


@pytest.mark.e2e
@pytest.mark.parametrize(
  ("trained", "function"),
  [(None, encoder_tokens.token_ids), (0, frozen_encoder.embeddings)],
)
def test_trained_saved_and_exported(folder, trained, function, tmp_path):
  output, file = made(folder, tmp_path, function)
  hparams = hparams_of(
    folder,
    encoder_layers_trained=trained,
    learning_rate=0.01,
    epochs=3,
    batch_size=2,
  )
  classifier, history = fit([file], [file], hparams, output)
  assert history[0]["val_counterfactual_loss"] > 0
  texts = tf.constant([row[0] for row in ROWS])
  config = {"encoder": folder, "max_tokens": 8}
  inputs = encoder_tokens.token_ids(texts, config).to_tensor()
  before = backbone_of(EncoderFolder.read(folder))
  if trained is None:
    backbone = next(x for x in classifier.layers if x.name.startswith("bert"))
    assert not np.array_equal(backbone.get_weights()[0], before.get_weights()[0])
  else:
    inputs = {features.EMBEDDING: encoded(before, inputs)}
  export(classifier, output, "comment_text", str(tmp_path / "model"))
  score = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  found = score(texts)["scores"].numpy()
  expected = tf.sigmoid(classifier(inputs, training=False)).numpy()
  np.testing.assert_allclose(found, expected, atol=1e-6)
  save_classifier(classifier, None, str(tmp_path / "classifier.keras"))
  loaded = load_classifier(str(tmp_path / "classifier.keras"), None)
  np.testing.assert_allclose(
    keras.ops.convert_to_numpy(loaded(inputs)),
    keras.ops.convert_to_numpy(classifier(inputs)),
    atol=1e-6,
  )
