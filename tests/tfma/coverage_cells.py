"""Simulated evaluations: how often the upper bound covers the flip rate.

Comments have one to five pairs with equal probability, and their flips are
beta-binomial. The bound depends only on how many comments have n pairs and f flips.
These counts are multinomial, so a thousand evaluations take one draw.
"""

import dataclasses
import itertools

import numpy as np
from scipy import special

from clp_tfx.tfma.intervals import ClusterSums, upper_bound

COMMENTS = (50, 200, 2000)
FLIP_RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
CORRELATIONS = (0.0, 0.3, 0.8)
LEVEL = 0.95

_N = np.repeat(np.arange(1, 6), np.arange(2, 7))
_F = np.concatenate([np.arange(n + 1) for n in range(1, 6)])


@dataclasses.dataclass(frozen=True)
class Cell:
  comments: int
  flip_rate: float
  correlation: float

  @property
  def expected_flips(self) -> float:
    return 3 * self.comments * self.flip_rate

  def bounds(self, evaluations: int, rng: np.random.Generator) -> np.ndarray:
    """Returns the upper bounds of this many evaluations."""
    counts = rng.multinomial(self.comments, self._probabilities(), size=evaluations)
    counts = counts.astype(float)
    return upper_bound(
      ClusterSums(
        clusters=np.full(evaluations, float(self.comments)),
        flipped_clusters=counts @ (_F > 0),
        pairs=counts @ _N,
        flips=counts @ _F,
        w2_n=counts @ _N,
        w2_nn=counts @ _N**2,
        w2_fn=counts @ (_F * _N),
        w2_ff=counts @ _F**2,
      ),
      LEVEL,
    )

  def _probabilities(self) -> np.ndarray:
    p, rho = self.flip_rate, self.correlation
    if rho:
      a, b = p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho
      flips = np.exp(special.betaln(_F + a, _N - _F + b) - special.betaln(a, b))
    else:
      flips = p**_F * (1 - p) ** (_N - _F)
    return special.comb(_N, _F) * flips / 5


CELLS = [
  Cell(*values) for values in itertools.product(COMMENTS, FLIP_RATES, CORRELATIONS)
]
