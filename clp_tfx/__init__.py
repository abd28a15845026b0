"""Counterfactual Logit Pairing (CLP) for TFX pipelines."""

import importlib
from typing import Any

__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
  """Imports the artifact type, which compiled jobs look up here, on first use."""
  # By name, because imports only go down and this package is at the bottom.
  if name == "CounterfactualStatistics":
    module = "clp_tfx.components.counterfactual_gen.component"
    return importlib.import_module(module).CounterfactualStatistics
  raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
