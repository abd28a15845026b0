"""Decisions of a model, and distances between its scores."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from clp_tfx.counterfactuals.decisions import classes_differ, labels_differ

THRESHOLD, ARGMAX, ANY_LABEL = "threshold", "argmax", "any_label"
TOLERANCE = "tolerance"
RULES = (THRESHOLD, ARGMAX, ANY_LABEL, TOLERANCE)


@dataclasses.dataclass(frozen=True)
class DecisionRule:
  """How scores become decisions.

  - `threshold`: one score; positive if it is above the threshold, as in TFMA's
    confusion matrices. If there are several scores, `class_id` selects one.
  - `argmax`: several scores; the largest decides (on ties, the first).
  - `any_label`: several scores, each with its own decision by the threshold; the
    decision changes if any of them does.
  - `tolerance`: one score that is a number of any size; it is itself the decision,
    which changes if the two scores are further apart than the only threshold.

  Attributes:
    rule: One of `RULES`.
    thresholds: Decision thresholds; not used by `argmax`.
    class_id: Index of the score that `threshold` uses; None if there is only one.

  Raises:
    ValueError: If the rule is unknown or needs thresholds and there are none.
  """

  rule: str = THRESHOLD
  thresholds: tuple[float, ...] = (0.5,)
  class_id: int | None = None

  def __post_init__(self):
    if self.rule not in RULES:
      raise ValueError(f"Expected decision to be one of {RULES}. Received: {self.rule}")
    if self.rule != ARGMAX and not self.thresholds:
      raise ValueError("Expected one or more thresholds. Received none.")

  @property
  def keyed_thresholds(self) -> tuple[float | None, ...]:
    """The thresholds in metric keys; a single None for `argmax` and `tolerance`."""
    return (None,) if self.rule in (ARGMAX, TOLERANCE) else self.thresholds

  def compare(self, original: np.ndarray, counterfactuals: np.ndarray) -> "Comparison":
    """Compares the scores of a text with those of its counterfactuals.

    Args:
      original: Scores of the text, shape `[num_scores]`.
      counterfactuals: Scores of its K counterfactuals, shape `[K, num_scores]`.

    Returns:
      The changes at each of T thresholds; for `argmax` and `tolerance`, T is 1.

    Raises:
      ValueError: If the rule is `threshold` and there are several scores but no
        `class_id`.
    """
    if self.rule == ARGMAX:
      return Comparison(
        gap=np.abs(counterfactuals - original).sum(axis=1) / 2,
        changed=classes_differ(np, original, counterfactuals)[None],
      )
    if self.rule == TOLERANCE:
      gap = np.abs(self._select(counterfactuals) - self.score(original))
      return Comparison(gap=gap, changed=gap[None] > self.thresholds[0])
    if self.rule == ANY_LABEL:
      return Comparison(
        gap=np.abs(counterfactuals - original).max(axis=1),
        changed=labels_differ(np, original, counterfactuals, self._cut_offs),
      )
    score, scores = self.score(original), self._select(counterfactuals)
    cut_offs = self._cut_offs[..., 0]
    return Comparison(
      gap=np.abs(scores - score),
      # As by labels_differ, which takes longer: it looks for any of several scores.
      changed=(scores > cut_offs) != (score > cut_offs),
      positive=np.array(self.positive(score)),
      score=score,
      scores=scores,
    )

  @functools.cached_property
  def _cut_offs(self) -> np.ndarray:
    """The thresholds, shape `[T, 1, 1]`."""
    return np.array(self.thresholds)[:, None, None]

  def score(self, scores: np.ndarray) -> float:
    """Returns the score that decides; only for `threshold` and `tolerance`.

    Args:
      scores: Scores of a text, shape `[num_scores]`.
    """
    return float(self._select(scores))

  def positive(self, score: float) -> tuple[bool, ...]:
    """Returns whether the decision on a score is positive, for each threshold."""
    return tuple(score > threshold for threshold in self.thresholds)

  def _select(self, scores: np.ndarray) -> np.ndarray:
    """Returns the score that decides, dropping the last axis."""
    if self.class_id is not None:
      return scores[..., self.class_id]
    if scores.shape[-1] != 1:
      raise ValueError(
        f"Expected one score per text. Received: {scores.shape[-1]}. Set FlipRate's "
        '"decision" to "argmax" (classes) or "any_label" (labels), or binarize the '
        "MetricsSpec by class_ids."
      )
    return scores[..., 0]


@dataclasses.dataclass(frozen=True)
class Comparison:
  """A text compared with its K counterfactuals at T thresholds.

  Attributes:
    gap: Distance between the scores, shape `[K]`: the absolute difference of a single
      score, the total variation distance of class probabilities, or the largest
      difference among labels.
    changed: Whether the decision differs, shape `[T, K]`.
    positive: Whether the decision on the text is positive, shape `[T]`; only for the
      rule `threshold`.
    score: Score of the text; only for the rule `threshold`.
    scores: Scores of the counterfactuals, shape `[K]`; only for the rule `threshold`.
  """

  gap: np.ndarray
  changed: np.ndarray
  positive: np.ndarray | None = None
  score: float | None = None
  scores: np.ndarray | None = None


def scores_of(values: object, names: Sequence[str | None]) -> np.ndarray:
  """Finds the scores of one model and output in an extract.

  Args:
    values: Array of scores, or dicts of arrays by model name, output name or both.
    names: Model and output name; empty if there is only one.

  Returns:
    The scores, shaped as by TFMA.

  Raises:
    ValueError: If there are several models or outputs and none is named.
  """
  for name in names:
    if name and isinstance(values, dict) and name in values:
      values = values[name]
  while isinstance(values, dict) and len(values) == 1:
    (values,) = values.values()
  if isinstance(values, dict):
    raise ValueError(
      f"Expected scores of one output. Received several: {sorted(values)}. Name one in "
      "the MetricsSpec's output_names."
    )
  return values
