"""Runs the trainings of a sweep, each only once, and stores their results."""

import dataclasses
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from scipy import special

from clp_tfx.files import write_whole
from clp_tfx.sweep.candidates import AUGMENTATION, BLINDNESS, Candidate
from clp_tfx.sweep.examples import (
  TokenLists,
  augmented,
  blinded,
  split_pattern,
  write_variant,
)
from clp_tfx.sweep.measures import Scores
from clp_tfx.training.batches import read_batches
from clp_tfx.training.digest import content_digest
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import fit
from clp_tfx.training.start import starting_classifier

_SCORING_BATCH = 512


class PreparedData(NamedTuple):
  """The training data of a sweep.

  Attributes:
    examples: Folder of Transform's examples, a subfolder per split.
    transform_graph: Folder of Transform's graph.
  """

  examples: str
  transform_graph: str

  def digest(self) -> str:
    """Returns a hex digest of all files."""
    digest = hashlib.sha256()
    for folder in self:
      for parent, _, files in sorted(tf.io.gfile.walk(folder)):
        for name in sorted(files):
          path = os.path.join(parent, name)
          name = os.path.relpath(path, folder)
          digest.update(name.encode() + b"\0" + content_digest(path))
    return digest.hexdigest()


class Trainings:
  """Trains candidates and scores with them, reusing earlier trainings.

  A training is stored as `NAME-SEED-DIGEST.json`, with its history and its scores on
  the eval split, next to its weights. The digest covers the data, the hyperparameters,
  the base model's contents, the code, and the versions of TensorFlow and Keras: after a
  change of any of them the candidate is trained again.

  Args:
    data: The training data.
    hparams: Hyperparameters of all trainings, except for weight, loss and seed.
    folder: Folder for trainings and variants of the data.
    code_digest: Digest of the training code.
  """

  def __init__(
    self, data: PreparedData, hparams: HParams, folder: Path, code_digest: str
  ):
    self._data = data
    self._data_digest = data.digest()
    self._hparams = hparams
    self._folder = folder
    self._code = [code_digest, tf.__version__, keras.__version__]
    base = hparams.base_model
    self._base_digest = content_digest(base).hex() if base else None
    encoder = hparams.encoder
    self._encoder_digest = EncoderFolder.read(encoder).digest() if encoder else None
    self._transform = tft.TFTransformOutput(data.transform_graph)

  def is_done(self, candidate: Candidate, seed: int) -> bool:
    """Returns whether a training is already done."""
    return self._path(candidate, seed, ".json").exists()

  def train(self, candidate: Candidate, seed: int) -> dict[str, Any]:
    """Trains a candidate, unless already done.

    Returns:
      The stored result: `candidate`, `seed`, `seconds`, `history` and the eval split's
      `scores`.
    """
    result = self._path(candidate, seed, ".json")
    if not result.exists():
      result.parent.mkdir(parents=True, exist_ok=True)
      started = time.monotonic()
      hparams = self._hparams_of(candidate, seed)
      trained = fit(
        [self._files(candidate, "train")],
        [self._files(candidate, "eval")],
        hparams,
        self._transform,
      )
      trained.classifier.save_weights(self._path(candidate, seed, ".weights.h5"))
      kept = {
        "candidate": dataclasses.asdict(candidate),
        "seed": seed,
        "seconds": round(time.monotonic() - started, 1),
        "hparams": dataclasses.asdict(hparams),
        "history": trained.history,
        "scores": self._stored(self._score(trained.classifier, candidate, "eval")),
      }
      write_whole(result, json.dumps(kept) + "\n")
    return json.loads(result.read_text(encoding="utf-8"))

  def scores(self, candidate: Candidate, seed: int, split: str) -> dict[str, Scores]:
    """Scores a split with a trained candidate; by label, `""` for the only one."""
    if split == "eval":
      stored = self.train(candidate, seed)["scores"]
      by_label = stored if self._hparams.label_names else {"": stored}
      return {label: Scores.from_json(each) for label, each in by_label.items()}
    classifier = starting_classifier(self._hparams_of(candidate, seed), self._transform)
    classifier.load_weights(self._path(candidate, seed, ".weights.h5"))
    return self._score(classifier, candidate, split)

  def _stored(self, scores: dict[str, Scores]) -> dict[str, Any]:
    by_label = {label: each.to_json() for label, each in scores.items()}
    return by_label if self._hparams.label_names else by_label[""]

  def _score(
    self, classifier: keras.Model, candidate: Candidate, split: str
  ) -> dict[str, Scores]:
    spec = self._transform.transformed_feature_spec()
    files = self._files(candidate, split)
    batches = read_batches(
      [files],
      spec,
      _SCORING_BATCH,
      padding=self._hparams.padding,
      label_names=self._hparams.label_names,
    )
    return score(classifier, batches, self._hparams.is_rating)

  def _hparams_of(self, candidate: Candidate, seed: int) -> HParams:
    loss = {"counterfactual_loss": candidate.loss} if candidate.loss else {}
    return dataclasses.replace(
      self._hparams, counterfactual_loss_weight=candidate.weight, seed=seed, **loss
    )

  def _files(self, candidate: Candidate, split: str) -> str:
    variant = {BLINDNESS: blinded}.get(candidate.method)
    if candidate.method == AUGMENTATION and split == "train":
      variant = augmented
    if variant is None:
      return split_pattern(self._data.examples, split)
    folder = self._folder / f"{candidate.method}-{self._data_digest[:16]}"
    lists = TokenLists(self._transform.transformed_feature_spec())
    return write_variant(
      self._data.examples, split, folder, lambda example: variant(example, lists)
    )

  def _path(self, candidate: Candidate, seed: int, suffix: str) -> Path:
    hparams = dataclasses.asdict(self._hparams_of(candidate, seed))
    # Scores are stored, not decisions: a new threshold needs no new training.
    del hparams["decision_threshold"]
    hparams |= {"base_model": self._base_digest, "encoder": self._encoder_digest}
    inputs = [self._data_digest, *self._code, candidate.method, hparams]
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return self._folder / f"{candidate.name}-{seed}-{digest[:16]}{suffix}"


def score(
  classifier: keras.Model, batches: tf.data.Dataset, is_rating: bool = False
) -> dict[str, Scores]:
  """Scores the originals and counterfactuals of batches.

  Args:
    classifier: Model from token ids, shape `[batch, None]`, or other inputs to logits,
      shape `[batch, 1]`, a dict of them by label, or one per class.
    batches: Batches of `(CounterfactualInputs, labels, label_weights)`.
    is_rating: Whether the classifier returns numbers of any size and no logits.

  Returns:
    The scores in the order of the batches, by label; `""` for the only one.
  """
  parts: dict[str, list[Scores]] = {}
  rows = 0
  logits_of = tf.function(
    lambda inputs: classifier(inputs, training=False),
    input_signature=[batches.element_spec[0].original],
  )
  for inputs, labels, weights in batches:
    original = _named(logits_of(inputs.original))
    counterfactual = _named(logits_of(inputs.counterfactual))
    for name, label in _named(labels).items():
      parts.setdefault(name, []).append(
        Scores(
          original=_scores(original[name], is_rating),
          label=label.numpy()[:, 0],
          label_weight=_named(weights)[name].numpy()[:, 0],
          counterfactual=_scores(counterfactual[name], is_rating),
          original_row=inputs.original_row.numpy() + rows,
        )
      )
    rows += len(next(iter(_named(labels).values())))
  return {name: _joined(some) for name, some in parts.items()}


def _named(value: Any) -> dict[str, Any]:
  return value if isinstance(value, dict) else {"": value}


def _joined(parts: list[Scores]) -> Scores:
  return Scores(
    *(
      np.concatenate([getattr(part, field.name) for part in parts])
      for field in dataclasses.fields(Scores)
    )
  )


def _scores(logits: tf.Tensor, is_rating: bool) -> np.ndarray:
  # In double precision, so that high probabilities do not tie at 1.
  values = logits.numpy().astype(np.float64)
  if is_rating:
    return values[:, 0]
  if values.shape[1] > 1:
    return special.softmax(values, axis=1)
  return 1 / (1 + np.exp(-values[:, 0]))
