"""Standard errors and bounds for a share of pairs, whose pairs correlate by comment.

The pairs of one comment are a cluster: they often flip together, so a thousand pairs of
a hundred comments carry less information than a thousand independent ones. Everything
here is computed from sums over clusters, which can be merged in any order.
"""

import dataclasses
import math

import numpy as np
from scipy import special

_HALVINGS = 40


@dataclasses.dataclass(frozen=True)
class ClusterSums:
  """Sums over the comments i with n_i > 0 pairs, of which f_i flip, and weight w_i.

  Scalars, or arrays of one shape for many samples at once.

  Attributes:
    clusters: Number of such comments.
    flipped_clusters: Number of these with f_i > 0.
    pairs: Sum of w n.
    flips: Sum of w f.
    w2_n: Sum of w² n.
    w2_nn: Sum of w² n².
    w2_fn: Sum of w² f n.
    w2_ff: Sum of w² f².
  """

  clusters: np.ndarray
  flipped_clusters: np.ndarray
  pairs: np.ndarray
  flips: np.ndarray
  w2_n: np.ndarray
  w2_nn: np.ndarray
  w2_fn: np.ndarray
  w2_ff: np.ndarray


def standard_error(sums: ClusterSums) -> np.ndarray:
  """Cluster-robust standard error of the share `flips / pairs`.

  Formula: `sqrt(m / (m - 1) * sum(w² (f - r n)²)) / sum(w n)` with m clusters and
  `r = sum(w f) / sum(w n)`: the linearised variance of a ratio estimator.

  Args:
    sums: Sums of any values, not only of flips: f may be a sum of gaps.

  Returns:
    The standard error; 0 if all clusters have the same share, NaN with fewer than two
    clusters.

  Reference:
    Cochran, Sampling Techniques, 3rd edition, 1977, sections 6.4 and 9A.
  """
  with np.errstate(divide="ignore", invalid="ignore"):
    rate = np.divide(sums.flips, sums.pairs)
    squares = sums.w2_ff - 2 * rate * sums.w2_fn + rate**2 * sums.w2_nn
    correction = np.divide(sums.clusters, np.subtract(sums.clusters, 1.0))
    # Rounding may give a value just below zero.
    return np.where(
      np.greater(sums.clusters, 1),
      np.sqrt(correction * np.maximum(squares, 0)) / sums.pairs,
      np.nan,
    )


def upper_bound(sums: ClusterSums, level: float) -> np.ndarray:
  """One-sided upper confidence bound of the share `flips / pairs`.

  The Clopper–Pearson bound for the effective number of independent pairs:
  `BetaQuantile(level; r e + 1, e - r e)` with `e = pairs / design effect`; see
  `effective_pairs`. Without flips it is `1 - (1 - level)^(1 / e)`.

  Args:
    sums: Sums over clusters, where f counts pairs.
    level: Confidence in (0, 1).

  Returns:
    The bound in [0, 1]; 1 if every pair flips, NaN without pairs.

  Reference:
    Korn and Graubard, 1998, "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data", Survey Methodology 24.
  """
  pairs, flips = _effective(sums)
  # At most the number of pairs; the other parameter would otherwise be 0.
  with np.errstate(invalid="ignore"):
    rest = np.maximum(pairs - flips, 0)
    bound = special.betaincinv(flips + 1, np.where(rest > 0, rest, 1.0), level)
  return np.where(np.isnan(flips), np.nan, np.where(rest > 0, bound, 1.0))


def lower_bound(sums: ClusterSums, level: float) -> np.ndarray:
  """One-sided lower confidence bound of the share; see `upper_bound`.

  Args:
    sums: Sums over clusters, where f counts pairs.
    level: Confidence in (0, 1).

  Returns:
    The bound in [0, 1]; 0 without flips, NaN without pairs.
  """
  pairs, flips = _effective(sums)
  with np.errstate(invalid="ignore"):
    rest = np.maximum(pairs - flips, 0)
    some = np.where(flips > 0, flips, 1.0)
    bound = special.betaincinv(some, rest + 1, 1 - level)
  return np.where(np.isnan(flips), np.nan, np.where(flips > 0, bound, 0.0))


def mean_upper_bound(sums: ClusterSums, level: float) -> float:
  """One-sided upper confidence bound of a mean over pairs, `flips / pairs`.

  Formula: the mean plus `standard_error` times Student's quantile with one degree of
  freedom less than there are clusters.

  Args:
    sums: Sums over clusters, where f is a sum of any values, such as gaps.
    level: Confidence in (0, 1).

  Returns:
    The bound; NaN with fewer than two clusters.
  """
  if not sums.clusters > 1:
    return float("nan")
  quantile = special.stdtrit(sums.clusters - 1, level)
  return float(sums.flips / sums.pairs + quantile * standard_error(sums))


def effective_pairs(sums: ClusterSums) -> np.ndarray:
  """Returns the effective number of independent pairs.

  The design effect is the variance of the share divided by that of independent pairs,
  estimated from the clusters and at least 1. A few flips give a poor estimate: with c
  flipped clusters it is averaged, with weights c and 1, with the value it would have if
  all pairs of a comment flipped together, `sum(w² n²) / sum(w² n)`; without flips, it
  is that value. docs/metrics.md has the bounds' coverage in simulations.

  Args:
    sums: Sums over clusters, where f counts pairs.

  Returns:
    A number between 0 and `sum(w n)² / sum(w² n)`, which is the number of pairs if
    weights are equal; NaN without pairs.
  """
  with np.errstate(divide="ignore", invalid="ignore"):
    independent = np.divide(np.square(sums.pairs), sums.w2_n)
    together = np.divide(sums.w2_nn, sums.w2_n)
    rate = np.divide(sums.flips, sums.pairs)
    estimated = standard_error(sums) ** 2 * independent / (rate * (1 - rate))
    estimated = np.where(np.isfinite(estimated), np.maximum(estimated, 1), together)
    weight = sums.flipped_clusters
    return independent / ((weight * estimated + together) / (weight + 1))


def _effective(sums: ClusterSums) -> tuple[np.ndarray, np.ndarray]:
  pairs = effective_pairs(sums)
  with np.errstate(divide="ignore", invalid="ignore"):
    return pairs, pairs * np.divide(sums.flips, sums.pairs)


def ratio_bounds(
  both: float, first: float, second: float, level: float
) -> tuple[float, float]:
  """One-sided confidence bounds of the ratio of two shares of the same texts.

  Bonett and Price's hybrid of two Wilson intervals: with `n = first + second - both`
  and z reduced for the overlap of the two shares, the lower bound is Wilson's lower
  bound of `first / n` divided by Wilson's upper bound of `second / n`; the upper bound
  is the reverse.

  Args:
    both: Number of texts in both shares.
    first: Number of texts in the numerator's share.
    second: Number of texts in the denominator's share.
    level: Confidence of each bound, in (0, 1).

  Returns:
    The lower and upper bound; the lower is 0 if `first` is 0, both are NaN if `second`
    is 0.

  Reference:
    Bonett and Price, 2006, "Confidence intervals for a ratio of binomial proportions
    based on paired data", Statistics in Medicine 25.
  """
  if not second or not np.isfinite(both + first + second):
    return float("nan"), float("nan")
  n = first + second - both
  apart = np.sqrt((n - both + 2) / ((first + 1) * (second + 1)))
  alone = sum(
    np.sqrt((1 - (count + 1) / (n + 2)) / (count + 1)) for count in (first, second)
  )
  z = special.ndtri(level) * apart / alone
  (low, high), (other_low, other_high) = (
    _wilson(count, n, z) for count in (first, second)
  )
  return float(low / other_high), float(high / other_low)


def share_bounds(count: float, total: float, level: float) -> tuple[float, float]:
  """One-sided confidence bounds of a share of independent texts.

  Args:
    count: Number of texts in the share.
    total: Number of all texts, above 0.
    level: Confidence of each bound, in (0, 1).

  Returns:
    Wilson's lower and upper bound; 0 and 1 where no text or every text is in the share.

  Reference:
    Wilson, 1927, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22.
  """
  low, high = _wilson(count, total, special.ndtri(level))
  return float(low), float(min(high, 1.0))


def exact_share_bounds(count: int, total: int, level: float) -> tuple[float, float]:
  """One-sided confidence bounds of a share of independent texts, never too narrow.

  Args:
    count: Number of texts in the share.
    total: Number of all texts, above 0.
    level: Confidence of each bound, in (0, 1).

  Returns:
    Clopper and Pearson's lower and upper bound; 0 and 1 where no text or every text is
    in the share.

  Reference:
    Clopper and Pearson, 1934, "The use of confidence or fiducial limits illustrated in
    the case of the binomial", Biometrika 26.
  """
  rest = total - count
  low = special.betaincinv(count, rest + 1, 1 - level) if count else 0.0
  high = special.betaincinv(count + 1, rest, level) if rest else 1.0
  return float(low), float(high)


def _wilson(count: float, n: float, z: float) -> tuple[float, float]:
  center = 2 * count + z**2
  width = z * np.sqrt(z**2 + 4 * count * (1 - count / n))
  low, high = ((center + sign * width) / (2 * (n + z**2)) for sign in (-1, 1))
  return (low if count else 0.0), high


def auc_bounds(
  auc: float, positives: float, negatives: float, level: float
) -> tuple[float, float]:
  """One-sided bounds of an AUC on independent texts.

  Newcombe's method 5: a bound is the value θ from which `auc` is z standard errors
  away, with Hanley and McNeil's standard error at θ, `sqrt(θ (1 - θ)
  (1 + N (1 - θ) / (2 - θ) + N θ / (1 + θ)) / (positives * negatives))`, where
  `N = (positives + negatives) / 2 - 1`. Like Wilson's interval for a share, the
  interval does not collapse if a few texts give an AUC of 0 or 1.

  Args:
    auc: In [0, 1].
    positives: Number of positive texts. With weights, the effective number: the square
      of the sum of weights over the sum of squared weights.
    negatives: Number of negative texts, likewise.
    level: Confidence of each bound, in (0, 1).

  Returns:
    The lower and the upper bound: 0 below an AUC of 0, 1 above an AUC of 1; NaN if a
    class is empty.

  Reference:
    Newcombe, 2006, "Confidence intervals for an effect size measure based on the
    Mann-Whitney statistic. Part 2", Statistics in Medicine 25.
  """
  if not np.isfinite(auc) or not positives or not negatives:
    return float("nan"), float("nan")
  z = float(special.ndtri(level))
  mean = (positives + negatives) / 2 - 1

  def bound(value: float) -> float:
    """Returns the lower bound of an AUC."""
    low, high = 0.0, value
    for _ in range(_HALVINGS):
      at = (low + high) / 2
      variance = at * (1 - at) * (1 + mean * (1 - at) / (2 - at) + mean * at / (1 + at))
      if value - at > z * math.sqrt(variance / (positives * negatives)):
        low = at
      else:
        high = at
    return low

  # With the classes exchanged, the AUC is 1 - auc.
  return bound(auc), 1 - bound(1 - auc)
