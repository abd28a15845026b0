"""Counterfactual Logit Pairing (CLP) for TFX pipelines."""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
  """Imports the artifact type, which a compiled job looks for here, when asked for."""
  if name == "CounterfactualStatistics":
    from clp_tfx.counterfactual_gen.statistics import CounterfactualStatistics

    return CounterfactualStatistics
  raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
