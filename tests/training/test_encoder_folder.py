"""What is read of an encoder's folder without the libraries of the extra."""

import json
import subprocess
import sys

import pytest

from clp_tfx.errors import InputError
from clp_tfx.training.encoder_folder import EncoderFolder

from .encoder_folders import PIECES, write_configuration


def test_a_folder_of_hugging_face(tmp_path):
  folder = EncoderFolder.read(write_configuration(tmp_path))
  assert folder.sizes == {
    "vocabulary_size": 20,
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 8,
    "intermediate_dim": 12,
    "max_sequence_length": 16,
    "num_segments": 2,
  }
  assert folder.vocabulary == PIECES
  assert (folder.lowercase, folder.strip_accents) == (True, True)
  assert (folder.dropout, folder.weights) == (0.1, "model.safetensors")


@pytest.mark.parametrize(
  ("tokenizer", "lowercase", "strip_accents"),
  [
    ({"do_lower_case": False}, False, False),
    ({"do_lower_case": True, "strip_accents": None}, True, True),
    ({"do_lower_case": True, "strip_accents": False}, True, False),
    ({"do_lower_case": False, "strip_accents": True}, False, True),
  ],
)
def test_the_tokenizer_is_configured_as_transformers_has_it(
  tmp_path, tokenizer, lowercase, strip_accents
):
  folder = EncoderFolder.read(write_configuration(tmp_path, tokenizer=tokenizer))
  assert (folder.lowercase, folder.strip_accents) == (lowercase, strip_accents)


def test_a_preset_of_keras_hub(tmp_path):
  write_configuration(tmp_path)
  sizes = EncoderFolder.read(str(tmp_path)).sizes
  config = {"module": "evil", "class_name": "BertBackbone", "config": {**sizes}}
  (tmp_path / "config.json").write_text(json.dumps(config))
  tokenizer = {"class_name": "BertTokenizer", "config": {"lowercase": True}}
  (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
  (tmp_path / "assets/tokenizer").mkdir(parents=True)
  (tmp_path / "vocab.txt").rename(tmp_path / "assets/tokenizer/vocabulary.txt")
  folder = EncoderFolder.read(str(tmp_path))
  assert folder.sizes == sizes
  assert folder.vocabulary == PIECES
  assert (folder.lowercase, folder.strip_accents) == (True, False)
  assert folder.is_of_keras_hub
  config["class_name"] = "GemmaBackbone"
  (tmp_path / "config.json").write_text(json.dumps(config))
  with pytest.raises(InputError, match="a GemmaBackbone, not a BertBackbone"):
    EncoderFolder.read(str(tmp_path))


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"model_type": "electra"}, "model_type 'electra', not 'bert' or 'roberta'"),
    ({"model_type": None}, "model_type None, not 'bert'"),
    ({"hidden_act": "relu"}, "hidden_act 'relu', not 'gelu'"),
    ({"layer_norm_eps": 1e-5}, "layer_norm_eps 1e-05, not 1e-12"),
    ({"position_embedding_type": "relative_key"}, "not 'absolute'"),
    ({"hidden_size": "8"}, "'8' as hidden_size in its config.json"),
    ({"num_hidden_layers": 0}, "0 as num_hidden_layers"),
    ({"num_hidden_layers": 10**9}, "1000000000 as num_hidden_layers"),
    ({"num_hidden_layers": True}, "True as num_hidden_layers"),
    (
      {"vocab_size": 3},
      "a vocabulary of 17 pieces .*, not of at most 3",
    ),
    ({"hidden_dropout_prob": 1}, "a dropout of 1"),
    ({"pieces": ["[PAD]", "[UNK]", "[SEP]"]}, r"a vocabulary without \[CLS\]"),
    ({"pieces": ["a", *PIECES]}, "pieces that begins with 'a'"),
  ],
)
def test_other_encoders_are_refused(tmp_path, changes, message):
  path = write_configuration(tmp_path, **changes)
  with pytest.raises(InputError, match=message):
    EncoderFolder.read(path)


@pytest.mark.parametrize(
  ("name", "content", "message"),
  [
    ("config.json", None, "no readable config.json"),
    ("config.json", b"{", "a config.json that is no JSON"),
    ("config.json", b"[]", "a config.json that is no mapping"),
    ("vocab.txt", None, "no readable vocab.txt"),
    ("vocab.txt", b"\xff", "a vocab.txt that is not UTF-8"),
  ],
)
def test_files_that_are_missing_or_damaged_are_named(tmp_path, name, content, message):
  path = write_configuration(tmp_path)
  if content is None:
    (tmp_path / name).unlink()
  else:
    (tmp_path / name).write_bytes(content)
  with pytest.raises(InputError, match=message):
    EncoderFolder.read(path)


@pytest.mark.parametrize("place", ["odd[1]?*", "memory"])
def test_any_name_and_any_file_system(tmp_path, memory_files, place):
  here = write_configuration(tmp_path / place)
  (tmp_path / place / "model.safetensors").write_bytes(b"x")
  path = here
  if place == "memory":
    path = "memory://b/encoder"
    for file in (tmp_path / place).iterdir():
      memory_files[f"{path}/{file.name}"] = file.read_bytes()
  found = EncoderFolder.read(path)
  assert found.vocabulary == PIECES
  assert found.digest() == EncoderFolder.read(here).digest()


def test_digests_go_by_contents(tmp_path):
  for name in ("a", "b"):
    write_configuration(tmp_path / name)
    (tmp_path / name / "model.safetensors").write_bytes(b"x")
  a, b = (EncoderFolder.read(str(tmp_path / name)) for name in ("a", "b"))
  assert a.digest() == b.digest()
  (tmp_path / "b" / "model.safetensors").write_bytes(b"y")
  assert a.digest() != b.digest()
  assert a.tokenizer_digest() == b.tokenizer_digest()
  (tmp_path / "b" / "vocab.txt").write_text("\n".join([*PIECES, "new"]))
  changed = EncoderFolder.read(str(tmp_path / "b"))
  assert changed.tokenizer_digest() != a.tokenizer_digest()


def test_without_the_extra_a_run_ends_with_a_sentence_before_it_begins(tmp_path):
  path = write_configuration(tmp_path / "encoder")
  (tmp_path / "encoder" / "model.safetensors").write_bytes(b"x")
  (tmp_path / "comments.csv").write_text("comment_text,toxicity\na,1\n")
  code = (
    "import sys; sys.modules['tensorflow_text'] = None  # importing it now fails\n"
    "from clp_tfx.cli import main; main()"
  )
  options = {"--model-fn": "encoder", "--encoder": path}
  options |= {"--comments": tmp_path / "comments.csv", "--output": tmp_path / "out"}
  arguments = [str(part) for pair in options.items() for part in pair]
  done = subprocess.run(
    [sys.executable, "-c", code, "run", *arguments],
    capture_output=True,
    text=True,
    check=False,
  )
  assert done.returncode == 2, done.stderr
  assert "pip install 'clp-tfx[encoder]'" in done.stderr
  assert "Traceback" not in done.stderr
