"""Flip rate for TensorFlow Model Analysis, and the gate; usable without TFX."""

from clp_tfx.tfma.eval_config import BASELINE, CANDIDATE, make_eval_config
from clp_tfx.tfma.extractors import CounterfactualPredictionsExtractor
from clp_tfx.tfma.flip_rate import COUNTERFACTUAL_PREDICTIONS, FlipRate
from clp_tfx.tfma.results import load_results

__all__ = [
  "BASELINE",
  "CANDIDATE",
  "COUNTERFACTUAL_PREDICTIONS",
  "CounterfactualPredictionsExtractor",
  "FlipRate",
  "load_results",
  "make_eval_config",
]
