"""The gate's bounds, compared with the figures of one training."""

import dataclasses
import math
from typing import NamedTuple

from clp_tfx.sweep.measures import Measures
from clp_tfx.sweep.rating_measures import RatingMeasures
from clp_tfx.tfma.eval_config import UPPER_BOUND

QUALITY, FLIP_RATE, POSITIVE_RATE = "quality", "flip_rate", "positive_rate"
GAP = "gap"


@dataclasses.dataclass(frozen=True)
class Bounds:
  """The bounds that a model must meet, as in the gate; see `make_eval_config`.

  Bounds on comments without pairs are not included: those depend on the data only, and
  are the same for every candidate.

  Attributes:
    max_flip_rate: Maximum flip rate.
    max_auc_drop: Maximum loss of AUC compared with the control of the same seed.
    min_auc: Minimum AUC.
    min_positive_ratio: Minimum positive rate, as a multiple of the control's; 0 for no
      bound.
    max_positive_ratio: Maximum positive rate, likewise.
    decision_threshold: Scores above it are positive decisions; None for classes, each
      of which is then bounded as the positive rate is.
    gate_on: Value of flip and positive rates to compare with their bounds: the nearer
      end of the confidence interval (`upper_bound`) or the estimate (`point`).
    min_pairs: Minimum number of pairs behind a flip rate.
  """

  max_flip_rate: float
  max_auc_drop: float
  min_auc: float
  min_positive_ratio: float
  max_positive_ratio: float
  decision_threshold: float | None
  gate_on: str
  min_pairs: int

  def __str__(self) -> str:
    figure = "a flip rate whose upper bound is" if self._by_bound else "a flip rate of"
    return (
      f"{figure} at most {self.max_flip_rate:g}, on {self.min_pairs} pairs or more, an "
      f"AUC of at least {self.min_auc:g}, an AUC drop of at most "
      f"{self.max_auc_drop:g} and {self._rate} of {self.min_positive_ratio:g} to "
      f"{self.max_positive_ratio or math.inf:g} times the control's"
    )

  @property
  def max_drop(self) -> float:
    """Maximum loss of what says how well the model predicts the label."""
    return self.max_auc_drop

  @property
  def _rate(self) -> str:
    of_classes = self.decision_threshold is None
    return "a rate of every class" if of_classes else "a positive rate"

  @property
  def _by_bound(self) -> bool:
    return self.gate_on == UPPER_BOUND

  def missed(self, measures: Measures, control: Measures) -> list["Miss"]:
    """Returns the bounds that a model misses; an undefined figure misses its bound.

    Args:
      measures: Figures of the model.
      control: Figures of the control with the same seed.
    """
    drop = control.auc - measures.auc
    name, flip_rate = "flip rate", measures.flip_rate
    low, high = measures.ratios
    rate = self._rate.removeprefix("a ").replace("every", "a")
    if self._by_bound:
      low = measures.positive_ratio_lower_bound
      high = measures.positive_ratio_upper_bound
      name, flip_rate = "upper bound of the flip rate", measures.flip_rate_upper_bound
    checks = {
      Miss(QUALITY, f"AUC {measures.auc:.4f}"): measures.auc >= self.min_auc,
      Miss(QUALITY, f"AUC drop {drop:.4f}"): drop <= self.max_auc_drop,
      Miss(FLIP_RATE, f"{name} {flip_rate:.4f}"): flip_rate <= self.max_flip_rate,
      Miss(FLIP_RATE, f"{measures.pairs} pairs"): measures.pairs >= self.min_pairs,
      Miss(POSITIVE_RATE, f"{rate} {low:.2f} times the control's or more"): (
        not self.min_positive_ratio or low >= self.min_positive_ratio
      ),
      Miss(POSITIVE_RATE, f"{rate} up to {high:.2f} times the control's"): (
        not self.max_positive_ratio or high <= self.max_positive_ratio
      ),
    }
    return [miss for miss, met in checks.items() if not met]


@dataclasses.dataclass(frozen=True)
class RatingBounds:
  """The bounds that a model of ratings must meet, as in the gate.

  Attributes:
    flip_tolerance: Distance of two scores above which a pair flips.
    max_flip_rate: Maximum flip rate.
    max_gap: Maximum mean gap; None for no bound.
    max_r2_drop: Maximum loss of R² compared with the control of the same seed.
    min_r2: Minimum R².
    gate_on: Value of flip rate and gap to compare with their bounds; see `Bounds`.
    min_pairs: Minimum number of pairs behind them.
  """

  flip_tolerance: float
  max_flip_rate: float
  max_gap: float | None
  max_r2_drop: float
  min_r2: float
  gate_on: str
  min_pairs: int

  def __str__(self) -> str:
    of = "whose upper bound is" if self.gate_on == UPPER_BOUND else "of"
    gap = "" if self.max_gap is None else f"a gap {of} at most {self.max_gap:g}, "
    return (
      f"a flip rate {of} at most {self.max_flip_rate:g}, {gap}on {self.min_pairs} "
      f"pairs or more, an R² of at least {self.min_r2:g} and an R² drop of at most "
      f"{self.max_r2_drop:g}"
    )

  @property
  def max_drop(self) -> float:
    """Maximum loss of what says how well the model predicts the label."""
    return self.max_r2_drop

  def missed(self, measures: RatingMeasures, control: RatingMeasures) -> list["Miss"]:
    """Returns the bounds that a model misses; an undefined figure misses its bound.

    Args:
      measures: Figures of the model.
      control: Figures of the control with the same seed.
    """
    drop = control.r2 - measures.r2
    of, flips, gap = "", measures.flip_rate, measures.score_gap
    if self.gate_on == UPPER_BOUND:
      of = "upper bound of the "
      flips, gap = measures.flip_rate_upper_bound, measures.score_gap_upper_bound
    checks = {
      Miss(QUALITY, f"R² {measures.r2:.4f}"): measures.r2 >= self.min_r2,
      Miss(QUALITY, f"R² drop {drop:.4f}"): drop <= self.max_r2_drop,
      Miss(FLIP_RATE, f"{of}flip rate {flips:.4f}"): flips <= self.max_flip_rate,
      Miss(FLIP_RATE, f"{measures.pairs} pairs"): measures.pairs >= self.min_pairs,
      Miss(GAP, f"{of}gap {gap:.4f}"): self.max_gap is None or gap <= self.max_gap,
    }
    return [miss for miss, met in checks.items() if not met]


class Miss(NamedTuple):
  """A bound that a model misses.

  Attributes:
    kind: What it bounds: `QUALITY`, `FLIP_RATE`, `POSITIVE_RATE` or `GAP`.
    figure: The figure that misses it, in words.
  """

  kind: str
  figure: str
