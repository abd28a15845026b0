"""Evaluator: the stock extractors, and the scores of the counterfactuals."""

from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx.tfma import CounterfactualPredictionsExtractor


def custom_extractors(
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
  eval_config: tfma.EvalConfig,
  tensor_adapter_config: Any,
) -> list[tfma.extractors.Extractor]:
  """Returns the extractors that the Evaluator runs.

  Args:
    eval_shared_model: The model, or candidate and baseline.
    eval_config: As built by `make_eval_config`.
    tensor_adapter_config: As TFX passes it.

  Returns:
    TFMA's default extractors with `CounterfactualPredictionsExtractor` among them,
    while extracts are still in batches.
  """
  extractors = tfma.default_extractors(
    eval_shared_model=eval_shared_model,
    eval_config=eval_config,
    tensor_adapter_config=tensor_adapter_config,
  )
  unbatch = tfma.extractors.UnbatchExtractor().stage_name
  position = [extractor.stage_name for extractor in extractors].index(unbatch)
  extractors.insert(
    position, CounterfactualPredictionsExtractor(eval_config, eval_shared_model)
  )
  return extractors
