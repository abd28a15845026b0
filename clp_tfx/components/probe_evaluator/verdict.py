"""The verdict on harm: every bound that is active, checked from figures alone."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clp_tfx.components.probe_evaluator.checks import Figures, HarmCheck, NotJudged
from clp_tfx.components.probe_evaluator.comment_checks import comment_checks
from clp_tfx.components.probe_evaluator.harm_gate import HarmGate
from clp_tfx.components.probe_evaluator.probe_checks import probe_checks, unclear

NO_BASELINE = (
  "There is no baseline to compare with: displaced identities and lost recall were not "
  "looked for."
)


class HarmVerdict(NamedTuple):
  """What the bounds on harm say about a candidate.

  Attributes:
    checks: One per bound and identity or group.
    not_judged: Groups with too little evidence in the comments.
    inactive: Why bounds were not checked, in sentences.
  """

  checks: list[HarmCheck]
  not_judged: list[NotJudged]
  inactive: list[str]

  @property
  def passed(self) -> bool:
    """Whether every check passed."""
    return all(check.passed for check in self.checks)


def check_harms(
  gate: HarmGate, probes: Figures | None, before: Figures | None, after: Figures
) -> HarmVerdict:
  """Checks every bound on harm that is active.

  Args:
    gate: The bounds.
    probes: The figures on probes, as `clp_tfx.probes.summarize` returns them.
    before: The baseline's figures on comments, as `bias_figures` and `audit_figures`
      return them; None without a baseline.
    after: Those of the candidate.
  """
  checks: list[HarmCheck] = []
  not_judged: list[NotJudged] = []
  inactive = list(gate.inactive)
  compares = gate.max_displacement or gate.max_recall_drop
  if before is None and compares and (gate.judges_probes or gate.judges_comments):
    inactive.append(NO_BASELINE)
  if gate.judges_probes:
    checks += probe_checks(gate, probes or {}, compared=before is not None)
  if gate.judges_comments and before is not None:
    for each in comment_checks(gate, before, after):
      (checks if isinstance(each, HarmCheck) else not_judged).append(each)
  return HarmVerdict(checks, not_judged, inactive)


def failures(checks: Sequence[HarmCheck]) -> Iterator[HarmCheck]:
  """Yields the checks that failed; identities with too little evidence as one."""
  several = []
  for check in checks:
    if check.is_unclear:
      several.append(check)
    elif not check.passed:
      yield check
  if several:
    names = [check.slice.partition("=")[2] for check in several]
    first = several[0]
    yield first._replace(
      slice="identity=any" if len(names) > 1 else first.slice,
      value=first.value if len(names) == 1 else None,
      reason=unclear(names, first.bound),
    )
