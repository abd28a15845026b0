"""AUCs within a subgroup, and between it and all others, from ranked scores."""

import math
from typing import NamedTuple

import numpy as np

from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.ranked_scores import RankedScores

Classes = dict[bool, RankedScores]
"""The scores of the positive texts (True) and of the negative ones."""


class SubgroupAuc(NamedTuple):
  """An AUC with its sample sizes.

  Attributes:
    value: The AUC; NaN if a class is empty.
    positives: Effective number of positive comments: that of equal weights.
    negatives: Effective number of negative comments.
    examples: Number of comments in the smaller class.
  """

  value: float
  positives: float
  negatives: float
  examples: int

  def values(self, level: float) -> dict[str, float]:
    """Returns the AUC as "" and its one-sided bounds at a level in (0, 1)."""
    low, high = intervals.auc_bounds(self.value, self.positives, self.negatives, level)
    return {"": self.value, "lower_bound": low, "upper_bound": high}


class _Difference(NamedTuple):
  """The scores of some texts without those of a subset."""

  whole: RankedScores
  part: RankedScores | None = None

  @property
  def parts(self) -> list[tuple[int, RankedScores]]:
    return [(1, self.whole), *([(-1, self.part)] if self.part else [])]

  @property
  def size(self) -> int:
    return sum(sign * len(each.scores) for sign, each in self.parts)

  @property
  def weight(self) -> float:
    return sum(sign * each.weight for sign, each in self.parts)

  @property
  def effective(self) -> float:
    squares = sum(sign * each.squares for sign, each in self.parts)
    return self.weight**2 / squares if self.size else 0.0


def subgroup_aucs(everybody: Classes, group: Classes) -> dict[str, SubgroupAuc]:
  """Returns the AUCs of a group, by the names in `metric_keys.BIAS_AUCS`.

  Args:
    everybody: Scores of all texts, those of the group included.
    group: Scores of the group's texts.
  """
  own = {is_positive: _Difference(group[is_positive]) for is_positive in (True, False)}
  # The background is everybody without the group, so its sums are differences.
  others = {
    is_positive: _Difference(everybody[is_positive], group[is_positive])
    for is_positive in (True, False)
  }
  return {
    metric_keys.SUBGROUP: _auc(own[True], own[False]),
    metric_keys.BPSN: _auc(others[True], own[False]),
    metric_keys.BNSP: _auc(own[True], others[False]),
  }


def _auc(positives: _Difference, negatives: _Difference) -> SubgroupAuc:
  value = math.nan
  if positives.size and negatives.size:
    wins = sum(
      sign * other_sign * some.wins_over(others)
      for sign, some in positives.parts
      for other_sign, others in negatives.parts
    )
    # Rounding may leave a little more than all.
    value = float(np.clip(wins / (positives.weight * negatives.weight), 0, 1))
  return SubgroupAuc(
    value,
    positives.effective,
    negatives.effective,
    min(positives.size, negatives.size),
  )
