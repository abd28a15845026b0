"""Flip rates, bias AUCs and the gate for TensorFlow Model Analysis; no pipelines."""

from clp_tfx.tfma.audit_flips import AuditFlips
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.bias_auc import BiasAUC
from clp_tfx.tfma.eval_config import BASELINE, CANDIDATE, make_eval_config
from clp_tfx.tfma.extractors import (
  CounterfactualPredictionsExtractor,
  counterfactual_extractors,
)
from clp_tfx.tfma.flip_rate import FlipRate
from clp_tfx.tfma.left_out import COUNTERFACTUAL_PAIRS
from clp_tfx.tfma.pair_scores import COUNTERFACTUAL_PREDICTIONS
from clp_tfx.tfma.placebo_flips import PlaceboFlips
from clp_tfx.tfma.results import (
  decision_threshold_of,
  load_results,
  load_worst_flips,
  write_worst_flips,
)
from clp_tfx.tfma.worst_flips import WorstFlips

__all__ = [
  "BASELINE",
  "CANDIDATE",
  "COUNTERFACTUAL_PAIRS",
  "COUNTERFACTUAL_PREDICTIONS",
  "Audit",
  "AuditFlips",
  "BiasAUC",
  "CounterfactualPredictionsExtractor",
  "FlipRate",
  "PlaceboFlips",
  "WorstFlips",
  "counterfactual_extractors",
  "decision_threshold_of",
  "load_results",
  "load_worst_flips",
  "make_eval_config",
  "write_worst_flips",
]
