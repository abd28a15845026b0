"""What a model decides, and how far apart two of its answers are."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from clp_tfx.counterfactuals.decisions import classes_differ, labels_differ

THRESHOLD, ARGMAX, ANY_LABEL = "threshold", "argmax", "any_label"
RULES = (THRESHOLD, ARGMAX, ANY_LABEL)


@dataclasses.dataclass(frozen=True)
class DecisionRule:
  """How scores become decisions.

  - `threshold`: one score; positive where it is above the threshold, as in TFMA's
    confusion matrices. Of several scores, `class_id` says which.
  - `argmax`: several scores, of which the largest decides (the first of equal ones).
  - `any_label`: several scores, each a decision of its own by the threshold; the
    decision has changed where any of them has.

  Attributes:
    rule: One of `RULES`.
    thresholds: Decision thresholds; unused by `argmax`.
    class_id: The score that `threshold` looks at; None where there is only one.

  Raises:
    ValueError: If the rule is not known or lacks thresholds.
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
    """The thresholds that keys name; a single None where there is none."""
    return (None,) if self.rule == ARGMAX else self.thresholds

  def compare(self, original: np.ndarray, counterfactuals: np.ndarray) -> "Comparison":
    """Compares the scores of a text with those of its counterfactuals.

    Args:
      original: Scores of the text, shape `[num_scores]`.
      counterfactuals: Of its K counterfactuals, shape `[K, num_scores]`.

    Returns:
      What changed, for T thresholds (one without any).

    Raises:
      ValueError: If `threshold` meets several scores and no `class_id`.
    """
    if self.rule == ARGMAX:
      return Comparison(
        gap=np.abs(counterfactuals - original).sum(axis=1) / 2,
        changed=classes_differ(np, original, counterfactuals)[None],
      )
    thresholds = np.array(self.thresholds)[:, None, None]
    if self.rule == ANY_LABEL:
      return Comparison(
        gap=np.abs(counterfactuals - original).max(axis=1),
        changed=labels_differ(np, original, counterfactuals, thresholds),
      )
    score, scores = self.score(original), self._select(counterfactuals)
    return Comparison(
      gap=np.abs(scores - score),
      changed=labels_differ(np, np.array([score]), scores[:, None], thresholds),
      positive=np.array(self.positive(score)),
      score=score,
      scores=scores,
    )

  def score(self, scores: np.ndarray) -> float:
    """Returns the one score that decides; `threshold` only.

    Args:
      scores: Of a text, shape `[num_scores]`.
    """
    return float(self._select(scores))

  def positive(self, score: float) -> tuple[bool, ...]:
    """Returns whether that score is decided positive, at each threshold."""
    return tuple(score > threshold for threshold in self.thresholds)

  def _select(self, scores: np.ndarray) -> np.ndarray:
    """Returns the one score that decides, without the last axis."""
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
  """A text beside its K counterfactuals, at T thresholds.

  Attributes:
    gap: Distance of the scores, shape `[K]`: absolute difference of one score; total
      variation distance of class probabilities; largest difference among labels.
    changed: Whether the decision differs, shape `[T, K]`.
    positive: Whether the text is decided positive, shape `[T]`; `threshold` only.
    score: The text's score; `threshold` only.
    scores: The counterfactuals' scores, shape `[K]`; `threshold` only.
  """

  gap: np.ndarray
  changed: np.ndarray
  positive: np.ndarray | None = None
  score: float | None = None
  scores: np.ndarray | None = None


def scores_of(values: object, names: Sequence[str | None]) -> np.ndarray:
  """Finds the scores of one model and output in an extract.

  Args:
    values: Array of scores, or dicts of them by model or output name or both.
    names: Model and output name, empty where there is only one.

  Returns:
    The scores, as TFMA shaped them.

  Raises:
    ValueError: If there are several and none is named.
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
