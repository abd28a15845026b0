"""Tells whether a model moved false positives to an identity, with joint bounds.

The sentences of one template share their words, so a template is one draw, and what it
does to all identities moves together.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse, special

DISPLACED, OK, TOO_LITTLE = "displaced", "ok", "too little evidence"
_CELLS = 2**24  # Bounds the memory of one block of resamples.


class Displacement(NamedTuple):
  """How an identity's false positive rate differs from the baseline's.

  Attributes:
    identity: Its name.
    templates: Number of templates that it was compared on.
    rise: False positive rate of the candidate minus that of the baseline, in [-1, 1].
    lower_bound: Simultaneous lower bound: with probability `level` no identity's true
      rise is below its own.
    detectable: The smallest rise whose lower bound would be above 0.
    verdict: `displaced`, `ok` or `too little evidence`.
  """

  identity: str
  templates: int
  rise: float
  lower_bound: float
  detectable: float
  verdict: str


def displacement(
  candidate: np.ndarray,
  baseline: np.ndarray,
  identities: Sequence[str],
  templates: Sequence[str],
  functionalities: Sequence[str],
  max_rise: float = 0.1,
  level: float = 0.95,
  resamples: int = 2000,
  seed: int = 0,
) -> list[Displacement]:
  """Compares two models' decisions on neutral sentences, identity by identity.

  An identity is displaced if its rise exceeds `max_rise` and the simultaneous lower
  bound of the rise is above 0. It is fine if a rise above `max_rise` would have been
  detected (`detectable <= max_rise`) or the rate fell far enough to rule one out
  (`rise + detectable <= max_rise`). Otherwise there is too little evidence.

  The bounds are max-t bounds (Westfall and Young 1993): templates are resampled within
  their functionality, n - 1 of n and weighted up (Rao and Wu 1988), with all their
  identities; the critical value is the quantile of the largest studentised error of any
  identity. A few templates without a change do not pass for certainty: a standard error
  is at least sqrt(r (1 - r) / n), which a rise of r = `max_rise` in n templates would
  bring with it, and the critical value is at least that of a single identity.

  Args:
    candidate: Decisions of the candidate, 0 or 1, shape `[sentences]`.
    baseline: Decisions of the baseline on the same sentences, shape `[sentences]`.
    identities: The sentences' identities.
    templates: The sentences' templates.
    functionalities: The sentences' functionalities, one per template. Those with one
      template are resampled together.
    max_rise: Largest rise that is accepted.
    level: Probability that all bounds hold.
    resamples: Number of resamples.
    seed: Seed of the resampling.

  Returns:
    One result per identity, by name; empty without sentences.

  Raises:
    ValueError: If the arguments differ in length.
  """
  lengths = {len(each) for each in (candidate, baseline, identities, templates)}
  if lengths != {len(functionalities)}:
    raise ValueError(
      "Expected one decision of each model, identity, template and functionality per "
      f"sentence. Received lengths {sorted(lengths | {len(functionalities)})}."
    )
  if not len(candidate):
    return []
  names, columns = np.unique(identities, return_inverse=True)
  _, first, rows = np.unique(templates, return_index=True, return_inverse=True)
  differences = np.asarray(candidate, np.float64) - np.asarray(baseline, np.float64)
  shape = (len(first), len(names))
  sums = sparse.coo_matrix((differences, (rows, columns)), shape).tocsr()
  counts = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape).tocsr()
  rises = np.ravel(sums.sum(axis=0)) / np.ravel(counts.sum(axis=0))
  sizes = np.ravel((counts > 0).sum(axis=0))

  strata = _strata(np.asarray(functionalities)[first])
  errors = _resampled(sums, counts, rises, strata, resamples, seed) - rises
  least = np.sqrt(max_rise * (1 - max_rise) / sizes)
  deviations = np.maximum(np.sqrt(np.mean(errors**2, axis=0)), least)
  critical = np.quantile((errors / deviations).max(axis=1), level)
  detectable = max(critical, special.ndtri(level)) * deviations
  return [
    Displacement(
      str(name),
      int(size),
      float(rise),
      float(rise - smallest),
      float(smallest),
      _verdict(rise, smallest, max_rise),
    )
    for name, size, rise, smallest in zip(names, sizes, rises, detectable, strict=True)
  ]


def _verdict(rise: float, detectable: float, max_rise: float) -> str:
  if rise > max_rise and rise > detectable:
    return DISPLACED
  return OK if min(rise, 0) + detectable <= max_rise else TOO_LITTLE


def _strata(functionalities: np.ndarray) -> list[np.ndarray]:
  """Returns the templates of each functionality; those of one template together."""
  _, groups, sizes = np.unique(functionalities, return_inverse=True, return_counts=True)
  groups = np.where(sizes[groups] > 1, groups, -1)
  return [np.flatnonzero(groups == group) for group in np.unique(groups)]


def _resampled(
  sums: sparse.csr_matrix,
  counts: sparse.csr_matrix,
  rises: np.ndarray,
  strata: list[np.ndarray],
  resamples: int,
  seed: int,
) -> np.ndarray:
  """Returns the rises in each resample, shape `[resamples, identities]`."""
  rng = np.random.default_rng(seed)
  block = max(1, _CELLS // sums.shape[0])
  found = []
  for start in range(0, resamples, block):
    number = min(block, resamples - start)
    weights = np.ones((number, sums.shape[0]))
    for stratum in strata:
      n = len(stratum)
      if n > 1:
        drawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=number)
        weights[:, stratum] = drawn * (n / (n - 1))
    weight = weights @ counts
    # A resample without any template of an identity says nothing about it.
    fallback = np.tile(rises, (number, 1))
    found.append(np.divide(weights @ sums, weight, out=fallback, where=weight > 0))
  return np.concatenate(found)
