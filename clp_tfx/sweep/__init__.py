"""Finding the weight: trains over a grid and recommends the smallest that will do.

What a training is belongs to `training`; here are only grids, figures and advice.
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
