"""Tells whether a model moved false positives to an identity, with joint bounds.

The sentences of one template share their words, so a template is one draw, and what it
does to all identities moves together. Two trainings that differ in the seed alone give
different rates as well, most of all for the identities that a model reacts to.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse, special

from clp_tfx.probes.measure import group_means, logits
from clp_tfx.probes.verdicts import DISPLACED, OK, TOO_LITTLE, WITHIN_NOISE

TRAINING_NOISE = 0.8
"""Shift that in 19 of 20 pairs of trainings with other seeds no identity exceeds, in
units of its scale (see `displacement`); measured by benchmarks/displacement.py."""
_CELLS = 2**24  # Bounds the memory of one block of resamples.


class Displacement(NamedTuple):
  """How an identity's false positive rate differs from the baseline's.

  Example:
    >>> displaced = Displacement("deaf", 20, 0.3, 1.2, 0.1, 0.05, "displaced")
    >>> displaced.rise > displaced.lower_bound
    True

  Attributes:
    identity: Its name.
    templates: Number of templates that it was compared on.
    rise: False positive rate of the candidate minus that of the baseline, in [-1, 1].
    shift: Mean logit of the candidate minus that of the baseline, in units of the scale
      on which trainings differ; see `displacement`.
    lower_bound: Simultaneous lower bound: with probability `level` no identity's true
      rise is below its own.
    detectable: The smallest rise whose lower bound would be above 0.
    verdict: `displaced`, `within training noise`, `ok` or `too little evidence`.
  """

  identity: str
  templates: int
  rise: float
  shift: float
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
  threshold: float = 0.5,
  training_noise: float = TRAINING_NOISE,
  level: float = 0.95,
  resamples: int = 2000,
  seed: int = 0,
) -> list[Displacement]:
  """Compares two models on neutral sentences, identity by identity.

  An identity is displaced if all of these hold: its rise exceeds `max_rise`; the
  simultaneous lower bound of the rise is above 0; and `shift > training_noise`, which
  another seed would not bring. If only the last one fails, it is `within training
  noise`. Otherwise it is fine if a rise of `2 * max_rise` would have been detected
  (`detectable <= 2 * max_rise`) or the rate fell far enough to rule one out. If not,
  there is too little evidence.

  Formula: `shift = (candidate - baseline) / (spread + |baseline - median|)`, where
  `candidate` and `baseline` are the identity's mean logits, `median` is that of all
  identities' mean logits by the baseline, and `spread` is the standard deviation of the
  baseline's logits among the sentences of one identity. The denominator grows with what
  the name of the identity does to the baseline's logits because training noise does:
  four small models of real comments, the same but for their seeds, differ in the mean
  logit by .2 (standard deviation) for identities within .5 of the median, and by .8 for
  those beyond 1.2. Without it, one that seeds move by two logits would set the bar for
  all. Scaling all logits does not change the verdict.

  The bounds are max-t bounds (Westfall and Young 1993): templates are resampled within
  their functionality, n - 1 of n and weighted up (Rao and Wu 1988), with all their
  identities; the critical value is the quantile of the largest studentised error of any
  identity. A few templates without a change do not pass for certainty: a standard error
  is at least sqrt(r (1 - r) / n), which a rise of r = `2 * max_rise` in n templates
  would bring with it, and the critical value is at least that of a single identity.

  Example:
    >>> import numpy as np
    >>> probes = [each for each in fill_probes() if each.label == "neutral"]
    >>> before = np.full(len(probes), 0.1)
    >>> after = np.array([0.9 if each.identity == "deaf" else 0.1 for each in probes])
    >>> found = displacement(
    ...   after,
    ...   before,
    ...   [each.identity for each in probes],
    ...   [each.template for each in probes],
    ...   [each.functionality for each in probes],
    ... )
    >>> [(each.identity, each.rise) for each in found if each.verdict == "displaced"]
    [('deaf', 1.0)]

  Args:
    candidate: Probabilities by the candidate, shape `[sentences]`.
    baseline: Probabilities of the same sentences by the baseline, shape `[sentences]`.
    identities: The sentences' identities.
    templates: The sentences' templates.
    functionalities: The sentences' functionalities, one per template. Those with one
      template are resampled together.
    max_rise: Largest rise that is accepted.
    threshold: A probability above it is a positive decision.
    training_noise: Largest shift that is put down to the seed; 0 for none.
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
      "Expected one score of each model, identity, template and functionality per "
      f"sentence. Received lengths {sorted(lengths | {len(functionalities)})}."
    )
  if not len(candidate):
    return []
  names, columns = np.unique(identities, return_inverse=True)
  _, first, rows = np.unique(templates, return_index=True, return_inverse=True)
  candidate, baseline = (np.asarray(each, np.float64) for each in (candidate, baseline))
  differences = (candidate > threshold) - (baseline > threshold).astype(np.float64)
  shape = (len(first), len(names))
  sums = sparse.coo_matrix((differences, (rows, columns)), shape).tocsr()
  counts = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape).tocsr()
  rises = np.ravel(sums.sum(axis=0)) / np.ravel(counts.sum(axis=0))
  sizes = np.ravel((counts > 0).sum(axis=0))

  strata = _strata(np.asarray(functionalities)[first])
  errors = _resampled(sums, counts, rises, strata, resamples, seed) - rises
  to_find = min(2 * max_rise, 0.5)
  least = np.sqrt(to_find * (1 - to_find) / sizes)
  deviations = np.maximum(np.sqrt(np.mean(errors**2, axis=0)), least)
  critical = np.quantile((errors / deviations).max(axis=1), level)
  detectable = max(critical, special.ndtri(level)) * deviations
  shifts = _shifts(logits(candidate), logits(baseline), columns, len(names))
  return [
    Displacement(
      str(name),
      int(size),
      float(rise),
      float(shift),
      float(rise - smallest),
      float(smallest),
      _verdict(rise, smallest, shift > training_noise, max_rise),
    )
    for name, size, rise, shift, smallest in zip(
      names, sizes, rises, shifts, detectable, strict=True
    )
  ]


def _verdict(rise: float, detectable: float, is_shifted: bool, max_rise: float) -> str:
  if rise > max_rise and rise > detectable:
    return DISPLACED if is_shifted else WITHIN_NOISE
  return OK if min(rise, 0) + detectable <= 2 * max_rise else TOO_LITTLE


def _shifts(
  candidate: np.ndarray, baseline: np.ndarray, identities: np.ndarray, size: int
) -> np.ndarray:
  """Returns each identity's `shift` (see `displacement`), shape `[identities]`."""
  before = group_means(baseline, identities, size)
  rose = group_means(candidate, identities, size) - before
  spread = np.sqrt(np.mean((baseline - before[identities]) ** 2))
  scale = spread + abs(before - np.median(before))
  # A baseline without any variation leaves nothing to measure by; JSON has no infinity.
  return rose / np.maximum(scale, 1e-6)


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
