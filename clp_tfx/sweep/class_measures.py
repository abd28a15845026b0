"""Metrics of one model of classes on one split."""

import dataclasses

import numpy as np

from clp_tfx.counterfactuals.decisions import classes_differ
from clp_tfx.sweep.measures import Measures, Scores, auc, flip_rate_bound, mean
from clp_tfx.tfma.class_rates import decision_ratio
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL

_NAN = float("nan")


@dataclasses.dataclass(frozen=True)
class ClassMeasures(Measures):
  """Metrics of a model of classes.

  AUC, flips and gaps are those of the gate. In place of the positive rate stands how
  often each class is decided: the bounds of the positive ratio are the lowest and the
  highest of all classes. What needs a threshold is NaN.

  Attributes:
    lowest_ratio: How often a class is decided, as a multiple of the control's; the
      lowest of all classes.
    highest_ratio: The highest.
  """

  lowest_ratio: float
  highest_ratio: float

  @property
  def ratios(self) -> tuple[float, float]:
    """The lowest and the highest ratio."""
    return self.lowest_ratio, self.highest_ratio


def measure_classes(
  scores: Scores, control: Scores, same_rows: bool = True
) -> ClassMeasures:
  """Computes the metrics of a model of classes.

  Args:
    scores: The model's scores of one split, shape `[rows, num_classes]`.
    control: The control's scores of the same split.
    same_rows: Whether the control's rows are in the same order.

  Returns:
    The metrics.
  """
  originals = scores.original[scores.original_row]
  gaps = np.abs(originals - scores.counterfactual).sum(axis=1) / 2
  flipped = classes_differ(np, originals, scores.counterfactual)
  no_number = 0 * np.sum(gaps)  # NaN if a score is NaN.
  places = range(scores.original.shape[1])
  ratios = np.array([_ratio(scores, control, place) for place in places])
  (lowest, low, _), (highest, _, high) = ratios.min(axis=0), ratios.max(axis=0)
  unpaired = 0.0 if same_rows else _NAN
  aucs = [
    auc(scores.original[:, place], 1.0 * (scores.label == place), scores.label_weight)
    for place in places
  ]
  return ClassMeasures(
    auc=mean(np.array(aucs)),
    flip_rate=mean(flipped) + no_number,
    flip_rate_upper_bound=flip_rate_bound(flipped, scores.original_row) + no_number,
    score_gap=mean(gaps),
    positive_rate=_NAN,
    positive_ratio=_NAN,
    positive_ratio_lower_bound=float(low) + unpaired,
    positive_ratio_upper_bound=float(high) + unpaired,
    matched_threshold=_NAN,
    matched_flip_rate=_NAN,
    matched_recall=_NAN,
    pairs=len(scores.counterfactual),
    lowest_ratio=float(lowest),
    highest_ratio=float(highest),
  )


def _ratio(scores: Scores, control: Scores, place: int) -> tuple[float, float, float]:
  """Returns how often a class is decided over the control's rate, and its bounds."""
  model, reference = (
    each.original.argmax(axis=1) == place for each in (scores, control)
  )
  unknown = 0 * float(np.sum(scores.original) + np.sum(control.original))
  counts = (float(np.sum(x)) for x in (model & reference, model, reference))
  ratio, low, high = decision_ratio(*counts, level=DEFAULT_LEVEL)
  return ratio + unknown, low + unknown, high + unknown
