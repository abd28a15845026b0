"""Scores counterfactual texts with the evaluated models, in the same pass."""

import json
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.utils import model_util

from clp_tfx import features
from clp_tfx.tfma.edited_slices import EditedSliceKeyExtractor
from clp_tfx.tfma.flip_rate import FlipRate
from clp_tfx.tfma.frequent_terms import FrequentTermsExtractor, slices_by_term
from clp_tfx.tfma.left_out import COUNTERFACTUAL_PAIRS
from clp_tfx.tfma.pair_scores import COUNTERFACTUAL_PREDICTIONS

_BATCH_SIZE = 512


def counterfactual_extractors(
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
  eval_config: tfma.EvalConfig,
  tensor_adapter_config: Any = None,
) -> list[tfma.extractors.Extractor]:
  """Returns TFMA's default extractors with what FlipRate needs among them.

  Args:
    eval_shared_model: The model, or candidate and baseline.
    eval_config: With a FlipRate metric, as `make_eval_config` builds it.
    tensor_adapter_config: As TFX passes it.

  Returns:
    The defaults; `CounterfactualPredictionsExtractor` while extracts are still in
    batches; and slices by `edited_group` and `edited_term`.

  Raises:
    ValueError: If no FlipRate metric is configured.
  """
  extractors = tfma.default_extractors(
    eval_shared_model=eval_shared_model,
    eval_config=eval_config,
    tensor_adapter_config=tensor_adapter_config,
  )
  names = [extractor.stage_name for extractor in extractors]
  slices = names.index(tfma.extractors.SLICE_KEY_EXTRACTOR_STAGE_NAME)
  extractors[slices] = EditedSliceKeyExtractor(eval_config)
  extractors.insert(
    names.index(tfma.extractors.UnbatchExtractor().stage_name),
    CounterfactualPredictionsExtractor(eval_config, eval_shared_model),
  )
  max_terms = flip_rate_metric(eval_config).max_terms
  if slices_by_term(eval_config):
    # The first of TFMA's makes the features.
    extractors.insert(1, FrequentTermsExtractor(max_terms))
  return extractors


def CounterfactualPredictionsExtractor(
  eval_config: tfma.EvalConfig,
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
) -> tfma.extractors.Extractor:
  """Adds the scores of every example's counterfactuals to its extracts.

  Each counterfactual is scored as the same example with the text feature replaced and
  without the features that hold counterfactuals, by the signature that scores the
  example itself: of serialised examples or of named features. The texts of a batch go
  through the model together, up to 512 at once.

  Args:
    eval_config: Its model specs name the models and their signatures, its FlipRate
      metric the text feature that `COUNTERFACTUAL_TEXT` stands in for.
    eval_shared_model: The model, or candidate and baseline.

  Returns:
    Extractor that adds `COUNTERFACTUAL_PREDICTIONS` and `COUNTERFACTUAL_PAIRS`.

  Raises:
    ValueError: If no FlipRate metric is configured.
  """
  models = tfma.utils.verify_and_update_eval_shared_models(eval_shared_model)
  specs = list(eval_config.model_specs)
  predict = model_util.ModelSignaturesDoFn(
    model_specs=specs,
    eval_shared_models={model.model_name: model for model in models},
    output_keypath=[tfma.PREDICTIONS_KEY],
    signature_names={
      "" if len(specs) == 1 else spec.name: [spec.signature_name] for spec in specs
    },
    prefer_dict_outputs=False,
  )
  return tfma.extractors.Extractor(
    stage_name="ExtractCounterfactualPredictions",
    ptransform=beam.ParDo(
      _ScoreCounterfactuals(predict, flip_rate_metric(eval_config).text_feature)
    ),
  )


def flip_rate_metric(eval_config: tfma.EvalConfig) -> FlipRate:
  """Returns the first FlipRate metric of a configuration.

  Raises:
    ValueError: If there is none.
  """
  for spec in eval_config.metrics_specs:
    for metric in spec.metrics:
      if metric.class_name == FlipRate.__name__:
        return FlipRate(**json.loads("{" + metric.config + "}"))
  raise ValueError("Expected a FlipRate metric in the EvalConfig. Received none.")


class _ScoreCounterfactuals(beam.DoFn):
  """Builds batches of counterfactuals, and lets TFMA's own predictor score them."""

  def __init__(self, predict: model_util.ModelSignaturesDoFn, text_feature: str):
    self._predict = predict
    self._text_feature = text_feature

  def setup(self) -> None:
    self._predict.setup()

  def finish_bundle(self) -> None:
    self._predict.finish_bundle()

  def process(self, extracts: tfma.Extracts) -> Iterator[tfma.Extracts]:
    inputs = np.ravel(extracts[tfma.INPUT_KEY])
    replaced = [_replaced(each, self._text_feature) for each in inputs]
    counts = np.array([len(texts) for texts, _ in replaced])
    # At least one place, so that the arrays always have a score's shape.
    places = np.arange(max(counts.max(initial=0), 1))
    pairs = np.where(places < counts[:, None], places, -1)
    rows = np.repeat(np.arange(len(counts)), counts)
    texts = [text for each, _ in replaced for text in each]
    examples = [example for _, each in replaced for example in each]
    scores = [
      self._score(extracts, rows[at], texts[at], examples[at])
      for at in _slices(len(texts))
    ]
    like = extracts[tfma.PREDICTIONS_KEY]
    yield {
      **extracts,
      COUNTERFACTUAL_PAIRS: pairs,
      COUNTERFACTUAL_PREDICTIONS: _scattered(like, scores, pairs >= 0),
    }

  def _score(
    self,
    extracts: tfma.Extracts,
    rows: np.ndarray,
    texts: list[bytes],
    examples: list[bytes],
  ) -> Any:
    """Returns predictions as TFMA shapes them, for a batch of counterfactuals."""
    known = {
      name: taken
      for name, values in extracts.get(tfma.FEATURES_KEY, {}).items()
      if (taken := _rows_of(values, rows)) is not None
    }
    batch = {
      tfma.INPUT_KEY: np.array(examples, dtype=object),
      tfma.FEATURES_KEY: known
      | {self._text_feature: np.array(texts, dtype=object)[:, np.newaxis]},
    }
    (scored,) = self._predict.process(batch)
    return scored[tfma.PREDICTIONS_KEY]


def _replaced(serialized: bytes, text_feature: str) -> tuple[list[bytes], list[bytes]]:
  """Returns an example's counterfactual texts, and the example with each of them."""
  example = tf.train.Example.FromString(serialized)
  values = example.features.feature
  if features.COUNTERFACTUAL_TEXT not in values:
    return [], []
  texts = list(values[features.COUNTERFACTUAL_TEXT].bytes_list.value)
  for name in (
    features.COUNTERFACTUAL_TEXT,
    features.COUNTERFACTUAL_GROUP,
    features.COUNTERFACTUAL_EDIT,
    features.COUNTERFACTUAL_EDITS,
  ):
    values.pop(name, None)
  examples = []
  for text in texts:
    values[text_feature].bytes_list.value[:] = [text]
    examples.append(example.SerializeToString())
  return texts, examples


def _slices(size: int) -> Iterator[slice]:
  for start in range(0, size, _BATCH_SIZE):
    yield slice(start, start + _BATCH_SIZE)


def _rows_of(values: Any, rows: np.ndarray) -> Any:
  """Returns a batch of the given rows of a batched feature; None if it is no batch."""
  if isinstance(values, np.ndarray) and values.ndim:
    return values[rows]
  if isinstance(values, tfma.types.VarLenTensorValue):
    dense = list(values.dense_rows())
    return tfma.types.VarLenTensorValue.from_dense_rows([dense[row] for row in rows])
  return None


def _scattered(like: Any, chunks: list[Any], where: np.ndarray) -> Any:
  """Puts the scores of all pairs, in order, where their examples are.

  Args:
    like: Predictions of the originals: array, or dicts of them by model and output.
    chunks: Predictions of the pairs, likewise, in batches.
    where: Where there is a pair, shape `[batch, K]`.

  Returns:
    Scores of shape `[batch, K, num_scores]`, NaN where there is no pair; or dicts.
  """
  if isinstance(like, dict):
    return {
      name: _scattered(each, [chunk[name] for chunk in chunks], where)
      for name, each in like.items()
    }
  num_scores = int(np.prod(np.shape(like)[1:]))
  scattered = np.full([*where.shape, num_scores], np.nan)
  if chunks:
    flat = [np.reshape(chunk, [len(chunk), num_scores]) for chunk in chunks]
    scattered[where] = np.concatenate(flat)
  return scattered
