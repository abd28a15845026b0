"""Scores probes with any function from texts to scores."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from clp_tfx.probes.fill import Probe

_BATCH = 256


class ProbeScores(NamedTuple):
  """The scores of probes by one model.

  Example:
    >>> scores = score_probes(fill_probes(), lambda texts: [0.25] * len(texts))
    >>> len(scores.sentences) == len(fill_probes())
    True

  Attributes:
    sentences: Probabilities of the sentences, shape `[probes]`.
    persons: Probabilities of the same sentences about a person, shape `[probes]`; NaN
      where a probe has none.
  """

  sentences: np.ndarray
  persons: np.ndarray


def score_probes(
  probes: Sequence[Probe], scorer: Callable[[list[str]], np.ndarray]
) -> ProbeScores:
  """Scores every distinct text once.

  Example:
    >>> probes = fill_probes()[:2]
    >>> score_probes(probes, lambda texts: [0.25] * len(texts)).sentences.tolist()
    [0.25, 0.25]

  Args:
    probes: The probes.
    scorer: Function from texts to one probability each, shape `[texts]`.

  Returns:
    The scores in the order of the probes.
  """
  texts = list(dict.fromkeys(text for p in probes for text in (p.text, p.person)))
  texts = [text for text in texts if text]
  scored = {"": np.nan}
  for start in range(0, len(texts), _BATCH):
    batch = texts[start : start + _BATCH]
    scored.update(zip(batch, np.asarray(scorer(batch), np.float64), strict=True))
  return ProbeScores(
    np.array([scored[probe.text] for probe in probes], np.float64),
    np.array([scored[probe.person] for probe in probes], np.float64),
  )
