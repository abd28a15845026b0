"""What came out, in figures: before, after, and the gate's verdict."""

import csv
import math
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx.features import IDENTITY_GROUP
from clp_tfx.tfma import load_results
from clp_tfx.tfma.flip_rate import NAME, threshold_suffix


def summarize(evaluation: str, decision_threshold: float) -> dict[str, Any]:
  """Reads an evaluation.

  Args:
    evaluation: Folder that the Evaluator wrote.
    decision_threshold: The one it was configured with.

  Returns:
    `baseline` (None without one) and `clp`, each with `auc`, `positive_rate`,
    `flip_rate` (None without pairs), `flip_rate_by_group`, `pairs_by_group` and
    `pairs`; and `gate` with `blessed` and `failures`, each of which names `metric`,
    `slice`, `value`, `bound` and the `reason` in words.
  """
  validation = tfma.load_validation_result(evaluation)
  figures = [
    _figures(result, threshold_suffix(decision_threshold))
    for result in load_results(evaluation).values()
  ]
  return {
    "baseline": figures[0] if len(figures) > 1 else None,
    "clp": figures[-1],
    "gate": {"blessed": validation.validation_ok, "failures": _failures(validation)},
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


def _figures(result: tfma.EvalResult, at: str) -> dict[str, Any]:
  overall = result.get_metrics_for_slice()
  groups = {
    slice_key[0][1]: result.get_metrics_for_slice(slice_key)
    for slice_key in sorted(result.get_slice_names())
    if len(slice_key) == 1 and slice_key[0][0] == IDENTITY_GROUP
  }
  flip_rate = f"{NAME}/overall{at}"
  return {
    "auc": _number(overall["auc"]),
    "positive_rate": _number(overall[f"positive_rate{at}"]),
    "flip_rate": _number(overall[flip_rate]),
    "pairs": int(_number(overall["flip_count/pairs"]) or 0),
    "flip_rate_by_group": {
      name: _number(metrics[flip_rate]) for name, metrics in groups.items()
    },
    "pairs_by_group": {
      name: int(_number(metrics["flip_count/pairs"]) or 0)
      for name, metrics in groups.items()
    },
  }


def _number(value: dict[str, Any]) -> float | None:
  """TFMA gives NaN as a string, as JSON has no other way to say it."""
  number = float(value.get("doubleValue", "nan"))
  return None if math.isnan(number) else number


def _failures(validation: tfma.ValidationResult) -> list[dict[str, Any]]:
  failures = []
  for per_slice in validation.metric_validations_per_slice:
    where = ", ".join(
      f"{key.column}={key.bytes_value.decode(errors='replace')}"
      for key in per_slice.slice_key.single_slice_keys
    )
    for failure in per_slice.failures:
      value, bound = _value(failure.metric_value), _bound(failure.metric_threshold)
      name = failure.metric_key.name
      change = failure.metric_key.is_diff
      failures.append(
        {
          "metric": f"{name} (change)" if change else name,
          "slice": where or "all",
          "value": value,
          "bound": bound,
          "reason": f"{'The change in ' if change else ''}{name} is "
          f"{'not a number' if value is None else f'{value:.4f}'} on "
          f"{where or 'all comments'}, but must be {bound}.",
        }
      )
  for missing in validation.missing_slices:
    failures.append(
      {
        "metric": "",
        "slice": str(missing).strip(),
        "value": None,
        "bound": "present",
        "reason": f"There is no comment in the slice {str(missing).strip()!r}.",
      }
    )
  return failures


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
