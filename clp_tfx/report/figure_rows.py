"""Every figure of a summary as rows of one form, for the record."""

from typing import Any

from clp_tfx.report.formats import is_missing

Row = dict[str, Any]
_Figures = dict[str, Any]

_OVERALL = {
  "flip_rate": "pairs",
  "auc": "labelled comments",
  "r2": "labelled comments",
  "positive_rate": "comments",
  "positive_ratio": "comments",
  "counterfactual_gap": "pairs",
  "counterfactual_gap_upper": "pairs",
  "comments_left_out": "comments with identity terms",
}
_PLACEBO = (
  "flip_rate",
  "flip_rate_of_edits",
  "counterfactual_gap",
  "counterfactual_gap_of_edits",
)
_PROBES = (
  "false_positive_rate",
  "recall",
  "mean_distance",
  "worst_distance",
  "positive_rate",
  "auc",
)


def figure_rows(summary: dict[str, Any]) -> list[Row]:
  """Returns every figure of a summary.

  Args:
    summary: The contents of `summary.json`.

  Returns:
    A dictionary per figure: the `kind` and the `name` of what it is of, its name as
    `figure`, what is `counted` and the `count`, and for `model` and `baseline` the
    `value` and the `interval` (or None); see `record.schema.json`.
  """
  model, baseline = summary["clp"], summary["baseline"] or {}
  rows = [
    _row("all", "all", key, model, baseline, counted, model.get("pairs"))
    for key, counted in _OVERALL.items()
    if key in model
  ]
  for kind in ("group", "term"):
    rows += _flip_rates(kind, model, baseline)
  rows += _classes(model, baseline)
  rows += _placebos(model, baseline)
  rows += _bias(model, baseline)
  rows += _audit(model.get("audit", {}), baseline.get("audit", {}))
  if probes := summary.get("probes"):
    rows += _probes(probes)
  if (found := summary.get("worst_case")) and not found["inactive"]:
    rows += _worst_case(found)
  return rows


def _row(
  kind: str,
  name: str,
  figure: str,
  model: _Figures,
  baseline: _Figures,
  counted: str,
  count: int | None = None,
) -> Row:
  """Returns a figure of both models; their intervals are beside it as `…_bounds`."""

  def of(figures: _Figures) -> dict[str, Any] | None:
    if figure not in figures:
      return None
    bounds = figures.get(f"{figure}_bounds")
    known = bounds and not all(map(is_missing, bounds))
    return {"value": figures[figure], "interval": bounds if known else None}

  return {
    "kind": kind,
    "name": name,
    "figure": figure,
    "counted": counted,
    "count": count if counted == "pairs" or kind != "all" else None,
    "model": of(model),
    "baseline": of(baseline),
  }


def _flip_rates(kind: str, model: _Figures, baseline: _Figures) -> list[Row]:
  def of(figures: _Figures, name: str) -> _Figures:
    rates = figures.get(f"flip_rate_by_{kind}", {})
    bounds = figures.get(f"flip_rate_bounds_by_{kind}", {})
    found = {"flip_rate": rates[name]} if name in rates else {}
    return found | {"flip_rate_bounds": bounds.get(name)}

  pairs = model.get(f"pairs_by_{kind}", {})
  return [
    _row(
      f"edited_{kind}",
      name,
      "flip_rate",
      of(model, name),
      of(baseline, name),
      "pairs",
      pairs.get(name),
    )
    for name in model.get(f"flip_rate_by_{kind}", {})
  ]


def _classes(model: _Figures, baseline: _Figures) -> list[Row]:
  counted = {"flip_rate": "pairs", "decision_rate": "comments"}
  counted |= {"decision_ratio": "comments"}

  def of(figures: _Figures, name: str) -> _Figures:
    found = {key: figures.get(f"{key}_by_class", {}).get(name) for key in counted}
    for key in ("flip_rate", "decision_ratio"):
      bounds = figures.get(f"{key}_bounds_by_class", {}).get(name)
      found[f"{key}_bounds"] = bounds
    return found if name in figures.get("flip_rate_by_class", {}) else {}

  return [
    _row(
      "decided_class",
      name,
      figure,
      of(model, name),
      of(baseline, name),
      what,
      model["pairs_by_class"][name] if what == "pairs" else None,
    )
    for name in model.get("flip_rate_by_class", {})
    for figure, what in counted.items()
  ]


def _placebos(model: _Figures, baseline: _Figures) -> list[Row]:
  of_all = (("placebo", "all", model.get("placebo"), baseline.get("placebo")),)
  by_name = (
    (f"placebo_{kind}", name, found, baseline.get(f"placebo_by_{kind}", {}).get(name))
    for kind in ("group", "term")
    for name, found in model.get(f"placebo_by_{kind}", {}).items()
  )
  return [
    _row(kind, name, figure, found, before or {}, "pairs", found["pairs"])
    for kind, name, found, before in (*of_all, *by_name)
    for figure in _PLACEBO
    if found
  ]


def _bias(model: _Figures, baseline: _Figures) -> list[Row]:
  def of(figures: _Figures, feature: str, name: str) -> _Figures:
    found = figures.get("bias_auc", {}).get(feature, {}).get(name, {})
    bounds = {f"{kind}_bounds": pair for kind, pair in found.get("bounds", {}).items()}
    return found | bounds

  counts = {"false_positive_rate": "negatives", "false_negative_rate": "positives"}
  apart = ("bounds", *counts.values())
  rows = []
  for feature, groups in model.get("bias_auc", {}).items():
    for name, found in groups.items():
      both = found.get("positives", 0) + found.get("negatives", 0)
      rows += [
        _row(
          feature,
          name,
          figure,
          of(model, feature, name),
          of(baseline, feature, name),
          f"labelled {counts.get(figure, 'comments')}",
          found.get(counts[figure]) if figure in counts else both,
        )
        for figure in found
        if figure not in apart
      ]
  return rows


def _audit(model: _Figures, baseline: _Figures) -> list[Row]:
  return [
    _row(
      f"audit_{kind}",
      name,
      figure,
      found,
      baseline.get(kind, {}).get(name, {}),
      "pairs",
      found["pairs"],
    )
    for kind in ("pairs", "group", "term")
    for name, found in model.get(kind, {}).items()
    for figure in ("flip_rate", "counterfactual_gap")
  ]


def _probes(probes: dict[str, Any]) -> list[Row]:
  before = probes["baseline"] or {}
  sentences = "sentences"
  rows = [
    _row("probes", "all", key, probes["model"], before, sentences, probes["sentences"])
    for key in _PROBES
  ]
  for row in probes["groups"]:
    at = (row["model"], row["baseline"] or {})
    counted = ("hostile sentences", row.get("hostile_sentences"))
    rows.append(_row("probes_dimension", row["group"], "recall", *at, *counted))
  for row in probes["identities"]:
    name, at = row["identity"], (row["model"], row["baseline"] or {})
    counted = ("neutral sentences", row.get("neutral_sentences"))
    rows.append(_row("probes_identity", name, "false_positive_rate", *at, *counted))
    if change := row.get("displacement"):
      # A simultaneous lower bound for all identities; it has no upper one.
      rise = {"rise": change["rise"], "rise_bounds": [change.get("lower_bound"), None]}
      rows.append(_row("probes_identity", name, "rise", rise, {}, *counted))
  return rows


def _worst_case(found: dict[str, Any]) -> list[Row]:
  model, baseline = found["model"], found["baseline"] or {}
  before, counted = baseline.get("by_dimension", {}), ("comments", found["comments"])
  rows = [_row("worst_case", "all", "stable", model, baseline, *counted)]
  for name, each in model["by_dimension"].items():
    counted, at = ("comments", each["comments"]), (each, before.get(name, {}))
    rows.append(_row("worst_case_dimension", name, "stable", *at, *counted))
  return rows
