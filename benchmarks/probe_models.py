"""Trains models on comments and scores texts with them, for benchmarks with probes."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.modules.preprocessing import tokenize
from clp_tfx.pipeline import PipelineConfig
from clp_tfx.runners import logs_in, prepare_data
from clp_tfx.sweep import TokenLists, split_pattern
from clp_tfx.training import HParams, fit

_BATCH = 512


class ProbeModels:
  """Models of the default run that differ in weight and seed; each is trained once.

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
      self.examples, transform_graph = prepare_data(config, terminal)
    self._transform = tft.TFTransformOutput(transform_graph)
    self._max_tokens = config.hparams.max_tokens
    words = self._transform.vocabulary_by_name(features.VOCABULARY)
    self._ids = {word: number for number, word in enumerate(words, start=1)}

  def logits(self, weight: float, seed: int, texts: Sequence[str]) -> np.ndarray:
    """Returns the logits of texts, shape `[texts]`; trains the model if necessary.

    Args:
      weight: Weight of the counterfactual loss.
      seed: Seed of the training.
      texts: The texts.
    """
    return self.logits_of_tokens(weight, seed, self._tokens(texts))

  def logits_of_tokens(
    self, weight: float, seed: int, tokens: list[np.ndarray]
  ) -> np.ndarray:
    """Does the same for token ids, such as those of transformed examples."""
    classifier = self._classifier(weight, seed)
    score = tf.function(
      lambda x: classifier(x, training=False),
      input_signature=[tf.TensorSpec([None, None], tf.int32)],
    )
    logits = np.zeros(len(tokens))
    by_length = np.argsort([len(ids) for ids in tokens], kind="stable")
    for start in range(0, len(tokens), _BATCH):
      rows = by_length[start : start + _BATCH]
      batch = tf.ragged.constant([tokens[row] for row in rows], tf.int32).to_tensor()
      logits[rows] = score(batch).numpy()[:, 0]
    return logits

  def examples_of(self, split: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Returns the token ids and labels of the labelled examples of a split."""
    spec = self._transform.transformed_feature_spec()
    lists = TokenLists(spec)
    tokens, labels = [], []
    paths = sorted(tf.io.gfile.glob(split_pattern(self.examples, split)))
    for record in tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator():
      example = tf.train.Example.FromString(record)
      feature = example.features.feature
      if feature[features.LABEL_WEIGHT].float_list.value[0] > 0:
        tokens.append(np.array(lists.get(example, features.TOKENS), int))
        labels.append(feature[features.LABEL].float_list.value[0] > 0.5)
    return tokens, np.array(labels, int)

  def _tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
    unknown = len(self._ids) + 1
    words = tokenize(tf.constant(texts), self._max_tokens).to_list()
    return [np.array([self._ids.get(w, unknown) for w in text], int) for text in words]

  def _classifier(self, weight: float, seed: int) -> keras.Model:
    path = self._output / "models" / f"{weight}-{seed}.keras"
    if not path.exists():
      files = [[split_pattern(self.examples, split)] for split in ("train", "eval")]
      hparams = HParams(
        counterfactual_loss_weight=weight, seed=seed, max_tokens=self._max_tokens
      )
      path.parent.mkdir(exist_ok=True)
      fresh = path.with_name(f"new-{path.name}")
      fit(*files, hparams, self._transform).classifier.save(fresh)
      fresh.rename(path)
    return keras.models.load_model(path)
