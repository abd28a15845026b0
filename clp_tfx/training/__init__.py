"""Training a classifier on transformed examples; usable without TFX's Trainer.

`HParams`, the hyperparameters of a training, needs no TensorFlow. Losses and the model
that pairs are `keras`'s; nothing here knows of pipelines.
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
