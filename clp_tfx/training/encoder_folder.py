"""A pretrained encoder in a folder: its size, vocabulary and files.

Two families are read, BERT and RoBERTa, in two layouts. Hugging Face's has config.json,
model.safetensors, usually tokenizer_config.json, and vocab.txt, or of RoBERTa
vocab.json and merges.txt; sentence-transformers' folders are such. KerasHub's presets
have config.json, model.weights.h5, tokenizer.json and assets/tokenizer, with
vocabulary.txt, or vocabulary.json and merges.txt. Nothing in a folder names code that
is run.
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
BERT, ROBERTA = "bert", "roberta"
_BACKBONES = {"BertBackbone": BERT, "RobertaBackbone": ROBERTA}
# What KerasHub's backbones compute, and have no option for.
_FIXED = {
  BERT: {
    "hidden_act": ("gelu", "gelu_new"),
    "layer_norm_eps": (1e-12,),
    "position_embedding_type": ("absolute",),
  },
  ROBERTA: {
    "hidden_act": ("gelu",),
    "layer_norm_eps": (1e-5,),
    "position_embedding_type": ("absolute",),
    "pad_token_id": (1,),
  },
}
# The first ones have the first ids: the model takes them for padding.
_FIRST = {BERT: ("[PAD]",), ROBERTA: ("<s>", "<pad>", "</s>")}
_SPECIAL = {
  BERT: ("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
  ROBERTA: ("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
}
# Hugging Face's positions of RoBERTa are counted from the id of padding, plus 1.
ROBERTA_OFFSET = 2
_CHUNK = 1 << 20


class EncoderFolder(NamedTuple):
  """An encoder of the families of BERT and RoBERTa.

  Attributes:
    path: Its folder.
    sizes: The arguments of KerasHub's backbone, except for dropout.
    dropout: Share of the hidden units that are dropped in training.
    vocabulary: Pieces of words; piece i has token id i.
    lowercase: Whether texts are lower-cased before they are cut into pieces.
    strip_accents: Whether their accents are removed.
    weights: Name of the file with the weights.
    family: `BERT` or `ROBERTA`.
    merges: Of RoBERTa, the pairs of pieces that become one, in their order.
    add_prefix_space: Of RoBERTa, whether a text's first word has a space before it, as
      the others have.
  """

  path: str
  sizes: dict[str, int]
  dropout: float
  vocabulary: list[str]
  lowercase: bool
  strip_accents: bool
  weights: str
  family: str = BERT
  merges: tuple[str, ...] = ()
  add_prefix_space: bool = False

  @property
  def is_of_keras_hub(self) -> bool:
    """Whether the folder is a preset of KerasHub."""
    return self.weights.endswith(".h5")

  @classmethod
  def read(cls, path: str) -> "EncoderFolder":
    """Reads a local or remote folder.

    Raises:
      InputError: If it is no folder of an encoder of these families.
    """
    config = _json(path, "config.json")
    if "class_name" in config:
      return cls._of_keras_hub(path, config)
    family = config.get("model_type")
    if family not in (BERT, ROBERTA):
      raise _error(path, f"model_type {family!r}, not {BERT!r} or {ROBERTA!r}")
    for name, values in _FIXED[family].items():
      if config.get(name, values[0]) not in values:
        raise _error(path, f"{name} {config.get(name)!r}, not {values[0]!r}")
    tokenizer = _json(path, "tokenizer_config.json", required=False)
    if family == ROBERTA:
      sizes = _sizes(path, config, _without_segments(_HUGGING_FACE))
      sizes["max_sequence_length"] -= ROBERTA_OFFSET
      return cls._roberta(
        path, sizes, config.get("hidden_dropout_prob", 0.1), "", tokenizer
      )
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
    family = _BACKBONES.get(str(config["class_name"]))
    if family is None or not isinstance(values, dict):
      names = " or ".join(_BACKBONES)
      raise _error(path, f"a {config['class_name']}, not a {names}")
    options = tokenizer if isinstance(tokenizer, dict) else {}
    if family == ROBERTA:
      sizes = _sizes(path, values, _without_segments(_KERAS_HUB))
      dropout = values.get("dropout", 0.1)
      return cls._roberta(path, sizes, dropout, "assets/tokenizer/", options)
    return cls(
      path,
      _sizes(path, values, _KERAS_HUB),
      _share(path, values.get("dropout", 0.1)),
      _vocabulary(path, "assets/tokenizer/vocabulary.txt"),
      options.get("lowercase") is True,
      options.get("strip_accents") is True,
      "model.weights.h5",
    )._checked()

  @classmethod
  def _roberta(
    cls,
    path: str,
    sizes: dict[str, int],
    dropout: Any,
    prefix: str,
    tokenizer: dict[str, Any],
  ) -> "EncoderFolder":
    name = f"{prefix}vocabulary.json" if prefix else "vocab.json"
    return cls(
      path,
      sizes,
      _share(path, dropout),
      _vocabulary_by_id(path, name),
      lowercase=False,
      strip_accents=False,
      weights="model.weights.h5" if prefix else "model.safetensors",
      family=ROBERTA,
      merges=_merges(path, f"{prefix}merges.txt"),
      add_prefix_space=tokenizer.get("add_prefix_space") is True,
    )._checked()

  def _checked(self) -> "EncoderFolder":
    words, first = self.vocabulary, list(_FIRST[self.family])
    if missing := [piece for piece in _SPECIAL[self.family] if piece not in words]:
      raise _error(self.path, f"a vocabulary without {', '.join(missing)}")
    size = self.sizes["vocabulary_size"]
    # As in every published one.
    if words[: len(first)] != first or len(words) > size:
      begin = ", ".join(map(repr, words[: len(first)]))
      raise _error(
        self.path,
        f"a vocabulary of {len(words)} pieces that begins with {begin}, not of "
        f"at most {size} that begins with {', '.join(map(repr, first))}",
      )
    if self.sizes["max_sequence_length"] < 1:
      raise _error(self.path, "a config.json without positions")
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
    values += [self.family, self.merges, self.add_prefix_space]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _error(path: str, found: str) -> InputError:
  return InputError(
    f"Expected {path} to be a folder of an encoder of the family of BERT or RoBERTa, "
    "in the layout of Hugging Face (config.json, model.safetensors, and vocab.txt or "
    f"vocab.json and merges.txt) or a preset of KerasHub. Received: {found}."
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
  return _text(path, name).removesuffix("\n").replace("\r", "").split("\n")


def _vocabulary_by_id(path: str, name: str) -> list[str]:
  ids = _json(path, name)
  pieces = {i: piece for piece, i in ids.items() if type(i) is int}
  if not ids or sorted(pieces) != list(range(len(ids))):
    raise _error(path, f"a {name} whose ids are not 0, 1, 2, …")
  return [pieces[i] for i in range(len(ids))]


def _merges(path: str, name: str) -> tuple[str, ...]:
  lines = _text(path, name).replace("\r", "").split("\n")
  if lines[0].startswith("#version"):
    del lines[0]
  merges = tuple(line.strip() for line in lines if line.strip())
  if not merges or any(len(merge.split(" ")) != 2 for merge in merges):
    raise _error(path, f"a {name} whose lines are not two pieces each")
  return merges


def _text(path: str, name: str) -> str:
  with _open(path, name) as file:
    text = file.read()
  try:
    return text.decode()
  except UnicodeDecodeError as error:
    raise _error(path, f"a {name} that is not UTF-8") from error


def _without_segments(names: dict[str, str]) -> dict[str, str]:
  return {name: theirs for name, theirs in names.items() if name != "num_segments"}
