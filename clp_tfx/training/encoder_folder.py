"""A pretrained encoder in a folder: its size, vocabulary and files.

Two layouts are read. Hugging Face's has config.json, vocab.txt, model.safetensors and
usually tokenizer_config.json; sentence-transformers' folders are such. KerasHub's
presets have config.json, model.weights.h5, tokenizer.json and
assets/tokenizer/vocabulary.txt.
Nothing in a folder names code that is run.
"""

import hashlib
import json
from typing import Any, NamedTuple

from clp_tfx.errors import InputError
from clp_tfx.files import open_file

_KERAS_HUB = {
  "vocabulary_size": "vocabulary_size",
  "num_layers": "num_layers",
  "num_heads": "num_heads",
  "hidden_dim": "hidden_dim",
  "intermediate_dim": "intermediate_dim",
  "max_sequence_length": "max_sequence_length",
  "num_segments": "num_segments",
}
_HUGGING_FACE = {
  "vocabulary_size": "vocab_size",
  "num_layers": "num_hidden_layers",
  "num_heads": "num_attention_heads",
  "hidden_dim": "hidden_size",
  "intermediate_dim": "intermediate_size",
  "max_sequence_length": "max_position_embeddings",
  "num_segments": "type_vocab_size",
}
# What KerasHub's BertBackbone computes, and has no option for.
_FIXED = {
  "model_type": ("bert",),
  "hidden_act": ("gelu", "gelu_new"),
  "layer_norm_eps": (1e-12,),
  "position_embedding_type": ("absolute",),
}
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_CHUNK = 1 << 20


class EncoderFolder(NamedTuple):
  """An encoder of the BERT family.

  Attributes:
    path: Its folder.
    sizes: The arguments of KerasHub's `BertBackbone`, except for dropout.
    dropout: Share of the hidden units that are dropped in training.
    vocabulary: Word pieces; piece i has token id i.
    lowercase: Whether texts are lower-cased before they are cut into pieces.
    strip_accents: Whether their accents are removed.
    weights: Name of the file with the weights.
  """

  path: str
  sizes: dict[str, int]
  dropout: float
  vocabulary: list[str]
  lowercase: bool
  strip_accents: bool
  weights: str

  @property
  def is_of_keras_hub(self) -> bool:
    """Whether the folder is a preset of KerasHub."""
    return self.weights.endswith(".h5")

  @classmethod
  def read(cls, path: str) -> "EncoderFolder":
    """Reads a local or remote folder.

    Raises:
      InputError: If it is no folder of an encoder of the BERT family.
    """
    config = _json(path, "config.json")
    if "class_name" in config:
      return cls._of_keras_hub(path, config)
    for name, values in _FIXED.items():
      if config.get(name, values[0]) not in values or "model_type" not in config:
        raise _error(path, f"{name} {config.get(name)!r}, not {values[0]!r}")
    tokenizer = _json(path, "tokenizer_config.json", required=False)
    lowercase = tokenizer.get("do_lower_case", True) is not False
    strip_accents = tokenizer.get("strip_accents")
    return cls(
      path,
      _sizes(path, config, _HUGGING_FACE),
      _share(path, config.get("hidden_dropout_prob", 0.1)),
      _vocabulary(path, "vocab.txt"),
      lowercase,
      lowercase if strip_accents is None else bool(strip_accents),
      "model.safetensors",
    )._checked()

  @classmethod
  def _of_keras_hub(cls, path: str, config: dict[str, Any]) -> "EncoderFolder":
    tokenizer = _json(path, "tokenizer.json").get("config")
    values = config.get("config")
    if config["class_name"] != "BertBackbone" or not isinstance(values, dict):
      raise _error(path, f"a {config['class_name']}, not a BertBackbone")
    options = tokenizer if isinstance(tokenizer, dict) else {}
    return cls(
      path,
      _sizes(path, values, _KERAS_HUB),
      _share(path, values.get("dropout", 0.1)),
      _vocabulary(path, "assets/tokenizer/vocabulary.txt"),
      options.get("lowercase") is True,
      options.get("strip_accents") is True,
      "model.weights.h5",
    )._checked()

  def _checked(self) -> "EncoderFolder":
    words = self.vocabulary
    if missing := [piece for piece in _SPECIAL if piece not in words]:
      raise _error(self.path, f"a vocabulary without {', '.join(missing)}")
    # The model takes id 0 for padding, as in every published BERT.
    if words.index("[PAD]") or len(words) > self.sizes["vocabulary_size"]:
      raise _error(
        self.path,
        f"a vocabulary of {len(words)} pieces that begins with {words[0]!r}, not of "
        f"at most {self.sizes['vocabulary_size']} that begins with '[PAD]'",
      )
    return self

  def check_positions(self, max_tokens: int) -> None:
    """Checks that the encoder takes texts of that many tokens.

    Raises:
      InputError: If it does not.
    """
    if max_tokens > self.sizes["max_sequence_length"]:
      raise InputError(
        f"Expected max_tokens of at most {self.sizes['max_sequence_length']}, the "
        f"positions of {self.path}. Received: {max_tokens}."
      )

  def digest(self) -> str:
    """Returns a hex digest of the contents of all files that are used."""
    digest = hashlib.sha256(json.dumps(self._replace(path="")).encode())
    with _open(self.path, self.weights) as file:
      while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()

  def tokenizer_digest(self) -> str:
    """Returns a hex digest of what token ids depend on."""
    values = [self.vocabulary, self.lowercase, self.strip_accents]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _error(path: str, found: str) -> InputError:
  return InputError(
    f"Expected {path} to be a folder of an encoder of the BERT family, in the layout "
    "of Hugging Face (config.json, vocab.txt, model.safetensors) or a preset of "
    f"KerasHub. Received: {found}."
  )


def _open(path: str, name: str) -> Any:
  try:
    return open_file(f"{path}/{name}")
  except Exception as error:  # Remote file systems raise their own errors.
    raise _error(path, f"no readable {name}") from error


def _json(path: str, name: str, required: bool = True) -> dict[str, Any]:
  try:
    with _open(path, name) as file:
      values = json.loads(file.read())
  except InputError:
    if required:
      raise
    return {}
  except ValueError as error:
    raise _error(path, f"a {name} that is no JSON") from error
  if not isinstance(values, dict):
    raise _error(path, f"a {name} that is no mapping")
  return values


def _sizes(path: str, config: dict[str, Any], names: dict[str, str]) -> dict[str, int]:
  sizes = {name: config.get(theirs) for name, theirs in names.items()}
  for name, size in sizes.items():
    if type(size) is not int or not 0 < size < 1_000_000:
      raise _error(path, f"{size!r} as {names[name]} in its config.json")
  return sizes


def _share(path: str, share: Any) -> float:
  if not isinstance(share, int | float) or not 0 <= share < 1:
    raise _error(path, f"a dropout of {share!r}")
  return float(share)


def _vocabulary(path: str, name: str) -> list[str]:
  with _open(path, name) as file:
    text = file.read()
  try:
    return text.decode().removesuffix("\n").replace("\r", "").split("\n")
  except UnicodeDecodeError as error:
    raise _error(path, f"a {name} that is not UTF-8") from error
