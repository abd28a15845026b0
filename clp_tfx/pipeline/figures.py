"""Figures of one model on one evaluation, overall and by slice."""

from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx.features import EDITED_GROUP, EDITED_TERM
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.group_figures import (
  audit_figures,
  bias_figures,
  class_figures,
  number,
)
from clp_tfx.tfma.impact_ratios import impact_ratios
from clp_tfx.tfma.left_out import REASONS
from clp_tfx.tfma.results import classes_of, is_of_ratings


def figures_of(
  result: tfma.EvalResult, threshold: float | None, label: str
) -> dict[str, Any]:
  """Returns what `summarize` says of a model, for one of its labels.

  Args:
    result: Evaluation of the model.
    threshold: Decision threshold; None for classes and ratings.
    label: The label, `""` for the only one.
  """
  overall = result.get_metrics_for_slice(output_name=label)
  figures = {
    **_accuracy(result, overall, threshold),
    "comments_left_out": number(overall, metric_keys.COMMENTS_LEFT_OUT),
    "counterfactual_gap": number(overall, metric_keys.COUNTERFACTUAL_GAP),
    **_gap_bounds(overall),
    **_flips(overall, threshold),
    **bias_figures(overall, threshold),
    **audit_figures(overall, threshold),
    "impact_ratios": impact_ratios(result, threshold, label),
  }
  for feature, kind in ((EDITED_GROUP, "group"), (EDITED_TERM, "term")):
    slices = {
      key[0][1]: _flips(result.get_metrics_for_slice(key, label), threshold)
      for key in sorted(result.get_slice_names(), key=str)
      if len(key) == 1 and key[0][0] == feature
    }
    for figure in ("flip_rate", "flip_rate_bounds", "pairs", "left_out", "placebo"):
      figures[f"{figure}_by_{kind}"] = {
        str(value): flips[figure] for value, flips in slices.items()
      }
  return figures


def _accuracy(
  result: tfma.EvalResult, overall: dict[str, Any], threshold: float | None
) -> dict[str, Any]:
  if is_of_ratings(result.config):
    return {"r2": number(overall, metric_keys.R2)}
  found = {"auc": number(overall, metric_keys.AUC)}
  if classes := classes_of(result.config):
    return found | class_figures(overall, classes)
  return found | _positives(overall, threshold)


def _gap_bounds(overall: dict[str, Any]) -> dict[str, Any]:
  if metric_keys.GAP_UPPER_BOUND not in overall:
    return {}
  return {"counterfactual_gap_upper": number(overall, metric_keys.GAP_UPPER_BOUND)}


def _flips(metrics: dict[str, Any], threshold: float | None) -> dict[str, Any]:
  def rate(kind: str) -> float | None:
    return number(metrics, metric_keys.flip_rate_key(threshold, kind))

  return {
    "flip_rate": rate("overall"),
    "flip_rate_bounds": [rate("overall/lower_bound"), rate("overall/upper_bound")],
    "pairs": int(number(metrics, metric_keys.PAIRS) or 0),
    "left_out": {
      reason: share
      for reason in REASONS
      if (share := number(metrics, metric_keys.left_out_key(reason)))
    },
    "placebo": _placebo(metrics, threshold),
  }


def _placebo(metrics: dict[str, Any], threshold: float | None) -> dict[str, Any]:
  def figure(name: str) -> float | None:
    return number(metrics, metric_keys.placebo_key(name))

  def rate(kind: str) -> float | None:
    return figure(metric_keys.flip_rate_key(threshold, kind))

  if not (pairs := figure(metric_keys.PAIRS)):
    return {}
  gap = metric_keys.COUNTERFACTUAL_GAP
  return {
    "pairs": int(pairs),
    "flip_rate": rate("overall"),
    "flip_rate_bounds": [rate("overall/lower_bound"), rate("overall/upper_bound")],
    "flip_rate_of_edits": rate(metric_keys.OF_EDITS),
    "counterfactual_gap": figure(gap),
    "counterfactual_gap_of_edits": figure(f"{gap}/{metric_keys.OF_EDITS}"),
  }


def _positives(metrics: dict[str, Any], threshold: float) -> dict[str, Any]:
  def ratio(kind: str = "") -> float | None:
    return number(metrics, metric_keys.positive_ratio_key(threshold, kind))

  return {
    "positive_rate": number(metrics, metric_keys.positive_rate_key(threshold)),
    "positive_ratio": ratio(),
    "positive_ratio_bounds": [ratio("lower_bound"), ratio("upper_bound")],
  }
