"""Reads the metrics of identity groups from the overall slice of an evaluation."""

import math
from collections.abc import Sequence
from typing import Any

from clp_tfx import features
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.results import load_results

Metrics = dict[str, dict[str, Any]]
"""Metric values of a slice by name, as TFMA returns them."""

_ENDS = ("lower_bound", "upper_bound")


def number(metrics: Metrics, name: str) -> float | None:
  """Returns a metric, or None if it is undefined: TFMA stores NaN as a string."""
  value = metrics.get(name, {})
  # With confidence intervals, TFMA puts the value between its bounds.
  found = float(
    value.get("doubleValue", value.get("boundedValue", {}).get("value", "nan"))
  )
  return found if math.isfinite(found) else None


def group_figures(
  evaluation: str, threshold: float | None, output: str = ""
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
  """Returns the figures of the baseline, or None, and those of the candidate.

  Args:
    evaluation: Folder of the evaluation.
    threshold: Decision threshold; None for classes.
    output: Name of the output; empty for the only one.

  Returns:
    For each model what `bias_figures` and `audit_figures` return, and
    `matched_threshold`, at which it has the baseline's positive rate; None for the
    baseline or without one.
  """
  found = [
    {
      **bias_figures(metrics, threshold),
      **audit_figures(metrics, threshold),
      "matched_threshold": number(
        metrics, metric_keys.matched_threshold_key(threshold)
      ),
    }
    for metrics in (
      result.get_metrics_for_slice(output_name=output)
      for result in load_results(evaluation).values()
    )
  ]
  return (found[0] if len(found) > 1 else None), found[-1]


def class_figures(metrics: Metrics, classes: Sequence[str]) -> dict[str, Any]:
  """Returns the flip rates by the class that is decided for the original.

  Args:
    metrics: Metrics of the overall slice.
    classes: Names of the classes; without any, nothing is returned.

  Returns:
    By class `flip_rate_by_class`, its one-sided `flip_rate_bounds_by_class` (low,
    high), `pairs_by_class`, `decision_rate_by_class` (the share of all texts),
    `decision_ratio_by_class` (of that to the baseline's or the labels'; None for the
    baseline) and its `decision_ratio_bounds_by_class`. Undefined values are None.
  """
  if not classes:
    return {}

  def by_class(*keys: str) -> dict[str, Any]:
    found = {
      name: [
        number(metrics, metric_keys.group_key(key, metric_keys.DECIDED_CLASS, name))
        for key in keys
      ]
      for name in classes
    }
    return {k: v if len(keys) > 1 else v[0] for k, v in found.items()}

  rate, ratio = metric_keys.flip_rate_key, metric_keys.decision_ratio_key
  pairs = by_class(metric_keys.PAIRS)
  return {
    "flip_rate_by_class": by_class(rate(None)),
    "flip_rate_bounds_by_class": by_class(
      *(rate(None, f"overall/{end}") for end in _ENDS)
    ),
    "pairs_by_class": {name: int(value or 0) for name, value in pairs.items()},
    "decision_rate_by_class": by_class(metric_keys.DECISION_RATE),
    "decision_ratio_by_class": by_class(ratio()),
    "decision_ratio_bounds_by_class": by_class(*map(ratio, _ENDS)),
  }


def bias_figures(metrics: Metrics, threshold: float | None) -> dict[str, Any]:
  """Returns the bias AUCs and the false positive and negative rates by group.

  Args:
    metrics: Metrics of the overall slice.
    threshold: Decision threshold.

  Returns:
    `bias_auc_means`: for each feature the generalised means `subgroup`, `bpsn` and
    `bnsp` over its groups. `bias_auc`: for each feature and group the AUCs of the same
    names, their one-sided `bounds` (low, high) by name, `false_positive_rate`,
    `false_negative_rate`, and the numbers of labelled comments, `positives` and
    `negatives`. Undefined values are None; both are empty without labels.
  """
  names = without_changes(metrics)
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


def audit_figures(metrics: Metrics, threshold: float | None) -> dict[str, Any]:
  """Returns the metrics of the audit pairs.

  Args:
    metrics: Metrics of the overall slice.
    threshold: Decision threshold.

  Returns:
    `audit`, which is empty without an audit. Its `group`, `term` and `pairs` (all pairs
    by `trained_on` and `not_trained_on`) have, for each name, `flip_rate`, its
    one-sided `flip_rate_bounds` (low, high), `counterfactual_gap`, `pairs`, `comments`,
    `trained_on` (whether the training lexicon has the term, or a term of the group) and
    `judged` (whether there are enough pairs). `worst_not_trained_on` is the judged
    group with the highest flip rate that was not trained on, or None. Rates are None
    without pairs.
  """
  names = without_changes(metrics)
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
  metrics: Metrics, threshold: float | None, feature: str, name: str
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
    # None if a score was NaN.
    and figures["flip_rate"] is not None
  }
  return max(judged, key=judged.get, default=None)


def without_changes(metrics: Metrics) -> list[str]:
  """Returns the names without those that TFMA gives to differences of two models."""
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
