"""Encoders that KerasHub fetches by name: stored once, then folders like others."""

import hashlib
import importlib
import os
import re
import shutil

from clp_tfx.errors import InputError
from clp_tfx.files import replacing
from clp_tfx.training.encoder_extra import keras_hub
from clp_tfx.training.encoder_folder import EncoderFolder

_HANDLES = ("kaggle://", "hf://", "modelscope://")
_CONFIG = "config.json"
# What the layouts have beside it, by the file with the weights: of each group of files,
# the first that is there whole. `[]` means that they may be missing.
_LAYOUTS = {
  "model.weights.h5": [
    [["tokenizer.json"]],
    [
      ["assets/tokenizer/vocabulary.txt"],
      ["assets/tokenizer/vocabulary.json", "assets/tokenizer/merges.txt"],
    ],
  ],
  "model.safetensors": [
    [["tokenizer_config.json"], []],
    [["vocab.txt"], ["vocab.json", "merges.txt"]],
  ],
}


def stored_encoder(encoder: str, folder: str) -> str:
  """Returns the folder of an encoder, after fetching it if it is a preset.

  Args:
    encoder: A folder, local or remote, which is returned as it is; or a preset's name,
      such as `bert_tiny_en_uncased`, or handle, such as `hf://user/model`, which
      KerasHub fetches from the network.
    folder: Local folder in which presets are stored, each as a folder. What is there
      already is not fetched.

  Raises:
    InputError: If it is neither, or cannot be fetched, or is no BERT or RoBERTa.
  """
  is_handle = encoder.startswith(_HANDLES)
  if not is_handle and ("://" in encoder or os.path.isdir(encoder)):
    return encoder
  if not is_handle and encoder not in _names():
    raise InputError(
      "Expected encoder to be a folder, or a preset of KerasHub such as "
      "bert_tiny_en_uncased, kaggle://keras/bert/keras/bert_tiny_en_uncased or "
      f"hf://USER/MODEL. Received: {encoder!r}, which is neither."
    )
  path = os.path.join(os.path.abspath(folder), _file_name(encoder))
  if os.path.isdir(path):
    return path
  with replacing(path) as fresh:
    os.makedirs(fresh)
    _fetch(encoder, fresh)
    try:
      EncoderFolder.read(fresh)
    except InputError as error:
      raise InputError(str(error).replace(fresh, encoder)) from error
  return path


def _names() -> set[str]:
  models = keras_hub().models
  return {*models.BertBackbone.presets, *models.RobertaBackbone.presets}


def _file_name(encoder: str) -> str:
  name = re.sub(r"[^A-Za-z0-9_.-]+", "_", encoder)
  if name == encoder:
    return name
  return f"{name}-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}"


def _fetch(encoder: str, folder: str) -> None:
  _fetch_first(encoder, folder, [[_CONFIG]])
  weights = _fetch_first(encoder, folder, [[name] for name in _LAYOUTS])
  for choices in _LAYOUTS[weights[0]]:
    _fetch_first(encoder, folder, choices)


def _fetch_first(encoder: str, folder: str, choices: list[list[str]]) -> list[str]:
  """Fetches the first choice of files that there is, and returns it."""
  keras_hub()
  # Of the library's own loaders, which have no function of its interface.
  get_file = importlib.import_module("keras_hub.src.utils.preset_utils").get_file
  failed = None
  for names in choices:
    try:
      for name in names:
        stored = os.path.join(folder, name)
        os.makedirs(os.path.dirname(stored), exist_ok=True)
        shutil.copyfile(get_file(encoder, name), stored)
    except FileNotFoundError as error:
      failed = failed or error
    except Exception as error:  # The hubs' libraries document no type of their errors.
      failed = error
      break
    else:
      return names
  wanted = " or ".join(" with ".join(names) for names in choices)
  reason = " ".join(str(failed).split())
  raise InputError(
    f"Expected encoder {encoder} to be a preset that KerasHub can fetch, but it gives "
    f"no {wanted} ({reason[:300]}): check the name and the network, or give a folder."
  ) from failed
