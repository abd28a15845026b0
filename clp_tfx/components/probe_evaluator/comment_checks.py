"""Checks the bounds on groups in comments: audited pairs and recall.

Groups with too few pairs or positive comments are listed as not judged: comments are
what they are, while more probes can be written.
"""

import math
from collections.abc import Iterator

from clp_tfx.components.probe_evaluator.checks import (
  Figures,
  HarmCheck,
  NotJudged,
  difference,
  recall_check,
)
from clp_tfx.components.probe_evaluator.harm_gate import HarmGate
from clp_tfx.features import IDENTITY_GROUP

_Z = 1.6448536269514722  # One-sided, 95%.


def comment_checks(
  gate: HarmGate, before: Figures, after: Figures
) -> Iterator[HarmCheck | NotJudged]:
  """Yields the check of every group with enough evidence, and the other groups.

  Args:
    gate: The bounds.
    before: The baseline's figures, as `bias_figures` and `audit_figures` return them.
    after: The candidate's.
  """
  if bound := gate.max_displacement:
    for name, *rows, pairs in _groups(before, after, "audit", "group", "pairs"):
      if pairs < gate.min_count:
        yield NotJudged("audit flip rate", name, pairs)
      else:
        yield _audit_check(bound, name, *rows, pairs)
  if bound := gate.max_recall_drop:
    of = ("bias_auc", IDENTITY_GROUP, "positives")
    for name, *rows, positives in _groups(before, after, *of):
      if positives < gate.min_count:
        yield NotJudged("recall", name, positives)
      else:
        yield _comment_recall(bound, name, *rows, positives)


def _groups(
  before: Figures, after: Figures, kind: str, feature: str, count: str
) -> Iterator[tuple[str, Figures, Figures, int]]:
  """Yields the groups of either model, the figures of both and the larger count."""
  rows = [(each.get(kind) or {}).get(feature) or {} for each in (before, after)]
  for name in dict.fromkeys([*rows[1], *rows[0]]):
    both = [each.get(name) or {} for each in rows]
    yield name, *both, max(each.get(count) or 0 for each in both)


def _audit_check(
  bound: float, name: str, before: Figures, after: Figures, pairs: int
) -> HarmCheck:
  """Fails a rise above the bound that is not within the two rates' own bounds."""
  rise = difference(after.get("flip_rate"), before.get("flip_rate"))
  lowest, highest = after.get("flip_rate_bounds"), before.get("flip_rate_bounds")
  apart = difference(lowest and lowest[0], highest and highest[1])
  known = rise is not None and apart is not None
  passed = known and not (rise > bound and apart > 0)
  reason = (
    f"Audit: the flip rate of {pairs} pairs about {name} rose by {rise:.2f}, "
    f"but must rise by at most {bound:g}."
    if known
    else f"Too little evidence: the flip rate of pairs about {name} is not a number."
  )
  return HarmCheck(
    *("audit/flip_rate (change)", f"audit_group={name}", rise, f"at most {bound:g}"),
    passed,
    "" if passed else reason,
    pairs,
  )


def _comment_recall(
  bound: float, name: str, before: Figures, after: Figures, n: int
) -> HarmCheck:
  """Fails a loss above the bound whose 95% lower bound is above 0.

  The bound is Agresti and Caffo's (2000) for two independent shares. The models judge
  the same comments, so it is on the safe side.
  """
  rates = [each.get("false_negative_rate") for each in (before, after)]
  change = difference(*rates)
  is_clear = False
  if change is not None:
    first, second = ((n * rate + 1) / (n + 2) for rate in rates)
    variance = (first * (1 - first) + second * (1 - second)) / (n + 2)
    is_clear = second - first > _Z * math.sqrt(variance)
  return recall_check(
    *("recall", f"{IDENTITY_GROUP}={name}", change, bound),
    change is not None and not (change < -bound and is_clear),
    f"{n} positive comments that mention {name}",
    n,
  )
