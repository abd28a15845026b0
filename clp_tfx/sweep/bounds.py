"""The gate's bounds, held against the figures of one training."""

import dataclasses
import math
from typing import NamedTuple

from clp_tfx.sweep.measures import Measures
from clp_tfx.tfma.eval_config import UPPER_BOUND

AUC, FLIP_RATE, POSITIVE_RATE = "auc", "flip_rate", "positive_rate"


@dataclasses.dataclass(frozen=True)
class Bounds:
  """What a model must meet, as the gate has it; see `make_eval_config`.

  The gate's bounds on comments that are left out of the pairs are not among them: they
  say something of the data, and the same for every candidate.

  Attributes:
    max_flip_rate: Highest flip rate.
    max_auc_drop: Highest AUC loss to the control of the same seed.
    min_auc: Lowest AUC.
    min_positive_ratio: Lowest positive rate, as a multiple of the control's; 0 for no
      bound.
    max_positive_ratio: Highest, likewise.
    decision_threshold: A score above it is a positive decision.
    gate_on: Whether flip rates and positive rates are held against their bounds by the
      nearer end of their confidence interval (`upper_bound`) or by their value
      (`point`).
    min_pairs: Fewest pairs that a flip rate is judged on.
  """

  max_flip_rate: float
  max_auc_drop: float
  min_auc: float
  min_positive_ratio: float
  max_positive_ratio: float
  decision_threshold: float
  gate_on: str
  min_pairs: int

  def __str__(self) -> str:
    figure = "a flip rate whose upper bound is" if self._by_bound else "a flip rate of"
    return (
      f"{figure} at most {self.max_flip_rate:g}, on {self.min_pairs} pairs or more, an "
      f"AUC of at least {self.min_auc:g}, an AUC drop of at most "
      f"{self.max_auc_drop:g} and a positive rate of {self.min_positive_ratio:g} to "
      f"{self.max_positive_ratio or math.inf:g} times the control's"
    )

  @property
  def _by_bound(self) -> bool:
    return self.gate_on == UPPER_BOUND

  def missed(self, measures: Measures, control: Measures) -> list["Miss"]:
    """Returns the bounds that a model misses; a figure that is undefined misses its.

    Args:
      measures: Of the model.
      control: Of the control of the same seed.
    """
    drop = control.auc - measures.auc
    name, flip_rate = "flip rate", measures.flip_rate
    low = high = measures.positive_ratio
    if self._by_bound:
      low = measures.positive_ratio_lower_bound
      high = measures.positive_ratio_upper_bound
      name, flip_rate = "upper bound of the flip rate", measures.flip_rate_upper_bound
    checks = {
      Miss(AUC, f"AUC {measures.auc:.4f}"): measures.auc >= self.min_auc,
      Miss(AUC, f"AUC drop {drop:.4f}"): drop <= self.max_auc_drop,
      Miss(FLIP_RATE, f"{name} {flip_rate:.4f}"): flip_rate <= self.max_flip_rate,
      Miss(FLIP_RATE, f"{measures.pairs} pairs"): measures.pairs >= self.min_pairs,
      Miss(POSITIVE_RATE, f"positive rate {low:.2f} times the control's or more"): (
        not self.min_positive_ratio or low >= self.min_positive_ratio
      ),
      Miss(POSITIVE_RATE, f"positive rate up to {high:.2f} times the control's"): (
        not self.max_positive_ratio or high <= self.max_positive_ratio
      ),
    }
    return [miss for miss, met in checks.items() if not met]


class Miss(NamedTuple):
  """A bound that a model misses.

  Attributes:
    kind: `AUC`, `FLIP_RATE` or `POSITIVE_RATE`: what it bounds.
    figure: What misses it, in words.
  """

  kind: str
  figure: str
