"""Trains models on comments and scores texts with them, for benchmarks with probes."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.pipeline import PipelineConfig
from clp_tfx.runners import logs_in, prepare_data
from clp_tfx.sweep import split_pattern
from clp_tfx.training import HParams, fit, read_batches

_BATCH = 512


class SplitLogits(NamedTuple):
  """The logits of one model on one split.

  Attributes:
    labels: Labels of the labelled comments, 0 or 1, shape `[comments]`.
    comments: Their logits, shape `[comments]`.
    originals: Logits of the comment of each pair, shape `[pairs]`.
    counterfactuals: Logits of its counterfactual, shape `[pairs]`.
  """

  labels: np.ndarray
  comments: np.ndarray
  originals: np.ndarray
  counterfactuals: np.ndarray


class ProbeModels:
  """Models of one run that differ in weight, seed and rate; each is trained once.

  Args:
    comments: File of comments.
    output: Folder of the prepared data and of the models.
    **options: Options of the run.
  """

  def __init__(self, comments: str, output: Path, **options):
    self._output = output.absolute()
    self._output.mkdir(parents=True, exist_ok=True)
    config = PipelineConfig.of(
      comments=(comments,), output=str(self._output), **options
    )
    with logs_in(self._output / "log") as terminal:
      self.examples, self.transform_graph = prepare_data(config, terminal)
    self._transform = tft.TFTransformOutput(self.transform_graph)
    self._hparams = config.hparams
    self._inputs: dict[tuple[str, ...], list[tuple[np.ndarray, Any]]] = {}

  def hparams(
    self, weight: float, seed: int, learning_rate: float | None = None
  ) -> HParams:
    """Returns the hyperparameters of a training.

    Args:
      weight: Weight of the counterfactual loss.
      seed: Seed of the training.
      learning_rate: The learning rate; None for the default.
    """
    rate = {} if learning_rate is None else {"learning_rate": learning_rate}
    return dataclasses.replace(
      self._hparams, counterfactual_loss_weight=weight, seed=seed, **rate
    )

  def logits(
    self,
    weight: float,
    seed: int,
    texts: Sequence[str],
    learning_rate: float | None = None,
  ) -> np.ndarray:
    """Returns the logits of texts, shape `[texts]`; trains the model if necessary.

    Args:
      weight: Weight of the counterfactual loss.
      seed: Seed of the training.
      texts: The texts.
      learning_rate: The learning rate; None for the default.
    """
    score = self._score(weight, seed, learning_rate)
    key = tuple(texts)
    if key not in self._inputs:
      self._inputs[key] = list(self._inputs_of(texts))
    logits = np.zeros(len(texts))
    for rows, inputs in self._inputs[key]:
      logits[rows] = score(inputs)
    return logits

  def split_logits(
    self, weight: float, seed: int, split: str, learning_rate: float | None = None
  ) -> SplitLogits:
    """Returns the logits of a split; arguments as for `logits`."""
    score = self._score(weight, seed, learning_rate)
    batches = read_batches(
      [split_pattern(self.examples, split)],
      self._transform.transformed_feature_spec(),
      _BATCH,
      max_tokens=self._hparams.max_tokens,
    )
    parts = []
    for inputs, labels, weights in batches:
      logits, is_labelled = score(inputs.original), weights.numpy()[:, 0] > 0
      parts.append(
        SplitLogits(
          (labels.numpy()[is_labelled, 0] > 0.5).astype(int),
          logits[is_labelled],
          logits[inputs.original_row.numpy()],
          score(inputs.counterfactual),
        )
      )
    return SplitLogits(*map(np.concatenate, zip(*parts, strict=True)))

  def _inputs_of(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, Any]]:
    """Yields the model's inputs of texts of similar length, with their rows."""
    transform = self._transform.transform_features_layer()
    by_length = np.argsort([len(text) for text in texts], kind="stable")
    for start in range(0, len(texts), _BATCH):
      rows = by_length[start : start + _BATCH]
      column = tf.constant([[texts[row]] for row in rows])
      none = tf.sparse.from_dense(tf.zeros([len(rows), 0], tf.string))
      made = transform.call(
        {self._hparams.text_feature: column, features.COUNTERFACTUAL_TEXT: none}
      )
      if features.EMBEDDING in made:
        yield rows, {features.EMBEDDING: made[features.EMBEDDING]}
      else:
        yield rows, tf.cast(made[features.TOKENS].to_tensor(), tf.int32)

  def _score(
    self, weight: float, seed: int, learning_rate: float | None
  ) -> Callable[[Any], np.ndarray]:
    classifier = self._classifier(weight, seed, learning_rate)
    spec = keras.tree.map_structure(
      lambda taken: tf.TensorSpec(taken.shape, taken.dtype), classifier.input
    )
    score = tf.function(
      lambda inputs: classifier(inputs, training=False), input_signature=[spec]
    )
    return lambda inputs: score(inputs).numpy()[:, 0].astype(float)

  def _classifier(
    self, weight: float, seed: int, learning_rate: float | None
  ) -> keras.Model:
    rate = "" if learning_rate is None else f"-{learning_rate}"
    path = self._output / "models" / f"{weight}-{seed}{rate}.keras"
    if not path.exists():
      files = [[split_pattern(self.examples, split)] for split in ("train", "eval")]
      path.parent.mkdir(exist_ok=True)
      fresh, checkpoint = path.with_name(f"new-{path.name}"), path.with_suffix(".part")
      hparams = dataclasses.replace(
        self.hparams(weight, seed, learning_rate), checkpoint_dir=str(checkpoint)
      )
      fit(*files, hparams, self._transform).classifier.save(fresh)
      fresh.rename(path)
      shutil.rmtree(checkpoint)
    return keras.models.load_model(path)
