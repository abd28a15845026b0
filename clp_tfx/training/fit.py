"""Trains a classifier with Counterfactual Logit Pairing."""

import logging
from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow_transform as tft

from clp_tfx.keras import CounterfactualModel
from clp_tfx.training.batches import read_batches
from clp_tfx.training.classifiers import build_classifier
from clp_tfx.training.hparams import HParams

_log = logging.getLogger(__name__)


class Trained(NamedTuple):
  """What a training results in.

  Attributes:
    classifier: From token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`;
      with the weights of the best epoch.
    history: A dictionary per epoch: `loss`, `auc`, `val_loss`, `val_auc`, …
  """

  classifier: keras.Model
  history: list[dict[str, float]]


def fit(
  train_files: list[str],
  eval_files: list[str],
  hparams: HParams,
  tf_transform_output: tft.TFTransformOutput,
  log_dir: str | None = None,
) -> Trained:
  """Trains a classifier on transformed examples.

  Sets the seeds of Python, NumPy and TensorFlow.

  Args:
    train_files: Patterns of gzipped TFRecords of transformed examples to learn from.
    eval_files: The same, to choose the best epoch by.
    hparams: What to train and how.
    tf_transform_output: Of the Transform that made the examples.
    log_dir: Folder for `training.csv`, a row per epoch; not written when not given.

  Returns:
    The classifier and the history of its training.

  Raises:
    InputError: If the classifier cannot be built.
  """
  keras.utils.set_random_seed(hparams.seed)
  spec = tf_transform_output.transformed_feature_spec()
  train = read_batches(train_files, spec, hparams.batch_size, shuffle_seed=hparams.seed)
  evaluation = read_batches(eval_files, spec, hparams.batch_size)
  classifier = build_classifier(hparams, tf_transform_output)
  model = compiled(classifier, hparams)
  callbacks = [
    keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True),
    keras.callbacks.LambdaCallback(on_epoch_end=_progress(hparams.epochs)),
  ]
  if log_dir:
    callbacks.append(keras.callbacks.CSVLogger(f"{log_dir}/training.csv"))
  kept = model.fit(
    train,
    validation_data=evaluation,
    epochs=hparams.epochs,
    verbose=0,
    callbacks=callbacks,
  ).history
  rows = zip(*kept.values(), strict=True)
  return Trained(classifier, [dict(zip(kept, row, strict=True)) for row in rows])


def compiled(classifier: keras.Model, hparams: HParams) -> CounterfactualModel:
  """Wraps a classifier for training.

  Args:
    classifier: From token ids to logits.
    hparams: Give the loss weight and the learning rate.

  Returns:
    The model, with Adam, binary cross-entropy (a mean over label weights) and AUC.
  """
  model = CounterfactualModel(
    classifier, loss_weight=hparams.counterfactual_loss_weight
  )
  model.compile(
    optimizer=keras.optimizers.Adam(hparams.learning_rate),
    loss=keras.losses.BinaryCrossentropy(
      from_logits=True, reduction="mean_with_sample_weight"
    ),
    weighted_metrics=[keras.metrics.AUC(name="auc", from_logits=True)],
  )
  return model


def _progress(epochs: int) -> Callable[[int, dict[str, float]], None]:
  def log(epoch: int, logs: dict[str, float]) -> None:
    _log.info(
      "  epoch %d of at most %d: loss %.4f, eval AUC %.4f",
      epoch + 1,
      epochs,
      logs["loss"],
      logs["val_auc"],
    )

  return log
