"""Metrics of one model on one split."""

import dataclasses
from typing import ClassVar

import numpy as np
from sklearn.metrics import roc_auc_score

from clp_tfx.counterfactuals.decisions import labels_differ
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.intervals import (
  ClusterSums,
  mean_upper_bound,
  ratio_bounds,
  upper_bound,
)
from clp_tfx.tfma.matched_threshold import find_matched_threshold


@dataclasses.dataclass(frozen=True)
class Scores:
  """Scores that a model predicts for a split and its counterfactuals.

  Of ratings, numbers of any size; otherwise probabilities.

  Attributes:
    original: Float, shape `[rows]`; of classes, shape `[rows, num_classes]`.
    label: Float, shape `[rows]`; 0.0 or 1.0, the place of a class, or a rating.
    label_weight: Float, shape `[rows]`; 0 for unlabelled rows.
    counterfactual: Float, shape `[pairs]` or `[pairs, num_classes]`.
    original_row: Int, shape `[pairs]`; the row of each counterfactual's original.
  """

  original: np.ndarray
  label: np.ndarray
  label_weight: np.ndarray
  counterfactual: np.ndarray
  original_row: np.ndarray

  def to_json(self) -> dict[str, list[float]]:
    """Returns the scores as lists, for `json` and `from_json`."""
    return {key: value.tolist() for key, value in dataclasses.asdict(self).items()}

  @classmethod
  def from_json(cls, lists: dict[str, list[float]]) -> "Scores":
    """Creates scores from the lists that `to_json` returned."""
    rows = np.asarray(lists["original_row"], dtype=np.int64)
    others = {key: np.asarray(value, dtype=np.float64) for key, value in lists.items()}
    return cls(**{**others, "original_row": rows})


@dataclasses.dataclass(frozen=True)
class Measures:
  """Metrics of one model on one split; NaN if undefined.

  A decision is positive if `score > threshold`. A model can lower the flip rate at the
  decision threshold by moving all scores away from it. The flip rate at a matched
  threshold, at which as many decisions are positive as the control's, rules that out.

  Attributes:
    auc: Area under the ROC curve on the originals, by label weight; 0.5 is chance.
    flip_rate: Share of pairs whose two decisions differ; 0 if no decision depends on
      the edit.
    flip_rate_upper_bound: Its upper 95% confidence bound, as in the gate; see
      `clp_tfx.tfma.intervals.upper_bound`.
    score_gap: Mean absolute difference of the two scores of a pair.
    positive_rate: Share of originals whose decision is positive.
    positive_ratio: Positive rate as a multiple of the control's.
    positive_ratio_lower_bound: Its lower 95% confidence bound, as in the gate; see
      `clp_tfx.tfma.intervals.ratio_bounds`. NaN if the rows are not the control's.
    positive_ratio_upper_bound: Its upper bound, likewise.
    matched_threshold: Threshold at which the positive rate equals the control's, as in
      the gate; see `find_matched_threshold`.
    matched_flip_rate: Flip rate at that threshold.
    matched_recall: Share of positive originals with a positive decision there.
    pairs: Number of pairs.
  """

  QUALITY: ClassVar[str] = "auc"
  """The figure that says how well the model predicts the label."""

  auc: float
  flip_rate: float
  flip_rate_upper_bound: float
  score_gap: float
  positive_rate: float
  positive_ratio: float
  positive_ratio_lower_bound: float
  positive_ratio_upper_bound: float
  matched_threshold: float
  matched_flip_rate: float
  matched_recall: float
  pairs: int

  @property
  def ratios(self) -> tuple[float, float]:
    """The positive ratio, as the lowest and the highest that a bound applies to."""
    return self.positive_ratio, self.positive_ratio


def measure(
  scores: Scores,
  decision_threshold: float,
  control: Scores | None = None,
  same_rows: bool = True,
) -> Measures:
  """Computes the metrics of a model.

  Args:
    scores: The model's scores of one split.
    decision_threshold: Decision threshold in [0, 1].
    control: The control's scores of the same split, for the matched threshold; if None,
      the decision threshold is used for it.
    same_rows: Whether the control's rows are in the same order.

  Returns:
    The metrics.
  """
  matched = decision_threshold
  if control is not None:
    matched = find_matched_threshold(
      scores.original, control.original, decision_threshold
    )
  unknown = 0 * matched  # NaN if there is no such threshold.
  positive = (scores.label > 0.5) & (scores.label_weight > 0)
  gaps = scores.original[scores.original_row] - scores.counterfactual
  flipped = flips(scores, decision_threshold)
  ratio, low, high = _positive_ratio(scores, control or scores, decision_threshold)
  unpaired = 0.0 if same_rows else float("nan")
  no_number = 0 * np.sum(gaps)  # NaN if a score is NaN: it never flips.
  return Measures(
    auc=auc(scores.original, scores.label, scores.label_weight),
    flip_rate=mean(flipped) + no_number,
    flip_rate_upper_bound=flip_rate_bound(flipped, scores.original_row) + no_number,
    score_gap=mean(np.abs(gaps)),
    positive_rate=mean(scores.original > decision_threshold),
    positive_ratio=ratio,
    positive_ratio_lower_bound=low + unpaired,
    positive_ratio_upper_bound=high + unpaired,
    matched_threshold=matched,
    matched_flip_rate=mean(flips(scores, matched)) + unknown,
    matched_recall=mean(scores.original[positive] > matched) + unknown,
    pairs=len(scores.counterfactual),
  )


def flips(scores: Scores, threshold: float) -> np.ndarray:
  """Returns which pairs' two decisions differ: bool, shape `[pairs]`."""
  original = scores.original[scores.original_row, None]
  return labels_differ(np, original, scores.counterfactual[:, None], threshold)


def auc(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
  """Area under the ROC curve: how often a positive scores above a negative.

  Args:
    scores: Float, shape `[rows]`.
    labels: Float, shape `[rows]`; 0.0 or 1.0.
    weights: Float, shape `[rows]`; at least 0.

  Returns:
    AUC in [0, 1], with ties counting half; NaN if there is only one class or a score is
    NaN, as after a training that diverged.
  """
  if len(np.unique(labels[weights > 0])) < 2 or np.isnan(scores).any():
    return float("nan")
  return float(roc_auc_score(labels, scores, sample_weight=weights))


def _positive_ratio(
  scores: Scores, control: Scores, threshold: float
) -> tuple[float, float, float]:
  """Returns the ratio of the positive rates and its bounds."""
  model, reference = (each.original > threshold for each in (scores, control))
  both, first, second = (
    float(np.sum(each)) for each in (model & reference, model, reference)
  )
  unknown = 0 * float(np.sum(scores.original) + np.sum(control.original))
  low, high = ratio_bounds(both, first, second, DEFAULT_LEVEL)
  ratio = first / second if second else float("nan")
  return ratio + unknown, low + unknown, high + unknown


def flip_rate_bound(flipped: np.ndarray, rows: np.ndarray) -> float:
  """Returns the upper bound of the flip rate; the pairs of a row are one cluster.

  Args:
    flipped: Which pairs flip, shape `[pairs]`.
    rows: Row of each pair's original, shape `[pairs]`.
  """
  if not len(flipped):
    return float("nan")
  return float(upper_bound(_cluster_sums(flipped, rows), DEFAULT_LEVEL))


def gap_bound(gaps: np.ndarray, rows: np.ndarray) -> float:
  """Returns the upper bound of the mean gap; the pairs of a row are one cluster.

  Args:
    gaps: Distance of each pair's two scores, shape `[pairs]`.
    rows: Row of each pair's original, shape `[pairs]`.
  """
  return mean_upper_bound(_cluster_sums(gaps, rows), DEFAULT_LEVEL)


def _cluster_sums(values: np.ndarray, rows: np.ndarray) -> ClusterSums:
  _, cluster = np.unique(rows, return_inverse=True)
  n = np.bincount(cluster).astype(float)
  f = np.bincount(cluster, values)
  return ClusterSums(
    clusters=len(n),
    flipped_clusters=np.sum(f > 0),
    pairs=np.sum(n),
    flips=np.sum(f),
    w2_n=np.sum(n),
    w2_nn=np.sum(n * n),
    w2_fn=np.sum(f * n),
    w2_ff=np.sum(f * f),
  )


def mean(values: np.ndarray) -> float:
  """Returns the mean of values; NaN without any."""
  return float(np.mean(values)) if len(values) else float("nan")
