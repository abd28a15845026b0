"""Trains a classifier with Counterfactual Logit Pairing."""

import functools
import logging
import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx.keras.losses import (
  PairwiseAbsoluteDifferenceLoss,
  PairwiseJensenShannonLoss,
  PairwiseMSELoss,
)
from clp_tfx.keras.metrics import DefinedAUC, OneVsRestAUC
from clp_tfx.keras.model import CounterfactualModel
from clp_tfx.keras.outputs import SINGLE, Weight, prefixed
from clp_tfx.options import for_label
from clp_tfx.training.batches import Totals, read_batches, totals
from clp_tfx.training.checkpoints import Checkpoints, sweep_checkpoints
from clp_tfx.training.digest import training_digest
from clp_tfx.training.hparams import HParams
from clp_tfx.training.optimizers import optimizer_of
from clp_tfx.training.precision import computing_in, to_float32
from clp_tfx.training.recorder import Recorder, TrainingLog
from clp_tfx.training.replicas import MeanOverReplicas, distributed, strategy_of
from clp_tfx.training.start import starting_classifier
from clp_tfx.training.xla import jit_compile_of, sentence_for_xla

_PAIRWISE_LOSSES = {
  "mse": PairwiseMSELoss,
  "mae": PairwiseAbsoluteDifferenceLoss,
  "jensen_shannon": PairwiseJensenShannonLoss,
}
_log = logging.getLogger(__name__)


class Trained(NamedTuple):
  """The result of a training.

  Example:
    >>> import keras
    >>> tokens = keras.Input([None], dtype="int32")
    >>> x = keras.layers.GlobalMaxPooling1D()(keras.layers.Embedding(4, 8)(tokens))
    >>> classifier = keras.Model(tokens, keras.layers.Dense(1)(x))
    >>> trained = Trained(classifier, history=[{"val_loss": 0.3}, {"val_loss": 0.2}])
    >>> trained.history[-1]["val_loss"]
    0.2

  Attributes:
    classifier: Model from token ids, shape `[batch, None]`, or other inputs to logits,
      shape `[batch, 1]`, a dict of them by label, or one per class, with the weights of
      the best epoch.
    history: A dictionary per epoch: `loss`, `auc`, `val_loss`, `val_auc`, …; with
      several labels, `toxicity_auc`, `val_toxicity_auc`, … of each.
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

  Sets the seeds of Python, NumPy and TensorFlow. With `hparams.checkpoint_dir`, a
  killed training resumes where it stopped and ends with the weights of an uninterrupted
  one. Its checkpoint is kept, so that a finished training is not repeated;
  `sweep_checkpoints` deletes it.

  Example:
    >>> import tensorflow_transform as tft
    >>> classifier, history = fit(
    ...   ["transformed/Split-train/*"],
    ...   ["transformed/Split-eval/*"],
    ...   HParams(epochs=1, model_fn="bag_of_embeddings"),
    ...   tft.TFTransformOutput("transform"),
    ... )
    >>> "val_flip_rate" in history[0]
    True

  Args:
    train_files: Patterns of gzipped TFRecords of transformed training examples.
    eval_files: The same for the examples used to choose the best epoch.
    hparams: Training hyperparameters.
    tf_transform_output: Output of the Transform that produced the examples.
    log_dir: Folder for `training.csv` and TensorBoard events; if None, neither is
      written.

  Returns:
    The classifier and the history of its training.

  Raises:
    InputError: If the classifier cannot be built, the labels cannot be balanced, or XLA
      cannot compile a step that it shall compile.
  """
  keras.utils.set_random_seed(hparams.seed)
  strategy = strategy_of(hparams)
  with (
    computing_in(hparams.mixed_precision),
    sentence_for_xla(hparams),
    strategy.scope(),
  ):
    trained = _fit(train_files, eval_files, hparams, tf_transform_output, log_dir)
  if hparams.mixed_precision:
    to_float32(trained.classifier, hparams.mixed_precision)
  return trained


def _fit(
  train_files: list[str],
  eval_files: list[str],
  hparams: HParams,
  tf_transform_output: tft.TFTransformOutput,
  log_dir: str | None,
) -> Trained:
  strategy = tf.distribute.get_strategy()
  spec = tf_transform_output.transformed_feature_spec()
  classifier = starting_classifier(hparams, tf_transform_output)
  seen = totals(train_files, spec, _balanced(hparams))
  steps_per_epoch = seen.examples / hparams.batch_size
  model = compiled(classifier, hparams, steps_per_epoch)
  reading = functools.partial(
    read_batches,
    feature_spec=spec,
    batch_size=hparams.batch_size,
    positive_weight=_positive_weight(seen, hparams),
    positive_pair_weight=hparams.positive_pair_weight,
    few_shapes=model.jit_compile,
    max_tokens=hparams.max_tokens,
    padding=hparams.padding,
    label_names=hparams.label_names,
  )
  evaluation = distributed(reading(eval_files), strategy)
  checkpoints = _checkpoints(train_files, eval_files, hparams, tf_transform_output)
  recorder = Recorder(
    classifier, checkpoints, hparams.checkpoint_steps, steps_per_epoch, hparams.epochs
  )
  if recorder.resume() or hparams.strategy != "none":
    _create_variables(model, distributed(reading(eval_files).take(1), strategy))
  progress, log = recorder.progress, TrainingLog(log_dir)
  figure = "r2" if hparams.is_rating else "auc"
  for row in progress.history:
    log.add(row)
  while progress.epoch < hparams.epochs and not _is_over(progress.history, hparams):
    train = reading(
      train_files,
      shuffle_seed=_epoch_seed(hparams.seed, progress.epoch),
      skip=progress.step,
      draw=hparams.counterfactuals == "one",
      max_pairs=hparams.max_pairs,
    )
    row = _epoch(model, distributed(train, strategy), evaluation, recorder)
    recorder.finish_epoch(
      row, is_best=_best([*progress.history, row]) == progress.epoch
    )
    log.add(row)
    _log.info(
      "  epoch %d of at most %d: loss %s, eval %s %s",
      progress.epoch,
      hparams.epochs,
      _shown(row["loss"]),
      "R²" if hparams.is_rating else "AUC",
      ", ".join(
        f"{name} {_shown(row[prefixed('val', prefixed(name, figure))])}".lstrip()
        for name in hparams.label_names or (SINGLE,)
      ),
    )
  log.close()
  recorder.restore_best()
  return Trained(classifier, progress.history)


def _shown(value: float) -> str:
  return f"{value:.4f}".replace("nan", "–")


def compiled(
  classifier: keras.Model, hparams: HParams, steps_per_epoch: float
) -> CounterfactualModel:
  """Wraps a classifier for training.

  Example:
    >>> import tensorflow_transform as tft
    >>> hparams = HParams(model_fn="bag_of_embeddings", counterfactual_loss_weight=0.3)
    >>> classifier = starting_classifier(hparams, tft.TFTransformOutput("transform"))
    >>> model = compiled(classifier, hparams, steps_per_epoch=100)
    >>> type(model.optimizer).__name__
    'Adam'

  Args:
    classifier: Model from token ids to logits.
    hparams: Hyperparameters with the pairwise loss and its weight, the optimizer and
      the threshold of the flip rate.
    steps_per_epoch: Steps per epoch, for the warm-up of the weight and of the rate of
      encoders.

  Returns:
    The model, with its optimizer, cross-entropy (averaged by label weight) and AUC, for
    a rating the squared error and R²; with several labels, those and the pairwise loss
    of each.
  """

  def of_each(make: Callable[[str], Any]) -> Any:
    names = hparams.label_names
    return {name: make(name) for name in names} if names else make(SINGLE)

  model = CounterfactualModel(
    classifier,
    of_each(lambda _: _PAIRWISE_LOSSES[hparams.counterfactual_loss]()),
    _loss_weight(hparams, steps_per_epoch),
    threshold=None
    if hparams.classes or hparams.is_rating
    else of_each(lambda name: for_label(hparams.decision_threshold, name)),
    tolerance=hparams.flip_tolerance,
  )
  model.compile(
    optimizer=optimizer_of(hparams, classifier, steps_per_epoch),
    loss=of_each(lambda _: _task_loss(hparams)),
    weighted_metrics=of_each(lambda _: [_accuracy(hparams)]),
    jit_compile=jit_compile_of(classifier, hparams),
  )
  return model


def _task_loss(hparams: HParams) -> keras.losses.Loss:
  reduction = "mean_with_sample_weight" if hparams.strategy == "none" else None
  if hparams.is_rating:
    loss = keras.losses.MeanSquaredError(reduction=reduction)
  elif hparams.classes:
    loss = keras.losses.SparseCategoricalCrossentropy(
      from_logits=True, reduction=reduction
    )
  else:
    loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction=reduction)
  return loss if reduction else MeanOverReplicas(loss)


def _accuracy(hparams: HParams) -> keras.metrics.Metric:
  if hparams.is_rating:
    return keras.metrics.R2Score(name="r2")
  if hparams.classes:
    return OneVsRestAUC(len(hparams.classes), name="auc")
  return DefinedAUC(name="auc", from_logits=True)


def _loss_weight(
  hparams: HParams, steps_per_epoch: float
) -> Weight | dict[str, Weight]:
  """Returns the weight, or a schedule that rises to it linearly; or those of labels.

  Without a warm-up, a classifier that has not learned the task yet can minimise the gap
  by ignoring the text.
  """
  steps = round(hparams.counterfactual_loss_warm_up * steps_per_epoch)

  def rising(weight: float) -> Weight:
    if not weight or not steps:
      return weight
    return keras.optimizers.schedules.PolynomialDecay(0.0, steps, weight)

  weight = hparams.counterfactual_loss_weight
  if not isinstance(weight, dict):
    return rising(weight)
  return {name: rising(for_label(weight, name)) for name in hparams.label_names}


def _checkpoints(
  train_files: list[str],
  eval_files: list[str],
  hparams: HParams,
  tf_transform_output: tft.TFTransformOutput,
) -> Checkpoints | None:
  """Returns the checkpoints of this training after deleting those of others."""
  if not hparams.checkpoint_dir:
    return None
  transform_folder = tf_transform_output.transform_savedmodel_dir
  digest = training_digest(train_files, eval_files, hparams, transform_folder)
  checkpoints = Checkpoints(hparams.checkpoint_dir, digest)
  sweep_checkpoints(hparams.checkpoint_dir, but=checkpoints)
  return checkpoints


def _epoch(
  model: CounterfactualModel,
  train: Any,
  evaluation: Any,
  recorder: Recorder,
) -> dict[str, float]:
  """Trains for (the rest of) an epoch and evaluates; returns the metrics."""
  epoch = recorder.progress.epoch
  if recorder.steps_left:
    model.fit(
      train,
      initial_epoch=epoch,
      epochs=epoch + 1,
      # Otherwise Keras begins a step without data to find the end, which counts as a
      # step of the optimizer, and does so while the next epoch may have begun.
      steps_per_epoch=recorder.steps_left,
      # Reading shuffles; Keras would warn that it cannot.
      shuffle=False,
      verbose=0,
      callbacks=[recorder],
    )
  else:
    recorder.set_model(model)
    recorder.on_epoch_begin(epoch)
  trained = {name: float(value) for name, value in model.get_metrics_result().items()}
  with warnings.catch_warnings():
    # Keras warns at the end of every dataset of unknown length.
    warnings.filterwarnings("ignore", "Your input ran out of data")
    evaluated = model.evaluate(evaluation, verbose=0, return_dict=True)
  row = trained | {f"val_{name}": float(value) for name, value in evaluated.items()}
  # Keras's losses by output do not add up to the loss: their weights are others.
  parts = {prefixed(name, "loss") for name in model.output_names}
  parts |= {f"val_{name}" for name in parts}
  return {
    name: row[name]
    for name in row
    if name not in parts and not _is_of_no_pairs(name, row[name])
  }


def _is_of_no_pairs(name: str, value: float) -> bool:
  """Returns whether a metric is NaN because no pair was scored."""
  return math.isnan(value) and name.endswith(("counterfactual_loss", "flip_rate"))


def _best(history: list[dict[str, float]]) -> int:
  """Returns the first epoch, counted from 0, with the lowest eval loss."""
  losses = [row["val_loss"] for row in history]
  return int(np.argmin(np.nan_to_num(losses, nan=np.inf)))


def _is_over(history: list[dict[str, float]], hparams: HParams) -> bool:
  return bool(history) and len(history) - 1 - _best(history) >= hparams.patience


def _epoch_seed(seed: int, epoch: int) -> int:
  return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])


def _balanced(hparams: HParams) -> list[str]:
  """Returns the labels whose positive examples are to weigh what the others do."""
  names = hparams.label_names or (SINGLE,)
  return [
    name for name in names if for_label(hparams.positive_weight, name) == "balanced"
  ]


def _positive_weight(seen: Totals, hparams: HParams) -> float | dict[str, float]:
  balanced = _balanced(hparams)

  def of(name: str) -> float:
    if name in balanced:
      return seen.balanced_weight(name)
    return for_label(hparams.positive_weight, name)

  names = hparams.label_names
  return {name: of(name) for name in names} if names else of(SINGLE)


def _create_variables(model: CounterfactualModel, batch: Any) -> None:
  """Creates the variables that Keras otherwise creates in the first step.

  On several devices, it would begin to read the training data for that.
  """
  model.optimizer.build(model.trainable_variables)
  model.evaluate(batch, verbose=0)
