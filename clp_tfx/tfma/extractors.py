"""Scores counterfactual texts with the evaluated models, in the same pass."""

import json

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx import features
from clp_tfx.tfma.flip_rate import COUNTERFACTUAL_PREDICTIONS, FlipRate

_BATCH_SIZE = 512


def CounterfactualPredictionsExtractor(
  eval_config: tfma.EvalConfig,
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
) -> tfma.extractors.Extractor:
  """Adds the scores of every example's counterfactuals to its extracts.

  Each counterfactual is scored as the same serialised tf.Example with the text
  feature replaced, by the same signature as the example itself.

  Args:
    eval_config: Its model specs name the models and their signatures, its FlipRate
      metric the text feature that `COUNTERFACTUAL_TEXT` stands in for.
    eval_shared_model: The model, or candidate and baseline.

  Returns:
    Extractor that adds `COUNTERFACTUAL_PREDICTIONS`.

  Raises:
    ValueError: If no FlipRate metric is configured.
  """
  models = tfma.utils.verify_and_update_eval_shared_models(eval_shared_model)
  signatures = {
    "" if len(models) == 1 else spec.name: spec.signature_name or "serving_default"
    for spec in eval_config.model_specs
  }
  return tfma.extractors.Extractor(
    stage_name="ExtractCounterfactualPredictions",
    ptransform=beam.ParDo(
      _ScoreCounterfactuals(
        {model.model_name: model.model_loader for model in models},
        signatures,
        _text_feature(eval_config),
      )
    ),
  )


def _text_feature(eval_config: tfma.EvalConfig) -> str:
  for spec in eval_config.metrics_specs:
    for metric in spec.metrics:
      if metric.class_name == FlipRate.__name__:
        config = json.loads("{" + metric.config + "}")
        return FlipRate(**config).text_feature
  raise ValueError("Expected a FlipRate metric in the EvalConfig. Received none.")


class _ScoreCounterfactuals(tfma.utils.DoFnWithModels):
  """Holds configuration; the models are shared by the workers of a process."""

  def __init__(
    self,
    model_loaders: dict[str, tfma.types.ModelLoader],
    signatures: dict[str, str],
    text_feature: str,
  ):
    super().__init__(model_loaders)
    self._signatures = signatures
    self._text_feature = text_feature

  def process(self, extracts: tfma.Extracts) -> list[tfma.Extracts]:
    per_example = [
      _counterfactual_examples(serialized, self._text_feature)
      for serialized in np.ravel(extracts[tfma.INPUT_KEY])
    ]
    predictions = {name: self._score(name, per_example) for name in self._loaded_models}
    if len(predictions) == 1:
      (predictions,) = predictions.values()
    return [{**extracts, COUNTERFACTUAL_PREDICTIONS: predictions}]

  def _score(self, name: str, per_example: list[list[bytes]]) -> np.ndarray:
    """Returns scores of shape `[batch, K]`, padded with NaN."""
    flat = [serialized for row in per_example for serialized in row]
    signature = self._loaded_models[name].signatures[self._signatures[name]]
    scores = iter(
      score
      for start in range(0, len(flat), _BATCH_SIZE)
      for score in _single_output(
        signature(tf.constant(flat[start : start + _BATCH_SIZE]))
      )
    )
    lengths = [len(row) for row in per_example]
    padded = np.full([len(lengths), max(lengths, default=0)], np.nan)
    for row, length in zip(padded, lengths, strict=True):
      row[:length] = [next(scores) for _ in range(length)]
    return padded


def _single_output(outputs: dict[str, tf.Tensor]) -> np.ndarray:
  """Returns scores of shape `[n]` from a signature with one output unit."""
  if len(outputs) != 1:
    raise ValueError(f"Expected a signature with one output. Received: {[*outputs]}")
  ((name, scores),) = outputs.items()
  if scores.shape.num_elements() != scores.shape[0]:
    raise ValueError(
      f"Expected one score per text in {name!r}. Received shape: {scores.shape}"
    )
  return np.ravel(scores)


def _counterfactual_examples(serialized: bytes, text_feature: str) -> list[bytes]:
  example = tf.train.Example.FromString(serialized)
  texts = list(example.features.feature[features.COUNTERFACTUAL_TEXT].bytes_list.value)
  replaced = []
  for text in texts:
    example.features.feature[text_feature].bytes_list.value[:] = [text]
    replaced.append(example.SerializeToString())
  return replaced
