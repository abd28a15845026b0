"""Trains a classifier on transformed examples; usable without TFX's Trainer.

`HParams`, the training hyperparameters, needs no TensorFlow. The losses and the paired
model come from `clp_tfx.keras`; nothing here depends on pipelines.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "batches": ["read_batches"],
    "hparams": ["HParams"],
    "keras_file": ["load_classifier", "save_classifier"],
    "loop": ["Trained", "compiled", "fit"],
    "start": ["starting_classifier"],
  },
)
