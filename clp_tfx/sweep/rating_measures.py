"""Metrics of one model of ratings on one split."""

import dataclasses
from typing import ClassVar

import numpy as np
from sklearn.metrics import r2_score

from clp_tfx.sweep.measures import Scores, flip_rate_bound, gap_bound, mean


@dataclasses.dataclass(frozen=True)
class RatingMeasures:
  """Metrics of a model of ratings, as in the gate; NaN if undefined.

  Attributes:
    r2: Share of the label's variance that the scores of the originals explain; see
      `clp_tfx.tfma.R2`.
    flip_rate: Share of pairs whose two scores are further apart than the tolerance.
    flip_rate_upper_bound: Its upper 95% confidence bound.
    score_gap: Mean absolute difference of the two scores of a pair.
    score_gap_upper_bound: Its upper 95% confidence bound.
    pairs: Number of pairs.
  """

  QUALITY: ClassVar[str] = "r2"
  """The figure that says how well the model predicts the label."""

  r2: float
  flip_rate: float
  flip_rate_upper_bound: float
  score_gap: float
  score_gap_upper_bound: float
  pairs: int


def measure_ratings(scores: Scores, flip_tolerance: float) -> RatingMeasures:
  """Computes the metrics of a model of ratings.

  Args:
    scores: The model's scores of one split.
    flip_tolerance: Distance of two scores above which a pair flips.

  Returns:
    The metrics.
  """
  gaps = np.abs(scores.original[scores.original_row] - scores.counterfactual)
  flipped = gaps > flip_tolerance
  no_number = 0 * np.sum(gaps)  # NaN if a score is NaN: it never flips.
  return RatingMeasures(
    r2=_r2(scores),
    flip_rate=mean(flipped) + no_number,
    flip_rate_upper_bound=flip_rate_bound(flipped, scores.original_row) + no_number,
    score_gap=mean(gaps),
    score_gap_upper_bound=gap_bound(gaps, scores.original_row),
    pairs=len(gaps),
  )


def _r2(scores: Scores) -> float:
  """Returns R² of the labelled rows; NaN if all labels are equal or a score is NaN."""
  labelled = scores.label_weight > 0
  labels, found = scores.label[labelled], scores.original[labelled]
  if len(np.unique(labels)) < 2 or np.isnan(found).any():
    return float("nan")
  return float(r2_score(labels, found))
