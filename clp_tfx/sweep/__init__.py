"""Trains a grid of weights and recommends the smallest that meets the bounds.

This package has grids, figures and the recommendation; `training` does the training.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "examples": [
      "TokenLists",
      "augmented",
      "blinded",
      "split_pattern",
      "write_variant",
    ],
    "local": ["sweep_locally"],
  },
)
