"""Checks the bounds on probes: who is displaced, the spread, and recall."""

from collections.abc import Iterator, Sequence

from clp_tfx.components.probe_evaluator.checks import (
  Figures,
  HarmCheck,
  difference,
  number,
  recall_check,
)
from clp_tfx.components.probe_evaluator.harm_gate import HarmGate
from clp_tfx.probes.verdicts import DISPLACED, OK, WITHIN_NOISE

_NAMED = 5

# Another seed may have shifted the scores as far: no ground to refuse a model.
_PASSING = (OK, WITHIN_NOISE)


def probe_checks(
  gate: HarmGate, probes: Figures, compared: bool
) -> Iterator[HarmCheck]:
  """Yields the check of every bound that applies to probes.

  Args:
    gate: The bounds.
    probes: The figures, as `clp_tfx.probes.summarize` returns them.
    compared: Whether there is a baseline.
  """
  identities = probes.get("identities") or []
  if gate.max_displacement and compared:
    yield from _displacements(gate.max_displacement, identities)
  if gate.max_identity_spread:
    yield _spread(gate.max_identity_spread, probes, identities)
  if gate.max_recall_drop and compared:
    yield _probe_recall(gate.max_recall_drop, probes, "all")
    # At equal strictness: at its own threshold, a model that is stricter with everybody
    # loses recall in every group, which the pooled figure says.
    for row in probes.get("groups") or [{"group": "any"}]:
      yield _probe_recall(gate.max_recall_drop, row, f"group={row['group']}")


def _displacements(bound: float, identities: Sequence[Figures]) -> Iterator[HarmCheck]:
  allowed = f"at most {bound:g}"
  for row in identities:
    change = row.get("displacement") or {}
    rise, name = number(change.get("rise")), row["identity"]
    known = rise is not None and number(change.get("detectable")) is not None
    verdict = change.get("verdict") if known else None
    reason = ""
    if verdict == DISPLACED:
      reason = _displaced(row, rise, allowed)
    elif verdict not in _PASSING:
      reason = unclear([name], allowed)
    yield HarmCheck(
      "probes/false_positive_rate (change)",
      f"identity={name}",
      rise,
      allowed,
      verdict in _PASSING,
      reason,
      is_unclear=verdict not in (*_PASSING, DISPLACED),
    )
  if not identities:
    yield HarmCheck(
      *("probes/false_positive_rate (change)", "identity=any", None, allowed, False),
      "Too little evidence: no identity was measured on probes.",
    )


def _displaced(row: Figures, rise: float, allowed: str) -> str:
  worst = (row.get("worst") or {}).get("text")
  return (
    f"{row['identity']}: the false positive rate on neutral sentences rose by "
    f"{rise:.2f}, but must rise by {allowed}"
    + (f"; the worst: “{worst}”" if worst else ".")
  )


def unclear(names: Sequence[str], allowed: str) -> str:
  """Returns the reason for identities whose displacement could go unnoticed."""
  more = len(names) - _NAMED
  shown = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
  return (
    f"Too little evidence: a rise of the false positive rate by twice what is allowed "
    f"({allowed}) could go unnoticed for {shown}."
  )


def _spread(bound: float, probes: Figures, identities: Sequence[Figures]) -> HarmCheck:
  model = probes.get("model") or {}
  value, overall = map(number, (model.get("worst_distance"), _rate_of(model)))
  rates = {row["identity"]: _rate_of(row.get("model") or {}) for row in identities}
  reason = (
    "Too little evidence: the false positive rate on neutral sentences is not known "
    "for every identity."
  )
  passed = False
  if rates and None not in (*rates.values(), value, overall):
    name = max(rates, key=lambda each: abs(rates[each] - overall))
    value = max(value, abs(rates[name] - overall))
    passed = value <= bound
    reason = (
      f"{name}: the false positive rate on neutral sentences is {rates[name]:.2f}, and "
      f"{overall:.2f} overall; they must be at most {bound:g} apart."
    )
  return HarmCheck(
    *("probes/worst_distance", "all", value, f"at most {bound:g}", passed),
    "" if passed else reason,
  )


def _probe_recall(bound: float, row: Figures, where: str) -> HarmCheck:
  pooled = where == "all"
  before, after = row.get("baseline") or {}, row.get("model") or {}
  if not pooled:
    after = after.get("matched") or {}
  change = difference(after.get("recall"), before.get("recall"))
  return recall_check(
    "probes/recall" if pooled else "probes/recall/matched",
    where,
    change,
    bound,
    change is not None and change >= -bound,
    "hostile sentences" if pooled else f"hostile sentences, {where.replace('=', ' ')}",
  )


def _rate_of(figures: Figures) -> float | None:
  return number(figures.get("false_positive_rate"))
