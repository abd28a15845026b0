"""Probes: functional tests of a classifier, sentences about people that we wrote.

Needs neither TensorFlow nor Beam: any function from texts to scores can be measured.
Models and files of comments belong in `evaluation`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "comparison": ["TRAINING_NOISE", "Displacement", "displacement"],
    "fill": ["Probe", "fill_probes", "training_sentences"],
    "measure": ["Rates", "hostile_auc", "logit_gaps", "rates"],
    "score": ["ProbeScores", "score_probes"],
    "summary": ["summarize"],
  },
)
