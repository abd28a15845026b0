"""Counterfactual Logit Pairing for Keras 3; usable without TFX."""

from clp_tfx.keras.datasets import (
  CounterfactualPackedInputs,
  build_counterfactual_dataset,
  pack_counterfactual_data,
)
from clp_tfx.keras.inputs import (
  CounterfactualInputs,
  PairedPredictions,
  average_counterfactuals,
  draw_counterfactuals,
  pad_pairs,
)
from clp_tfx.keras.losses import (
  PairwiseAbsoluteDifferenceLoss,
  PairwiseCosineLoss,
  PairwiseJensenShannonLoss,
  PairwiseMSELoss,
  pairwise_absolute_difference,
  pairwise_cosine_distance,
  pairwise_jensen_shannon_divergence,
  pairwise_mean_squared_error,
)
from clp_tfx.keras.model import CounterfactualModel

__all__ = [
  "CounterfactualInputs",
  "CounterfactualModel",
  "CounterfactualPackedInputs",
  "PairedPredictions",
  "PairwiseAbsoluteDifferenceLoss",
  "PairwiseCosineLoss",
  "PairwiseJensenShannonLoss",
  "PairwiseMSELoss",
  "average_counterfactuals",
  "build_counterfactual_dataset",
  "draw_counterfactuals",
  "pack_counterfactual_data",
  "pad_pairs",
  "pairwise_absolute_difference",
  "pairwise_cosine_distance",
  "pairwise_jensen_shannon_divergence",
  "pairwise_mean_squared_error",
]
