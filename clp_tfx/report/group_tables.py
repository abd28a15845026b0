"""Lays out the tables of groups: bias AUCs with rates of false decisions, and audit."""

from typing import Any

from clp_tfx.report import formats
from clp_tfx.tfma.metric_keys import BIAS_AUCS

_FIGURES = (
  *((kind, formats.decimal) for kind in BIAS_AUCS),
  ("false_positive_rate", formats.percent),
  ("false_negative_rate", formats.percent),
)
_TITLES = {
  "identity_group": "Groups that comments mention",
  "annotated_identity": "Identities that people annotated",
}
_UNDEFINED = {"flip_rate": None, "flip_rate_bounds": None, "counterfactual_gap": None}


def bias_tables(baseline: dict | None, clp: dict) -> list[dict[str, Any]]:
  """Returns a table for each feature that has groups.

  Args:
    baseline: Figures of the baseline, or None.
    clp: Figures of the model, as `bias_figures` returns them.

  Returns:
    One dict per table: `title`, `means` (the cells of the three generalised means) and
    `rows`, worst first, each with the `name` of a group, its `cells` (three AUCs, two
    rates) and the numbers of its `positives` and `negatives`. A cell has a formatted
    `after` and, with a baseline, `before`.
  """
  tables = []
  for feature, groups in clp.get("bias_auc", {}).items():
    if not groups:
      continue
    others = (baseline or {}).get("bias_auc", {}).get(feature, {})
    means = (baseline or {}).get("bias_auc_means", {}).get(feature)
    tables.append(
      {
        "title": _TITLES.get(feature, feature),
        "means": _cells(means, clp["bias_auc_means"][feature]),
        "rows": [
          {
            "name": name,
            "cells": _cells(others.get(name), figures),
            "positives": figures["positives"],
            "negatives": figures["negatives"],
          }
          for name, figures in sorted(groups.items(), key=_worst_first)
        ],
      }
    )
  return tables


def audit_tables(baseline: dict | None, clp: dict) -> dict[str, Any] | None:
  """Returns the tables of the audit pairs; None without an audit.

  Args:
    baseline: Figures of the baseline, or None.
    clp: Figures of the model, as `audit_figures` returns them.

  Returns:
    `tables`: of pairs, groups and terms that have enough pairs, the highest flip rates
    first, each row with its `name`, whether it was `trained_on` and the figures of each
    model; and `not_judged`, the names and pairs of the groups that have too few.
  """
  audit = clp.get("audit")
  if not audit:
    return None
  before = (baseline or {}).get("audit", {})

  def rows(kind: str) -> list[dict[str, Any]]:
    others = before.get(kind, {})
    judged = {name: each for name, each in audit[kind].items() if each["judged"]}
    return [
      {
        "name": name.replace("_", " ") if kind == "pairs" else name,
        "trained_on": figures["trained_on"] or kind == "pairs",
        "clp": figures,
        "baseline": others.get(name, _UNDEFINED),
      }
      for name, figures in sorted(judged.items(), key=_highest_first)
    ]

  few = [
    (name, each["pairs"]) for name, each in audit["group"].items() if not each["judged"]
  ]
  return {
    "tables": {"Pairs": rows("pairs"), "Group": rows("group"), "Term": rows("term")},
    "not_judged": sorted(few, key=lambda each: (-each[1], each[0])),
  }


def _highest_first(named: tuple[str, dict[str, Any]]) -> tuple[float, int, str]:
  name, figures = named
  rate = figures["flip_rate"]
  return 1.0 if formats.is_missing(rate) else -rate, -figures["pairs"], name


def _cells(before: dict | None, after: dict) -> list[dict[str, str | None]]:
  return [
    {"before": shown(before.get(key)) if before else None, "after": shown(after[key])}
    for key, shown in _FIGURES
    if key in after
  ]


def _worst_first(group: tuple[str, dict[str, Any]]) -> tuple[float, str]:
  name, figures = group
  known = [figures[kind] for kind in BIAS_AUCS if not formats.is_missing(figures[kind])]
  return min(known, default=2.0), name
