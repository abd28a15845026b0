"""The model card: the record as a page for people, with what only people can say."""

from collections.abc import Iterable
from typing import Any

import markupsafe

from clp_tfx.pipeline.labels import named
from clp_tfx.report import formats
from clp_tfx.report.page import environment
from clp_tfx.report.record import Record

TITLES = {
  "all": "All comments",
  "edited_group": "Groups whose terms were edited",
  "edited_term": "Terms that were edited",
  "decided_class": "Classes, by the decision on the original",
  "placebo": "Placebo edits, beside the edits of the same pairs",
  "placebo_group": "The same by group",
  "placebo_term": "The same by term",
  "identity_group": "Groups that comments mention",
  "annotated_identity": "Identities that people annotated",
  "audit_pairs": "Pairs of the audit lexicon",
  "audit_group": "Groups of the audit lexicon",
  "audit_term": "Terms of the audit lexicon",
  "probes": "Sentences written for the test",
  "probes_dimension": "The same by dimension",
  "probes_identity": "The same by identity",
  "worst_case": "Comments that keep their decision with any term of a role",
  "worst_case_dimension": "The same by dimension",
  "impact_ratio": "Impact ratios",
}
"""What to call the kinds of figures."""
_FOLDED = 12
"""Longer tables are folded."""
DECIMALS = (
  *("auc", "r2", "subgroup", "bpsn", "bnsp"),
  *("counterfactual_gap", "counterfactual_gap_upper", "counterfactual_gap_of_edits"),
)
"""Figures that are no shares."""


def model_card(record: Record) -> str:
  """Renders a record as an HTML page that works offline.

  It has the fields of model cards; those that a record cannot fill are marked for
  people. The same record gives the same bytes.

  Args:
    record: As `make_record` returns it, or as read from its file.

  Reference:
    Mitchell et al., 2019, "Model Cards for Model Reporting",
    https://arxiv.org/abs/1810.03993
  """
  templates = environment()
  for function in (formats.count, formats.setting, formats.breakable):
    templates.filters[function.__name__] = function
  templates.filters["digest"] = _digest
  templates.filters["words"] = lambda name: name.replace("_", " ")
  return templates.get_template("model_card.html").render(
    record=record,
    verdict=verdict_of(record),
    folded=_FOLDED,
    bounds=_bounds(record),
    tables=[
      {"title": named(label, TITLES.get(kind, kind)), "rows": [*map(_row, rows)]}
      for (label, kind), rows in _by(record["figures"], "kind")
    ],
    not_judged=[
      {"what": what, "title": named(label, what), "rows": rows}
      for (label, what), rows in _by(record["not_judged"], "what")
    ],
    ratios=[
      {
        "category": category,
        "title": named(label, category),
        "label": label,
        "rows": [_ratio(each) for each in rows],
      }
      for (label, category), rows in _by(record["impact_ratios"]["model"], "category")
      # A group alone is compared with nothing.
      if any(row["impact_ratio"] is not None for row in rows)
    ],
    intersections=any(
      "×" in row["category"] for row in record["impact_ratios"]["model"]
    ),
    before={
      (row.get("label", ""), row["category"], row["group"]): _ratio(row)
      for row in record["impact_ratios"]["baseline"]
    },
  )


def verdict_of(record: Record) -> dict[str, str]:
  """Returns the verdict of a record as a `title` and a `tone`."""
  verdict = record["verdict"]
  if not verdict["gated"]:
    return {"title": "Measured; no bound was given", "tone": "neutral"}
  if not verdict["passed"]:
    return {"title": "Refused: a bound was missed", "tone": "refused"}
  pushed = "Pushed" if verdict["pushed"] else "Passed"
  return {"title": f"{pushed}: every bound was met", "tone": "pushed"}


def shown(figure: str, value: dict[str, Any] | None) -> dict[str, str]:
  """Formats the value of a figure and its interval.

  Args:
    figure: Its name.
    value: With `value` and `interval`, as in a record, or None.

  Returns:
    The formatted `value` and `interval`, the latter empty if there is none.
  """
  if value is None:
    return {"value": formats.MISSING, "interval": ""}
  formatted = formats.decimal if figure in DECIMALS else formats.percent
  if figure == "rise":
    formatted = _points
  ends = value["interval"] or [None, None]
  low, high = (None if formats.is_missing(end) else formatted(end) for end in ends)
  interval = f"{low} to {high}" if low and high else f"at least {low}" if low else ""
  return {"value": formatted(value["value"]), "interval": interval}


def _bounds(record: Record) -> dict[str, list[dict[str, Any]]]:
  """Returns the bounds that were missed or are on all comments, and the rest."""
  found: dict[str, list[dict[str, Any]]] = {"first": [], "rest": []}
  for bound in record["verdict"]["bounds"]:
    is_rest = bound["passed"] and bound["slice"] != "all"
    found["rest" if is_rest else "first"].append(bound)
  return found


def _digest(digest: str | None) -> str:
  if digest is None:
    return "not known"
  parts = (digest[place : place + 8] for place in range(0, len(digest), 8))
  return markupsafe.Markup("<wbr>").join(parts)


def _points(value: float | None) -> str:
  if formats.is_missing(value):
    return formats.MISSING
  return f"{100 * value:+.1f} points".replace("-", "−")


def _row(row: dict[str, Any]) -> dict[str, Any]:
  return row | {key: shown(row["figure"], row[key]) for key in ("model", "baseline")}


def _ratio(row: dict[str, Any]) -> dict[str, Any]:
  rate = {"value": row["positive_rate"], "interval": row["positive_rate_bounds"]}
  ratio = {"value": row["impact_ratio"], "interval": row["impact_ratio_bounds"]}
  return row | {
    "rate": shown("positive_rate", rate),
    "ratio": shown("impact_ratio", ratio),
  }


def _by(
  rows: Iterable[dict[str, Any]], key: str
) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
  """Groups rows by their label and a value, in the order of their first."""
  found: dict[tuple[str, str], list[dict[str, Any]]] = {}
  for row in rows:
    found.setdefault((row.get("label", ""), row[key]), []).append(row)
  return list(found.items())
