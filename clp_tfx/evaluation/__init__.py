"""Evaluates any model that scores texts with the pipeline's metrics or probes.

This package handles models and comments; `tfma` has the metrics, `report` the pages.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "config": ["EvaluationConfig"],
    "discover": ["discover_words"],
    "discover_config": ["DiscoverConfig"],
    "evaluate": ["evaluate_model"],
    "generate": ["generate_texts"],
    "generate_config": ["GenerateConfig"],
    "probe": ["probe_model"],
    "probe_config": ["ProbeConfig"],
  },
)
