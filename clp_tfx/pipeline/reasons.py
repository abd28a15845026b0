"""What the gate says of a bound: where it holds, and why a model misses it."""

from typing import Any

from clp_tfx.features import EDITED_GROUP
from clp_tfx.pipeline.labels import named
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.bounds import Check
from clp_tfx.tfma.left_out import FAILED


def described(check: Check) -> dict[str, Any]:
  """Returns the label, metric, slice and bound of a check, in words."""
  where = ", ".join("=".join(part) for part in check.slice_key).replace("=any", "")
  return {
    "label": check.output,
    "metric": f"{check.metric} (change)" if check.is_change else check.metric,
    "slice": where or "all",
    "bound": _bound(check),
  }


def failure(check: Check, by_label: dict[str, dict[str, Any]]) -> dict[str, Any]:
  """Returns a check that did not pass, with its `value`, `pairs` and `reason`.

  Args:
    check: The check.
    by_label: Figures of the model by label, as `figures_of` returns them.
  """
  said = described(check)
  where = said["slice"]
  if check.is_absent:
    return {
      "label": "",
      "metric": metric_keys.PAIRS,
      "slice": where,
      "value": None,
      "bound": "present",
      "pairs": 0,
      "reason": f"Too little evidence: no comment is in the slice {where}.",
    }
  where_of = dict(check.slice_key)
  # The pairs are the same for all labels.
  figures = by_label.get(check.output) or next(iter(by_label.values()))
  pairs = figures["pairs"]
  for feature, by in ((EDITED_GROUP, "group"), (metric_keys.DECIDED_CLASS, "class")):
    if feature in where_of:
      pairs = figures.get(f"pairs_by_{by}", {}).get(where_of[feature])
  return {
    **said,
    "value": check.value,
    "pairs": pairs,
    "reason": named(check.output, _reason(check, said["bound"], where, pairs)),
  }


def _reason(check: Check, bound: str, where: str, pairs: int | None) -> str:
  on = "all comments" if where == "all" else where
  value = check.value
  if check.metric == metric_keys.PAIRS:
    return (
      f"Too little evidence: {value or 0:.0f} pairs on {on}, but {bound} are needed."
    )
  figure = "not a number" if value is None else f"{value:.4f}"
  reason = (
    f"{'The change in ' if check.is_change else ''}{check.metric} is {figure} on {on}"
    f"{_of_pairs(check.metric, pairs)}, but must be {bound}{_meaning(check.metric)}."
  )
  return f"Too little evidence: {reason}" if value is None else reason


def _of_pairs(name: str, pairs: int | None) -> str:
  of_pairs = name.startswith(f"{metric_keys.FLIP_RATE}/{metric_keys.OVERALL}")
  return f" ({pairs} pairs)" if of_pairs and pairs is not None else ""


def _meaning(name: str) -> str:
  """Explains some of the figures."""
  if name.startswith("positive_rate/ratio"):
    return ": the positive rate as a multiple of the baseline's or the label rate"
  if name.startswith(metric_keys.R2):
    return ": the share of the label's variance that the score explains"
  if name.startswith(metric_keys.decision_ratio_key()):
    return (
      ": how often the class is decided, as a multiple of the baseline or the labels"
    )
  if name.startswith("positive_rate"):
    return ": it makes the same decision for every comment"
  if name == metric_keys.left_out_key(FAILED):
    return ": the share of comments whose counterfactual function failed"
  if name.startswith(metric_keys.COMMENTS_LEFT_OUT):
    return ": the share of comments without a pair, except pejorative ones"
  if name.startswith(metric_keys.flip_rate_key(None, "overall/upper_bound")):
    return ": the upper confidence bound of the share of pairs whose decision flips"
  if name.startswith(metric_keys.flip_rate_key(None)):
    return ": the share of pairs whose decision flips"
  return ""


def _bound(check: Check) -> str:
  if check.low is None:
    return f"at most {check.high:g}"
  if check.high is None:
    return f"at least {check.low:g}"
  # The bound on the positive rate if there is nothing to compare it with.
  return "above 0 and below 1"
