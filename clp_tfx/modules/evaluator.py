"""Evaluator: TFMA's stock extractors and one that scores the counterfactuals."""

from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma.extractors import counterfactual_extractors


def custom_extractors(
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
  eval_config: config_pb2.EvalConfig,
  tensor_adapter_config: Any,
) -> list[tfma.extractors.Extractor]:
  """Returns the extractors that the Evaluator runs; see `counterfactual_extractors`.

  Args:
    eval_shared_model: The model, or the candidate and the baseline.
    eval_config: A config from `make_eval_config`.
    tensor_adapter_config: Passed by TFX.
  """
  return counterfactual_extractors(
    eval_shared_model, eval_config, tensor_adapter_config
  )
