"""What came out, in figures: before, after, and the gate's verdict."""

import csv
import math
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx.features import EDITED_GROUP, EDITED_TERM
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.results import load_results


def summarize(evaluation: str, decision_threshold: float) -> dict[str, Any]:
  """Reads an evaluation.

  Args:
    evaluation: Folder that the Evaluator wrote.
    decision_threshold: The one it was configured with.

  Returns:
    `baseline` (None without one) and `clp`, each with `auc`, `positive_rate`,
    `flip_rate` (None without pairs) and its one-sided bounds `flip_rate_bounds` (low,
    high), `pairs`, `comments_left_out` (share), `counterfactual_gap`, and by group and
    by term, of the pairs that edit it, `flip_rate_by_…`, `flip_rate_bounds_by_…` and
    `pairs_by_…`; and `gate` with `blessed` and `failures`, each of which names
    `metric`, `slice`, `value`, `bound`, `pairs` and the `reason` in words.
  """
  validation = tfma.load_validation_result(evaluation)
  results = list(load_results(evaluation).values())
  figures = [_figures(result, decision_threshold) for result in results]
  return {
    "baseline": figures[0] if len(figures) > 1 else None,
    "clp": figures[-1],
    "gate": {
      "blessed": validation.validation_ok,
      "failures": _failures(validation, results[-1]),
    },
  }


def training_curves(model_run: str) -> list[dict[str, float]]:
  """Reads the log of a training.

  Args:
    model_run: Folder that the Trainer wrote it to.

  Returns:
    A dictionary per epoch, counted from 1: `epoch`, `loss`, `auc`, `val_auc`, ….
  """
  with open(Path(model_run) / "training.csv", encoding="utf-8") as file:
    return [
      {**{key: float(value) for key, value in row.items()}, "epoch": epoch}
      for epoch, row in enumerate(csv.DictReader(file), start=1)
    ]


def _figures(result: tfma.EvalResult, threshold: float) -> dict[str, Any]:
  overall = result.get_metrics_for_slice()
  figures = {
    "auc": _number(overall, "auc"),
    "positive_rate": _number(overall, metric_keys.positive_rate_key(threshold)),
    "comments_left_out": _number(overall, metric_keys.COMMENTS_LEFT_OUT),
    "counterfactual_gap": _number(overall, metric_keys.COUNTERFACTUAL_GAP),
    **_flips(overall, threshold),
  }
  for feature, kind in ((EDITED_GROUP, "group"), (EDITED_TERM, "term")):
    slices = {
      key[0][1]: _flips(result.get_metrics_for_slice(key), threshold)
      for key in sorted(result.get_slice_names(), key=str)
      if len(key) == 1 and key[0][0] == feature
    }
    for figure in ("flip_rate", "flip_rate_bounds", "pairs"):
      figures[f"{figure}_by_{kind}"] = {
        str(value): flips[figure] for value, flips in slices.items()
      }
  return figures


def _flips(metrics: dict[str, Any], threshold: float) -> dict[str, Any]:
  def rate(kind: str) -> float | None:
    return _number(metrics, metric_keys.flip_rate_key(threshold, kind))

  return {
    "flip_rate": rate("overall"),
    "flip_rate_bounds": [rate("overall/lower_bound"), rate("overall/upper_bound")],
    "pairs": int(_number(metrics, metric_keys.PAIRS) or 0),
  }


def _number(metrics: dict[str, Any], name: str) -> float | None:
  """TFMA gives NaN as a string, as JSON has no other way to say it."""
  value = metrics.get(name, {})
  # With confidence intervals, TFMA puts the value between its bounds.
  number = float(
    value.get("doubleValue", value.get("boundedValue", {}).get("value", "nan"))
  )
  return None if math.isnan(number) else number


def _failures(
  validation: tfma.ValidationResult, result: tfma.EvalResult
) -> list[dict[str, Any]]:
  failures = []
  for per_slice in validation.metric_validations_per_slice:
    key = tfma.slicer.deserialize_slice_key(per_slice.slice_key)
    where = ", ".join(f"{column}={value}" for column, value in key)
    pairs = _number(result.get_metrics_for_slice(key), metric_keys.PAIRS)
    for failure in per_slice.failures:
      failures.append(_failure(failure, where, pairs))
  for missing in validation.missing_slices:
    values = [*missing.feature_keys, *map("=".join, missing.feature_values.items())]
    where = ", ".join(values) or "all"
    failures.append(
      {
        "metric": metric_keys.PAIRS,
        "slice": where,
        "value": None,
        "bound": "present",
        "pairs": 0,
        "reason": f"Too little evidence: no comment is in the slice {where}.",
      }
    )
  return failures


def _failure(failure: Any, where: str, pairs: float | None) -> dict[str, Any]:
  value, bound = _value(failure.metric_value), _bound(failure.metric_threshold)
  name = failure.metric_key.name
  change = failure.metric_key.is_diff
  on = where or "all comments"
  if name == metric_keys.PAIRS:
    reason = (
      f"Too little evidence: {value or 0:.0f} pairs on {on}, but {bound} are needed."
    )
  else:
    figure = "not a number" if value is None else f"{value:.4f}"
    reason = (
      f"{'The change in ' if change else ''}{name} is {figure} on {on}"
      f"{_of_pairs(name, pairs)}, but must be {bound}."
    )
    if value is None:
      reason = f"Too little evidence: {reason}"
  return {
    "metric": f"{name} (change)" if change else name,
    "slice": where or "all",
    "value": value,
    "bound": bound,
    "pairs": None if pairs is None else int(pairs),
    "reason": reason,
  }


def _of_pairs(name: str, pairs: float | None) -> str:
  if not name.startswith(metric_keys.FLIP_RATE) or pairs is None:
    return ""
  return f" ({pairs:.0f} pairs)"


def _value(value: Any) -> float | None:
  kind = value.WhichOneof("type")
  number = getattr(value, kind) if kind else None
  number = getattr(number, "value", number)
  return None if number is None or math.isnan(float(number)) else float(number)


def _bound(threshold: Any) -> str:
  value, change = threshold.value_threshold, threshold.change_threshold
  if value.HasField("upper_bound"):
    return f"at most {value.upper_bound.value:g}"
  if value.HasField("lower_bound"):
    return f"at least {value.lower_bound.value:g}"
  return f"at least {change.absolute.value:g}"
