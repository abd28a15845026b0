"""Scores texts with whatever a team serves: one interface, a module per kind of model.

This package knows neither metrics nor comments; `TextScorer` is what others use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "options": ["ScoringOptions"],
    "scorer": ["TextScorer"],
  },
)
