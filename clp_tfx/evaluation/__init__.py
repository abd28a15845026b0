"""Any SavedModel that scores texts, measured as the pipeline measures its own.

Metrics are `tfma`'s and pages are `report`'s; here are models and comments.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "config": ["EvaluationConfig"],
    "evaluate": ["evaluate_model"],
    "text_scorer": ["TextScorer"],
  },
)
