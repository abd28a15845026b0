"""Reads the figures of groups that an evaluation has of all comments."""

import math
from typing import Any

from clp_tfx import features
from clp_tfx.tfma import metric_keys

Metrics = dict[str, dict[str, Any]]
"""Values by name of the metric, as TFMA gives those of a slice."""

_ENDS = ("lower_bound", "upper_bound")


def number(metrics: Metrics, name: str) -> float | None:
  """Returns a figure; None where it is not there or not a number."""
  # TFMA gives NaN as a string, as JSON has no other way to say it.
  value = metrics.get(name, {})
  # With confidence intervals, TFMA puts the value between its bounds.
  found = float(
    value.get("doubleValue", value.get("boundedValue", {}).get("value", "nan"))
  )
  return found if math.isfinite(found) else None


def bias_figures(metrics: Metrics, threshold: float) -> dict[str, Any]:
  """Returns the bias AUCs of an evaluation, and the rates beside them.

  Args:
    metrics: Of all comments.
    threshold: The decision threshold.

  Returns:
    `bias_auc_means`: by feature `subgroup`, `bpsn` and `bnsp`, the generalised means
    over its groups. `bias_auc`: by feature and group the same three, their one-sided
    `bounds` (low, high) by name, `false_positive_rate`, `false_negative_rate`, and the
    numbers of labelled comments, `positives` and `negatives`. Figures are None where
    they are undefined; both are empty without labels.
  """
  names = _without_changes(metrics)
  sliced = metric_keys.bias_features_of(names)
  return {
    "bias_auc_means": {
      feature: {
        kind: number(metrics, metric_keys.bias_mean_key(kind, feature))
        for kind in metric_keys.BIAS_AUCS
      }
      for feature in sliced
    },
    "bias_auc": {
      feature: {
        group: _bias_of(metrics, threshold, feature, group)
        for group in metric_keys.groups_of(names, metric_keys.BIAS_POSITIVES, feature)
      }
      for feature in sliced
    },
  }


def audit_figures(metrics: Metrics, threshold: float) -> dict[str, Any]:
  """Returns the figures of the audit pairs of an evaluation.

  Args:
    metrics: Of all comments.
    threshold: The decision threshold.

  Returns:
    `audit`, empty without an audit: by `group`, by `term`, and by `pairs` (all of them,
    `trained_on` or `not_trained_on`), by name `flip_rate`, its one-sided
    `flip_rate_bounds` (low, high), `counterfactual_gap`, `pairs`, `comments`,
    `trained_on` (whether the training lexicon holds the term, or a term of the group)
    and `judged` (whether there are enough pairs); and under `worst_not_trained_on` the
    judged group with the highest flip rate of those, None where there is none. Figures
    are None without pairs.
  """
  names = _without_changes(metrics)
  audit = {
    kind: {
      name: _audit_of(metrics, threshold, feature, name)
      for name in metric_keys.groups_of(names, _AUDIT_PAIRS, feature)
    }
    for kind, feature in _AUDIT_FEATURES.items()
  }
  if not any(audit.values()):
    return {"audit": {}}
  worst = _worst_not_trained_on(audit["group"])
  return {"audit": {**audit, "worst_not_trained_on": worst}}


_AUDIT_PAIRS = metric_keys.audit_key(metric_keys.PAIRS)
_AUDIT_FEATURES = {
  "pairs": features.AUDIT_PAIRS,
  "group": features.AUDIT_GROUP,
  "term": features.AUDIT_TERM,
}


def _audit_of(
  metrics: Metrics, threshold: float, feature: str, name: str
) -> dict[str, Any]:
  def figure(key: str) -> float | None:
    return number(
      metrics, metric_keys.group_key(metric_keys.audit_key(key), feature, name)
    )

  return {
    "flip_rate": figure(metric_keys.flip_rate_key(threshold)),
    "flip_rate_bounds": [
      figure(metric_keys.flip_rate_key(threshold, f"overall/{end}")) for end in _ENDS
    ],
    "counterfactual_gap": figure(metric_keys.COUNTERFACTUAL_GAP),
    "pairs": int(figure(metric_keys.PAIRS) or 0),
    "comments": int(figure(metric_keys.COMMENTS) or 0),
    "trained_on": bool(figure(metric_keys.TRAINED_ON)),
    "judged": bool(figure(metric_keys.JUDGED)),
  }


def _worst_not_trained_on(groups: dict[str, dict[str, Any]]) -> str | None:
  judged = {
    name: figures["flip_rate"]
    for name, figures in groups.items()
    if figures["judged"]
    and not figures["trained_on"]
    # A score that was not a number leaves no rate.
    and figures["flip_rate"] is not None
  }
  return max(judged, key=judged.get, default=None)


def _without_changes(metrics: Metrics) -> list[str]:
  """Returns the names but those of changes from the baseline, as TFMA calls them."""
  return [
    name
    for name in metrics
    if not (name.endswith("_diff") and name.removesuffix("_diff") in metrics)
  ]


def _bias_of(
  metrics: Metrics, threshold: float, feature: str, group: str
) -> dict[str, Any]:
  def figure(name: str) -> float | None:
    return number(metrics, metric_keys.group_key(name, feature, group))

  return {
    **{kind: figure(metric_keys.bias_key(kind)) for kind in metric_keys.BIAS_AUCS},
    "bounds": {
      kind: [
        figure(metric_keys.bias_key(kind, end))
        for end in ("lower_bound", "upper_bound")
      ]
      for kind in metric_keys.BIAS_AUCS
    },
    "false_positive_rate": figure(metric_keys.false_positive_rate_key(threshold)),
    "false_negative_rate": figure(metric_keys.false_negative_rate_key(threshold)),
    "positives": int(figure(metric_keys.BIAS_POSITIVES) or 0),
    "negatives": int(figure(metric_keys.BIAS_NEGATIVES) or 0),
  }
