"""Counterfactuals added to examples: a Beam transform and a TFX component."""

from clp_tfx.components.counterfactual_gen.component import CounterfactualGen
from clp_tfx.components.counterfactual_gen.statistics import CounterfactualStatistics
from clp_tfx.components.counterfactual_gen.transforms import GenerateCounterfactuals

__all__ = [
  "CounterfactualGen",
  "CounterfactualStatistics",
  "GenerateCounterfactuals",
]
