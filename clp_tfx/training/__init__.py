"""Training a classifier on transformed examples; usable without TFX's Trainer.

`hparams` says what can be set, `fit` trains, `export` writes what is served. The
modules are imported one by one: `hparams` needs no TensorFlow.
"""
