"""The models of benchmarks/remediation.py and the texts they are trained on."""

import dataclasses
import functools
import json
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.counterfactuals import IdentityTerms
from clp_tfx.modules.preprocessing import preprocessing_fn as default_preprocessing
from clp_tfx.sweep import (
  TokenLists,
  augmented,
  blinded,
  split_pattern,
  write_variant,
)
from clp_tfx.training import HParams, fit

FOLDS = 3
WEIGHT = 1.0
EPOCHS = 2
MAX_TOKENS = 512
FOLDED = {"gay", "lesbian"}
PRONOUNS = {"he", "his", "him", "her", "she"}


class Texts(NamedTuple):
  """The examples of all splits, in memory; each list has one item per example.

  Attributes:
    split: Split of the example.
    label: 0 or 1.
    tokens: Token ids.
    counterfactual: Token ids of the text without its terms; None if it has no terms.
    terms: The terms in the text.
  """

  split: np.ndarray
  label: np.ndarray
  tokens: list[np.ndarray]
  counterfactual: list[np.ndarray | None]
  terms: list[frozenset[str]]


@dataclasses.dataclass(frozen=True)
class Arm:
  """A training method and the examples it uses.

  Attributes:
    method: control, clp, blindness, masking or augmentation.
    fold: The fold left out; None to train on all.
    half: Only uses pairs of texts whose terms are all in this half of the lexicon; None
      for all pairs.
  """

  method: str
  fold: int | None = None
  half: int | None = None

  @property
  def name(self) -> str:
    """The name used in file names."""
    parts = [self.method]
    parts += [] if self.fold is None else [f"fold{self.fold}"]
    parts += [] if self.half is None else [f"half{self.half}"]
    return "-".join(parts)


def preprocessing_fn(inputs, custom_config):
  """Applies the default preprocessing; passes on a text's terms, for slicing."""
  terms = tf.RaggedTensor.from_sparse(inputs[features.IDENTITY_TERM])
  return {**default_preprocessing(inputs, custom_config), features.IDENTITY_TERM: terms}


def arms() -> list[Arm]:
  """Returns the trainings for each seed."""
  folds = [Arm(method, fold) for fold in range(FOLDS) for method in ("clp", "control")]
  others = [Arm(method) for method in ("blindness", "masking", "augmentation")]
  return [*folds, *others, Arm("clp", half=0), Arm("clp", half=1)]


def jobs(seeds: int) -> list[tuple[Arm, int]]:
  """Returns all trainings, one fold of each seed first to keep seeds balanced."""
  order = {}
  for turn in range(FOLDS):
    for seed in range(1, seeds + 1):
      for arm in arms():
        if arm.fold is not None and (arm.fold - seed) % FOLDS == turn:
          order[arm, seed] = None
    for seed in range(1, seeds + 1):
      for arm in arms():
        if arm.fold is None:
          order[arm, seed] = None
  return list(order)


def fold_of(tokens) -> int:
  """Returns the fold of a text, determined by its tokens."""
  return zlib.crc32(np.asarray(tokens, np.int64).tobytes()) % FOLDS


class Bench:
  """Trains the arms on prepared data and stores their logits."""

  def __init__(self, examples: str, transform_graph: str, output: Path):
    self.examples = examples
    self.output = output
    self.transform = tft.TFTransformOutput(transform_graph)
    vocabulary = self.transform.vocabulary_by_name(features.VOCABULARY)
    ids = {word.decode(): i for i, word in enumerate(vocabulary, start=1)}
    self.unknown = len(ids) + 1
    terms = [
      term for term, *_ in IdentityTerms.load("gender_and_sexual_orientation").terms
    ]
    self.term_ids = {ids[term] for term in terms if term in ids}
    # Every second term by frequency, so that both halves have similar numbers of pairs.
    ordered = sorted(terms, key=lambda term: ids.get(term, self.unknown))
    self.halves = [frozenset(ordered[half::2]) for half in (0, 1)]
    spec = self.transform.transformed_feature_spec()
    self.lists = TokenLists(spec)
    self.terms_key = spec[features.IDENTITY_TERM].value_key
    self.texts = self._read()

  def logits(self, arm: Arm, seed: int) -> dict[str, np.ndarray]:
    """Returns an arm's logits for all texts and for their counterfactuals.

    Trains the arm if necessary. Logits are NaN for texts without a counterfactual and
    for texts that the arm was trained on.
    """
    path = self._path(arm, seed)
    if not self.is_done(arm, seed):
      self._train(arm, seed, path)
    kept = json.loads(path.read_text())
    return {
      key: np.array([np.nan if x is None else x for x in kept[key]])
      for key in ("original", "counterfactual")
    }

  def is_done(self, arm: Arm, seed: int) -> bool:
    """Returns whether a training is finished."""
    return self._path(arm, seed).exists()

  def _path(self, arm: Arm, seed: int) -> Path:
    return self.output / "trainings" / f"{arm.name}-{seed}.json"

  def _train(self, arm: Arm, seed: int, path: Path) -> None:
    started = time.monotonic()
    files = [self._files(arm, split) for split in ("train", "eval")]
    trained = fit(
      files[:1],
      files[1:],
      HParams(
        counterfactual_loss_weight=WEIGHT if arm.method == "clp" else 0.0,
        epochs=EPOCHS,
        seed=seed,
      ),
      self.transform,
    )
    kept = {
      "seconds": round(time.monotonic() - started, 1),
      "history": trained.history,
      **self._scores(trained.classifier, arm),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept) + "\n")

  def _scores(self, classifier, arm: Arm) -> dict[str, list[float | None]]:
    texts = self.texts
    unseen = texts.split != "train"
    if arm.fold is not None:
      unseen |= [
        bool(terms & FOLDED) and fold_of(tokens) == arm.fold
        for terms, tokens in zip(texts.terms, texts.tokens, strict=True)
      ]
    rows = np.flatnonzero(unseen)
    paired = [row for row in rows if texts.counterfactual[row] is not None]
    seen_as = {
      "blindness": lambda row: texts.counterfactual[row],
      "masking": lambda row: self._masked(texts.tokens[row]),
    }.get(arm.method, lambda row: texts.tokens[row])
    originals = {
      row: texts.tokens[row] if texts.counterfactual[row] is None else seen_as(row)
      for row in rows
    }
    scored = {
      "original": (rows, [originals[row] for row in rows]),
      "counterfactual": (paired, [texts.counterfactual[row] for row in paired]),
    }
    result = {}
    for key, (which, tokens) in scored.items():
      values: list[float | None] = [None] * len(texts.tokens)
      for row, logit in zip(which, _logits(classifier, tokens), strict=True):
        values[row] = round(float(logit), 6)
      result[key] = values
    return result

  def _files(self, arm: Arm, split: str) -> str:
    variant = {"blindness": blinded, "masking": self._mask}.get(arm.method)
    name = arm.method
    if arm.method == "augmentation" and split == "train":
      variant = augmented
    if arm.fold is not None and split == "train":
      name, variant = f"fold{arm.fold}", functools.partial(self._without, arm.fold)
    if arm.half is not None:
      name, variant = f"half{arm.half}", functools.partial(self._half, arm.half)
    if variant is None:
      return split_pattern(self.examples, split)
    return write_variant(
      self.examples,
      split,
      self.output / "variants" / name,
      lambda example: variant(example, self.lists),
    )

  def _without(self, fold: int, example, lists) -> Iterator:
    terms, tokens = self._terms(example), lists.get(example, features.TOKENS)
    if not (terms & FOLDED and fold_of(tokens) == fold):
      yield example

  def _half(self, half: int, example, lists) -> Iterator:
    if not self._terms(example) <= self.halves[half]:
      for name in (features.COUNTERFACTUAL_TOKENS, features.COUNTERFACTUAL_LENGTHS):
        lists.set(example, name, [])
    yield example

  def _mask(self, example, lists) -> Iterator:
    masked = self._masked(lists.get(example, features.TOKENS)).tolist()
    lists.set(example, features.TOKENS, masked)
    yield example

  def _terms(self, example) -> frozenset[str]:
    values = example.features.feature[self.terms_key].bytes_list.value
    return frozenset(value.decode() for value in values)

  def _masked(self, tokens) -> np.ndarray:
    return np.array([self.unknown if t in self.term_ids else t for t in tokens], int)

  def _read(self) -> Texts:
    texts = Texts([], [], [], [], [])
    for split in ("train", "eval", "test"):
      paths = sorted(tf.io.gfile.glob(split_pattern(self.examples, split)))
      for record in tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator():
        example = tf.train.Example.FromString(record)
        texts.split.append(split)
        texts.label.append(example.features.feature[features.LABEL].float_list.value[0])
        texts.tokens.append(np.array(self.lists.get(example, features.TOKENS), int))
        pairs = self.lists.counterfactuals(example)
        texts.counterfactual.append(np.array(pairs[0], int) if pairs else None)
        texts.terms.append(self._terms(example))
    return texts._replace(split=np.array(texts.split), label=np.array(texts.label))


def _logits(classifier, tokens: list[np.ndarray]) -> np.ndarray:
  score = tf.function(
    lambda x: classifier(x, training=False),
    input_signature=[tf.TensorSpec([None, None], tf.int32)],
  )
  logits = np.zeros(len(tokens))
  by_length = np.argsort([len(ids) for ids in tokens], kind="stable")
  for start in range(0, len(tokens), 512):
    rows = by_length[start : start + 512]
    padded = np.zeros((len(rows), max(len(tokens[row]) for row in rows) + 1), np.int32)
    for place, row in enumerate(rows):
      padded[place, : len(tokens[row])] = tokens[row]
    logits[rows] = score(tf.constant(padded)).numpy()[:, 0]
  return logits
