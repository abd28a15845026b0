"""Lays out the section on who gains and who loses, from the figures on probes."""

from typing import Any, NamedTuple

from clp_tfx.features import IDENTITY_GROUP
from clp_tfx.probes.verdicts import DISPLACED, TOO_LITTLE
from clp_tfx.report import formats

_SENTENCES = 5
_OVERALL = (
  ("False positives on neutral sentences", "false_positive_rate", formats.percent),
  ("… mean distance of an identity from them", "mean_distance", formats.percent),
  ("… largest distance", "worst_distance", formats.percent),
  ("Recall on hostile sentences", "recall", formats.percent),
  ("Positive rate", "positive_rate", formats.percent),
  ("AUC", "auc", formats.decimal),
)
_LOSES, _GAINS, _UNCLEAR, _SAME = "loses", "gains", "cannot be judged", ""


class Tally(NamedTuple):
  """The names of the identities by what the change of models means for them.

  Attributes:
    loses: Those that are displaced: more of their neutral sentences are flagged.
    gains: Those of whose neutral sentences clearly fewer are flagged.
    unclear: Those for which the suite is too little evidence.
  """

  loses: list[str]
  gains: list[str]
  unclear: list[str]


def tally(probes: dict[str, Any]) -> Tally:
  """Returns who gains and who loses; nobody does without a baseline.

  Args:
    probes: Figures as `clp_tfx.probes.summarize` returns them.
  """
  outcomes = [(row["identity"], _outcome(row)) for row in probes["identities"]]
  return Tally(
    *([n for n, found in outcomes if found == kind] for kind in (_LOSES, _GAINS)),
    [name for name, found in outcomes if found == _UNCLEAR],
  )


def people_section(summary: dict[str, Any]) -> dict[str, Any] | None:
  """Returns what the section shows, or None if no probes were scored.

  Args:
    summary: With `probes` and `gate`, as `clp_tfx.pipeline.verdict.summarize` returns
      them; either may lack what later versions added.

  Returns:
    `tally`; `overall` and `groups`, rows of a `name` and the formatted figures `before`
    and `after`; `identities`, the most harmed first, each with `name`, `outcome`,
    whether it was `trained_on`, `before`, `after` and `change`; `sentences`, the worst
    ones; `missed`, the groups whose positive comments the gate found to be missed, with
    the percentage `points` and the `count` of those comments; and `not_judged`, the
    groups that comments say too little about.
  """
  probes = summary.get("probes")
  if not probes:
    return None
  before, after = probes["baseline"], probes["model"]
  return {
    "tally": tally(probes),
    "sentences_scored": probes["sentences"],
    "overall": [
      {"name": name, **_pair(before, after, key, shown)}
      for name, key, shown in _OVERALL
    ],
    "groups": [
      {
        "name": row["group"].replace("_", " "),
        **_pair(row["baseline"], row["model"], "recall", formats.percent),
      }
      for row in probes["groups"]
    ],
    "identities": [_identity(row) for row in probes["identities"]],
    "sentences": [
      {"name": row["identity"], **row["worst"]}
      for row in probes["identities"]
      if row["worst"]
    ][:_SENTENCES],
    "missed": _missed(summary["gate"].get("failures", [])),
    "not_judged": summary["gate"].get("not_judged", []),
  }


def _missed(failures: list[dict[str, Any]]) -> list[dict[str, Any]]:
  """Returns the groups that lose too much recall on comments, the worst first."""
  of_groups = f"{IDENTITY_GROUP}="
  found = [
    each
    for each in failures
    if each.get("metric") == "recall (change)"
    and each["slice"].startswith(of_groups)
    and not formats.is_missing(each["value"])
  ]
  return [
    {
      "name": each["slice"].removeprefix(of_groups),
      "points": f"{-100 * each['value']:.0f}",
      "count": each["pairs"],
    }
    for each in sorted(found, key=lambda each: each["value"])
  ]


def _identity(row: dict[str, Any]) -> dict[str, Any]:
  change = row["displacement"]
  points = None if change is None else change["rise"]
  return {
    "name": row["identity"],
    "outcome": _outcome(row),
    "trained_on": row.get("trained_on", True),
    **_pair(row["baseline"], row["model"], "false_positive_rate", formats.percent),
    "change": formats.MISSING
    if formats.is_missing(points)
    else f"{100 * points:+.1f}".replace("-", "−"),
  }


def _outcome(row: dict[str, Any]) -> str:
  change = row["displacement"]
  if change is None:
    return _SAME
  if change["verdict"] == DISPLACED:
    return _LOSES
  if change["verdict"] == TOO_LITTLE:
    return _UNCLEAR
  return _GAINS if change["rise"] < -change["detectable"] else _SAME


def _pair(before: dict | None, after: dict, key: str, shown: Any) -> dict[str, str]:
  return {"before": shown((before or {}).get(key)), "after": shown(after[key])}
