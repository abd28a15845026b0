"""What a training is judged by: figures of one model on one split."""

import dataclasses

import numpy as np
from sklearn.metrics import roc_auc_score

from clp_tfx.counterfactuals.decisions import labels_differ


@dataclasses.dataclass(frozen=True)
class Scores:
  """Probabilities that a model gives to a split and its counterfactuals.

  Attributes:
    original: Float, shape `[rows]`.
    label: Float, shape `[rows]`; 0.0 or 1.0.
    label_weight: Float, shape `[rows]`; 0 where a row has no label.
    counterfactual: Float, shape `[pairs]`.
    original_row: Int, shape `[pairs]`; the row that each was made from.
  """

  original: np.ndarray
  label: np.ndarray
  label_weight: np.ndarray
  counterfactual: np.ndarray
  original_row: np.ndarray

  def to_json(self) -> dict[str, list[float]]:
    """Returns lists that `json` can write and `from_json` reads."""
    return {key: value.tolist() for key, value in dataclasses.asdict(self).items()}

  @classmethod
  def from_json(cls, lists: dict[str, list[float]]) -> "Scores":
    """Returns the scores that `to_json` gave lists of."""
    rows = np.asarray(lists["original_row"], dtype=np.int64)
    others = {key: np.asarray(value, dtype=np.float64) for key, value in lists.items()}
    return cls(**{**others, "original_row": rows})


@dataclasses.dataclass(frozen=True)
class Measures:
  """Figures of one model on one split; NaN where they are not defined.

  A decision is positive where `score > threshold`. The flip rate at the decision
  threshold can be had by moving every score away from it, so beside it stands the one
  at a matched threshold, where as many decisions are positive as the control's.

  Attributes:
    auc: Area under the ROC curve on the originals, by label weight; 0.5 is chance.
    flip_rate: Share of pairs whose two decisions differ; 0 when none depends on
      the edit.
    score_gap: Mean absolute difference of the two scores of a pair.
    positive_rate: Share of originals whose decision is positive.
    matched_threshold: Threshold at which the positive rate is the control's.
    matched_flip_rate: The flip rate at that threshold.
    matched_recall: Share of the positive originals found at that threshold.
    pairs: Number of pairs.
  """

  auc: float
  flip_rate: float
  score_gap: float
  positive_rate: float
  matched_threshold: float
  matched_flip_rate: float
  matched_recall: float
  pairs: int


def measure(
  scores: Scores, decision_threshold: float, control_positive_rate: float | None = None
) -> Measures:
  """Measures a model.

  Args:
    scores: Of one split.
    decision_threshold: In [0, 1].
    control_positive_rate: What the threshold is matched to; the model's own positive
      rate when not given, as for the control itself.

  Returns:
    The figures.
  """
  positive_rate = _mean(scores.original > decision_threshold)
  matched = decision_threshold
  if control_positive_rate is not None:
    matched = threshold_for(scores.original, control_positive_rate)
  positive = (scores.label > 0.5) & (scores.label_weight > 0)
  gaps = scores.original[scores.original_row] - scores.counterfactual
  return Measures(
    auc=auc(scores.original, scores.label, scores.label_weight),
    flip_rate=_mean(flips(scores, decision_threshold)),
    score_gap=_mean(np.abs(gaps)),
    positive_rate=positive_rate,
    matched_threshold=matched,
    matched_flip_rate=_mean(flips(scores, matched)),
    matched_recall=_mean(scores.original[positive] > matched),
    pairs=len(scores.counterfactual),
  )


def flips(scores: Scores, threshold: float) -> np.ndarray:
  """Returns which pairs' two decisions differ: bool, shape `[pairs]`."""
  original = scores.original[scores.original_row, None]
  return labels_differ(np, original, scores.counterfactual[:, None], threshold)


def threshold_for(scores: np.ndarray, positive_rate: float) -> float:
  """Returns the threshold above which the given share of scores lies.

  Halfway between two neighbouring scores; with ties, the one whose share is next.

  Args:
    scores: Float, shape `[rows]`, not empty.
    positive_rate: In [0, 1].
  """
  ordered = np.concatenate([[-np.inf], np.sort(scores), [np.inf]])
  negatives = len(scores) - round(positive_rate * len(scores))
  below, above = ordered[negatives], ordered[negatives + 1]
  if np.isinf(below) or np.isinf(above):
    return 1.0 if np.isinf(above) else 0.0
  return float((below + above) / 2)


def auc(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
  """Area under the ROC curve: how often a positive scores above a negative.

  Args:
    scores: Float, shape `[rows]`.
    labels: Float, shape `[rows]`; 0.0 or 1.0.
    weights: Float, shape `[rows]`; at least 0.

  Returns:
    In [0, 1], ties counting half; NaN without both labels, or with a score that is no
    number, as of a training that has diverged.
  """
  if len(np.unique(labels[weights > 0])) < 2 or np.isnan(scores).any():
    return float("nan")
  return float(roc_auc_score(labels, scores, sample_weight=weights))


def _mean(values: np.ndarray) -> float:
  return float(np.mean(values)) if len(values) else float("nan")
