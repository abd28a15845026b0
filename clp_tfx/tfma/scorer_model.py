"""Lets TFMA take any scorer of texts for a model."""

import functools
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx.scorers.scorer import TextScorer

SIGNATURE = "serving_default"
"""Name of the scorer's signature for TFMA, independent of the model's signature."""

_EXAMPLES = "serialized_examples"


class ScorerModel:
  """A model for TFMA with one signature, `SIGNATURE`, that takes serialised examples.

  Attributes:
    signatures: The signature that TFMA calls.

  Args:
    model: The model, as in `TextScorer`.
    **scoring: Further arguments of `TextScorer`.
  """

  def __init__(self, model: str, **scoring: Any):
    self.signatures = {SIGNATURE: _Signature(TextScorer(model, **scoring))}


class _Signature:
  """Signature for TFMA, from serialised examples to `{"scores": [batch, 1]}`."""

  structured_input_signature = ((), {_EXAMPLES: tf.TensorSpec([None], tf.string)})

  def __init__(self, scorer: TextScorer):
    self._scorer = scorer

  def __call__(self, serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    scores = self._scorer.score_examples(serialized.numpy().tolist())
    return {"scores": tf.constant(scores[:, np.newaxis], tf.float32)}


def eval_shared_model(
  name: str, model: str, is_baseline: bool = False, **scoring: Any
) -> tfma.types.EvalSharedModel:
  """Wraps a model that a `TextScorer` can score with as a model for TFMA.

  Args:
    name: Name of the model in the EvalConfig.
    model: The model, as in `TextScorer`.
    is_baseline: Whether the model is the baseline.
    **scoring: Further arguments of `TextScorer`, which each worker loads itself.
  """
  return tfma.types.EvalSharedModel(
    model_name=name,
    model_path=model,
    model_type=tfma.TF_GENERIC,
    is_baseline=is_baseline,
    model_loader=tfma.types.ModelLoader(
      construct_fn=functools.partial(ScorerModel, model, **scoring),
      tags=[tf.saved_model.SERVING],
    ),
  )
