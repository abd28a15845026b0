"""A digest of a training's inputs, which names its checkpoint."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator

import keras
import tensorflow as tf

from clp_tfx.code_digest import code_digest
from clp_tfx.files import matching, open_file
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.hparams import HParams

_CHUNK = 1 << 20
# Paths and frequencies of writing, which do not affect the weights. The contents of the
# base model and the encoder are digested separately.
_IRRELEVANT = ("checkpoint_dir", "checkpoint_steps", "base_model", "encoder")


def training_digest(
  train_files: list[str],
  eval_files: list[str],
  hparams: HParams,
  transform_folder: str,
) -> str:
  """Digests everything that the weights of a training depend on.

  Args:
    train_files: Patterns of the training files, whose contents are digested.
    eval_files: Patterns of the files used to choose the best epoch, likewise.
    hparams: Hyperparameters, except where and how often checkpoints are written; of
      the base model and the encoder, the contents are digested.
    transform_folder: Folder of the transform output, whose contents are digested.

  Returns:
    Hex digest. It is equal for equal inputs, hyperparameters, code and versions of
    TensorFlow and Keras, regardless of where the files are.
  """
  digest = hashlib.sha256()
  values = dataclasses.asdict(hparams)
  for name in _IRRELEVANT:
    values.pop(name)
  module = hparams.build_model_path.rpartition(".")[0]
  code = code_digest("clp_tfx.training.loop", module)
  known = [values, code, tf.__version__, keras.__version__]
  if hparams.encoder:
    known.append(EncoderFolder.read(hparams.encoder).digest())
  digest.update(json.dumps(known, sort_keys=True).encode())
  for kind, paths in (
    ("train", matching(train_files)),
    ("eval", matching(eval_files)),
    ("transform", sorted(_files_in(transform_folder))),
    ("base", [hparams.base_model] if hparams.base_model else []),
  ):
    digest.update(b"%s %d" % (kind.encode(), len(paths)))
    for path in paths:
      digest.update(content_digest(path))
  return digest.hexdigest()


def _files_in(folder: str) -> Iterator[str]:
  for parent, _, names in tf.io.gfile.walk(folder):
    yield from (f"{parent}/{name}" for name in names)


def content_digest(path: str) -> bytes:
  """Returns the SHA-256 of a local or remote file."""
  digest = hashlib.sha256()
  with open_file(path) as file:
    while chunk := file.read(_CHUNK):
      digest.update(chunk)
  return digest.digest()
