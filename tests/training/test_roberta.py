"""Encoders of the RoBERTa family; needs the extra `encoder`."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.modules import encoder_tokens, frozen_encoder, model_inputs
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.encoders import backbone_of, encoded, encoder
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import load_classifier, save_classifier
from clp_tfx.training.loop import fit

from .encoder_folders import CONFIG, hidden, tensors
from .transformed import ROWS, transform

keras_hub = pytest.importorskip(
  "keras_hub", reason="Needs pip install 'clp-tfx[encoder]'."
)

MERGES = ["Ġ g", "Ġg a", "Ġga y", "a y", "Ġ d", "Ġd ay", "h e", "Ġ a"]
# Bytes that stand for themselves, two of an é, and the space.
BYTES = [*"AGY,.abdefghinrsty<>/!", "Ã", "©", "Ġ"]
PIECES = [
  *("<s>", "<pad>", "</s>", "<unk>", *BYTES),
  *(merge.replace(" ", "") for merge in MERGES),
  "<mask>",
]
ID = {piece: i for i, piece in enumerate(PIECES)}
ROBERTA = {
  **CONFIG,
  "model_type": "roberta",
  "vocab_size": len(PIECES),
  "type_vocab_size": 1,
  "layer_norm_eps": 1e-5,
  "pad_token_id": 1,
}


def weights_of(prefix=""):
  found = tensors(len(PIECES), seed=3)
  name = "embeddings.token_type_embeddings.weight"
  found[name] = found[name][:1]
  named = {prefix + key: value for key, value in found.items()}
  if prefix:
    named["lm_head.bias"] = np.ones([3], np.float32)
  return named


def write_roberta(folder, weights=None, vocabulary=None, merges=MERGES, **changes):
  from safetensors.numpy import save_file

  folder.mkdir(parents=True, exist_ok=True)
  save_file(weights or weights_of(), folder / "model.safetensors")
  (folder / "config.json").write_text(json.dumps({**ROBERTA, **changes}))
  (folder / "vocab.json").write_text(json.dumps(vocabulary or ID))
  (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
  return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return write_roberta(tmp_path_factory.mktemp("encoders") / "roberta")


def gelu(x):
  return x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def expected(ids):
  """Returns the mean over a text's tokens of what RoBERTa computes for it."""
  return hidden(weights_of(), ids, gelu, 1e-5, first_position=2).mean(axis=0)


TEXT, SHORT = [0, ID["Ġgay"], ID["a"], ID["he"], 2], [0, ID["Ġday"], 2]


@pytest.mark.parametrize("prefix", ["", "roberta."])
@pytest.mark.parametrize("padding", [0, 1])
def test_every_weight_is_where_it_belongs(tmp_path, prefix, padding):
  path = write_roberta(tmp_path, weights_of(prefix))
  batch = np.array([TEXT, [*SHORT, padding, padding]])
  found = encoded(backbone_of(EncoderFolder.read(path)), batch)
  np.testing.assert_allclose(found, [expected(TEXT), expected(SHORT)], atol=1e-4)


def test_a_preset_of_keras_hub_gives_the_same(folder, tmp_path):
  backbone = backbone_of(EncoderFolder.read(folder))
  backbone.save_to_preset(str(tmp_path))
  tokenizer = keras_hub.tokenizers.RobertaTokenizer(ID, MERGES)
  tokenizer.save_to_preset(str(tmp_path))
  preset = EncoderFolder.read(str(tmp_path))
  here = EncoderFolder.read(folder)
  assert preset.is_of_keras_hub
  assert (preset.sizes, preset.vocabulary) == (here.sizes, here.vocabulary)
  assert preset.merges == here.merges == tuple(MERGES)
  assert preset.tokenizer_digest() == here.tokenizer_digest()
  found = backbone_of(preset).get_weights()
  for value, other in zip(found, backbone.get_weights(), strict=True):
    np.testing.assert_array_equal(value, other)


@pytest.mark.parametrize(
  ("text", "pieces"),
  [
    ("a gay day", "a Ġgay Ġday"),
    ("he, a GAY bar!", "he , Ġa Ġ G A Y Ġ b a r !"),
    ("fé", "f Ã ©"),
    ("k", "<unk>"),
    ("", ""),
    ("a  day", "a Ġ Ġday"),
    ("</s>", "</ s >"),  # No end of a text.
    ("a " * 30, "a Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa Ġa"),  # 16, with both ends.
  ],
)
def test_texts_are_cut_into_byte_pairs(tmp_path, text, pieces):
  vocabulary = {**ID, "</": len(ID)}
  merges = [*MERGES, "< /"]
  path = write_roberta(tmp_path, None, vocabulary, merges, vocab_size=len(vocabulary))
  config = {"encoder": path, "max_tokens": 16}
  (found,) = encoder_tokens.token_ids(tf.constant([text]), config).to_list()
  names = [*PIECES, "</"]
  assert [names[i] for i in found] == ["<s>", *pieces.split(), "</s>"]
  # KerasHub's releases leave out what no piece covers, or give it the id -1.
  if text not in ("</s>", "k"):
    theirs = keras_hub.tokenizers.RobertaTokenizer(vocabulary, merges)([text])[0]
    assert found[1:-1] == np.array(theirs, int).tolist()[:14]


def test_bytes_that_are_no_utf_8_do_not_stop_a_run(folder):
  config = {"encoder": folder, "max_tokens": 16}
  (found,) = encoder_tokens.token_ids(tf.constant([b"a \xff"]), config).to_list()
  assert (found[:2], found[-1]) == ([0, ID["a"]], 2)


def test_a_space_before_the_first_word(folder, tmp_path):
  path = write_roberta(tmp_path)
  (tmp_path / "tokenizer_config.json").write_text('{"add_prefix_space": true}')
  config = {"encoder": path, "max_tokens": 8}
  (found,) = encoder_tokens.token_ids(tf.constant(["gay"]), config).to_list()
  assert found == [0, ID["Ġgay"], 2]
  digests = {EncoderFolder.read(each).tokenizer_digest() for each in (path, folder)}
  assert len(digests) == 2


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"model_type": "xlm-roberta"}, "model_type 'xlm-roberta', not 'bert' or 'rob"),
    ({"layer_norm_eps": 1e-12}, "layer_norm_eps 1e-12, not 1e-05"),
    ({"pad_token_id": 0}, "pad_token_id 0, not 1"),
    ({"max_position_embeddings": 2}, "without positions"),
    ({"vocab_size": 9}, "not of at most 9 that begins with '<s>', '<pad>', '</s>'"),
    ({"vocabulary": {"<s>": 1}}, "a vocab.json whose ids are not 0, 1, 2"),
    ({"vocabulary": {"<s>": 0}}, "a vocabulary without <pad>, </s>, <unk>, <mask>"),
    ({"merges": ["a b c"]}, "a merges.txt whose lines are not two pieces"),
  ],
)
def test_others_are_refused(tmp_path, changes, message):
  path = write_roberta(tmp_path, **changes)
  with pytest.raises(InputError, match=message):
    EncoderFolder.read(path)


def test_weights_that_do_not_fit_are_refused(tmp_path):
  weights = weights_of()
  del weights["encoder.layer.1.output.dense.weight"]
  path = write_roberta(tmp_path, weights)
  with pytest.raises(InputError, match="to hold the weights of the encoder that its"):
    backbone_of(EncoderFolder.read(path))


def made(folder, path, function):
  config = {
    "text_feature": "comment_text",
    "inputs_fn": f"{function.__module__}.{function.__name__}",
    "preprocessing": {"encoder": folder, "max_tokens": 8},
  }
  output, file = transform(ROWS, path, config, model_inputs.preprocessing_fn)
  return tft.TFTransformOutput(output), file


@pytest.mark.e2e
@pytest.mark.parametrize(
  ("trained", "function"),
  [(1, encoder_tokens.token_ids), (0, frozen_encoder.embeddings)],
)
def test_trained_saved_and_exported(folder, trained, function, tmp_path):
  output, file = made(folder, tmp_path, function)
  hparams = HParams(
    model_fn="encoder",
    encoder=folder,
    max_tokens=8,
    encoder_layers_trained=trained,
    learning_rate=0.01,
    epochs=2,
    batch_size=2,
  )
  classifier, history = fit([file], [file], hparams, output)
  assert history[0]["val_counterfactual_loss"] > 0
  texts = tf.constant([row[0] for row in ROWS])
  inputs = encoder_tokens.token_ids(texts, {"encoder": folder, "max_tokens": 8})
  inputs = inputs.to_tensor()
  if not trained:
    embedding = encoded(backbone_of(EncoderFolder.read(folder)), inputs)
    inputs = {features.EMBEDDING: embedding}
  export(classifier, output, "comment_text", str(tmp_path / "model"))
  score = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_text"]
  scores = tf.sigmoid(classifier(inputs, training=False))
  np.testing.assert_allclose(score(texts)["scores"], scores, atol=1e-6)
  save_classifier(classifier, None, str(tmp_path / "classifier.keras"))
  loaded = load_classifier(str(tmp_path / "classifier.keras"), None)
  np.testing.assert_allclose(loaded(inputs), classifier(inputs), atol=1e-6)


def test_the_last_layers_are_trained(folder):
  hparams = HParams(
    model_fn="encoder", encoder=folder, max_tokens=8, encoder_layers_trained=1
  )
  model = encoder(hparams, SimpleNamespace(transformed_feature_spec=dict))
  paths = [weight.path for weight in model.trainable_weights]
  # A layer has 16 weights, the head 2.
  assert len(paths) == 18
  assert sum("transformer_layer_1" in path for path in paths) == 16
