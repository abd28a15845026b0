"""What probes say about a model: rates by identity, their spread, and logit gaps.

Pure functions on arrays. A score above a threshold is a positive decision, as in the
flip rate. What has no sentences is NaN.
"""

from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from clp_tfx.probes.templates import HOSTILE, NEUTRAL

# Half the resolution of 32-bit floats near 1: scores of 0 and 1 have finite logits.
_EPSILON = 2.0**-25


class Rates(NamedTuple):
  """Decisions on probes at one threshold; all in [0, 1].

  Example:
    >>> import numpy as np
    >>> neutral = np.array(["neutral", "neutral"])
    >>> found = rates(np.array([0.9, 0.1]), neutral, np.array([0, 1]), 2, threshold=0.5)
    >>> found.false_positive_rates.tolist(), found.worst_distance
    ([1.0, 0.0], 0.5)

  Attributes:
    threshold: The threshold.
    positive_rate: Share of positive decisions among all sentences.
    false_positive_rate: The same among neutral sentences.
    recall: The same among hostile sentences.
    false_positive_rates: False positive rate of each identity, shape `[identities]`.
    recalls: Recall of each identity, shape `[identities]`.
    mean_distance: Mean distance of an identity's false positive rate from that of all
      neutral sentences; 0: the same for every identity.
    worst_distance: The largest of these distances.
  """

  threshold: float
  positive_rate: float
  false_positive_rate: float
  recall: float
  false_positive_rates: np.ndarray
  recalls: np.ndarray
  mean_distance: float
  worst_distance: float


def rates(
  scores: np.ndarray,
  labels: np.ndarray,
  identities: np.ndarray,
  size: int,
  threshold: float,
) -> Rates:
  """Computes the rates at a threshold.

  Example:
    >>> import numpy as np
    >>> found = rates(
    ...   scores=np.array([0.9, 0.1, 0.8]),
    ...   labels=np.array(["neutral", "neutral", "hostile"]),
    ...   identities=np.array([0, 1, 1]),
    ...   size=2,
    ...   threshold=0.5,
    ... )
    >>> found.false_positive_rate, found.recall
    (0.5, 1.0)

  Args:
    scores: Probabilities, shape `[probes]`.
    labels: Labels of the probes, shape `[probes]`; those other than `neutral` and
      `hostile` count in the positive rate only.
    identities: Index of each probe's identity, integers below `size`, shape `[probes]`.
    size: Number of identities.
    threshold: The threshold.
  """
  decisions = (scores > threshold).astype(np.float64)
  neutral, hostile = labels == NEUTRAL, labels == HOSTILE
  overall = mean(decisions[neutral])
  by_identity = group_means(decisions[neutral], identities[neutral], size)
  distances = abs(by_identity - overall)
  distances = distances[~np.isnan(distances)]
  return Rates(
    threshold,
    mean(decisions),
    overall,
    mean(decisions[hostile]),
    by_identity,
    group_means(decisions[hostile], identities[hostile], size),
    mean(distances),
    float(distances.max(initial=0)) if len(distances) else np.nan,
  )


def group_means(values: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
  """Returns the mean value of each group, NaN for a group without values.

  Args:
    values: Numbers, shape `[n]`.
    groups: Group of each value, integers below `size`, shape `[n]`.
    size: Number of groups.
  """
  counts = np.bincount(groups, minlength=size)
  sums = np.bincount(groups, values, minlength=size)
  return np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)


def mean(values: np.ndarray) -> float:
  """Returns the mean, NaN without values."""
  return float(values.mean()) if len(values) else np.nan


def logit_gaps(scores: np.ndarray, persons: np.ndarray) -> np.ndarray:
  """Returns how much higher the logit is than for the same sentence about a person.

  Formula: `logit(score) - logit(person)`; 0: naming the identity changes nothing.

  Example:
    >>> import numpy as np
    >>> logit_gaps(np.array([0.5, 0.9]), np.array([0.5, 0.5])).round(2).tolist()
    [0.0, 2.2]

  Args:
    scores: Probabilities, shape `[n]`.
    persons: Those of the sentences about a person, shape `[n]`; NaN gives NaN.
  """
  return logits(scores) - logits(persons)


def logits(scores: np.ndarray) -> np.ndarray:
  """Returns the logits of probabilities, finite also for 0 and 1.

  Args:
    scores: Probabilities, shape `[n]`.
  """
  clipped = np.clip(scores, _EPSILON, 1 - _EPSILON)
  return np.log(clipped) - np.log1p(-clipped)


def hostile_auc(scores: np.ndarray, labels: np.ndarray) -> float:
  """Returns the AUC of hostile against neutral sentences, NaN without one of them.

  Example:
    >>> import numpy as np
    >>> labels = np.array(["neutral", "hostile", "neutral"])
    >>> hostile_auc(np.array([0.1, 0.9, 0.4]), labels)
    1.0

  Args:
    scores: Probabilities, shape `[probes]`.
    labels: Labels of the probes, shape `[probes]`.
  """
  ranked = np.isin(labels, (NEUTRAL, HOSTILE))
  is_hostile = labels[ranked] == HOSTILE
  if is_hostile.all() or not is_hostile.any():
    return np.nan
  return float(roc_auc_score(is_hostile, scores[ranked]))
