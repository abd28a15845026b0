"""Summarises an evaluation: figures before and after, and the gate's verdict."""

import csv
import dataclasses
import io
import math
from collections.abc import Mapping
from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx.components.probe_evaluator.checks import HarmCheck
from clp_tfx.components.probe_evaluator.harm_gate import load_harms
from clp_tfx.components.probe_evaluator.verdict import (
  HarmVerdict,
  check_harms,
  failures,
)
from clp_tfx.features import EDITED_GROUP, EDITED_TERM
from clp_tfx.files import local_folder, open_file
from clp_tfx.options import for_label
from clp_tfx.pipeline.labels import named
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.bounds import Check, load_checks
from clp_tfx.tfma.group_figures import (
  audit_figures,
  bias_figures,
  class_figures,
  number,
)
from clp_tfx.tfma.impact_ratios import impact_ratios
from clp_tfx.tfma.left_out import FAILED, REASONS
from clp_tfx.tfma.results import (
  classes_of,
  is_of_ratings,
  load_results,
  outputs_of,
)


def summarize(
  evaluation: str, decision_threshold: float | Mapping[str, float] | None
) -> dict[str, Any]:
  """Reads an evaluation.

  Args:
    evaluation: Folder that the Evaluator wrote.
    decision_threshold: Decision threshold of the evaluation; of a model with several
      labels, a mapping of them if they differ. Not used for classes.

  Returns:
    `baseline` (None without one) and `clp`, each with `auc`, `positive_rate`,
    `flip_rate` (None without pairs) and its one-sided bounds `flip_rate_bounds` (low,
    high), `pairs`, `comments_left_out` (share), `left_out` (share by reason),
    `positive_ratio` (of the positive rate to the baseline's or the label rate; None for
    the baseline) and its `positive_ratio_bounds`, `counterfactual_gap`, and `placebo`:
    of the `pairs` with a placebo edit, the `flip_rate`, `flip_rate_bounds` and
    `counterfactual_gap` of the placebos and, as `…_of_edits`, the two of their own
    edits (empty without such pairs); for the pairs that edit a group or a term,
    `flip_rate_by_…`, `flip_rate_bounds_by_…`, `pairs_by_…`, `left_out_by_…` and
    `placebo_by_…`; what `bias_figures` and `audit_figures` return; and
    `impact_ratios`, as the function of that name returns them. `gate` has
    `blessed`, `checks` (each bound with its `metric`, `slice`,
    `bound`, `value` and whether it `passed`) and `failures`, each of which also has
    `pairs` and the `reason` in words; `inactive`, sentences about bounds that were not
    checked, and `not_judged`, the groups that comments say too little about. `probes`
    are the figures on probes (None if they were not scored), as
    `clp_tfx.probes.summarize` returns them, with `trained_on` for each identity. Of a
    model of classes, `clp` and `baseline` also have what `class_figures` returns, and
    a class is the slice `decided_class=` of a check; of one of ratings, `r2` stands in
    place of `auc` and the rates of positive decisions, and the gap has an upper bound.

    Of a model with several labels, `labels` has `baseline`, `clp` and `probes` by
    label, and each entry of `gate` has its `label`, which is empty for what is the same
    for all; see `clp_tfx.pipeline.labels.views`.
  """
  results = list(load_results(evaluation).values())
  labels = outputs_of(results[-1].config)
  is_rating = is_of_ratings(results[-1].config)
  if classes_of(results[-1].config) or is_rating:
    decision_threshold = None
  figures = {
    label: [
      _figures(each, for_label(decision_threshold, label), label) for each in results
    ]
    for label in labels
  }
  gate = _verdict(evaluation, {label: found[-1] for label, found in figures.items()})
  if is_rating and gate["checks"]:
    gate["inactive"][_OF_RATINGS] = []
  by_label = {}
  for label, found in figures.items():
    before, after = (found[0] if len(found) > 1 else None), found[-1]
    stored = load_harms(evaluation, label)
    if stored:
      _add_harms(gate, check_harms(*stored, before, after), label)
    by_label[label] = {
      "baseline": before,
      "clp": after,
      "probes": stored[1] if stored else None,
    }
  gate["inactive"] = [
    named(", ".join(filter(None, about)), sentence)
    for sentence, about in gate["inactive"].items()
  ]
  if labels == [""]:
    return {**by_label[""], "gate": _without_labels(gate)}
  gate["inactive"] += _only_measured(gate, labels)
  return {"labels": by_label, "gate": gate}


def _add_harms(gate: dict[str, Any], harms: HarmVerdict, label: str) -> None:
  gate["blessed"] = gate["blessed"] and harms.passed
  said = ("metric", "slice", "value", "bound")

  def described(check: HarmCheck, **more: Any) -> dict[str, Any]:
    return {"label": label, **{key: getattr(check, key) for key in said}, **more}

  gate["checks"] += [described(each, passed=each.passed) for each in harms.checks]
  gate["failures"] += [
    described(each, pairs=each.count, reason=named(label, each.reason))
    for each in failures(harms.checks)
  ]
  for sentence in harms.inactive:
    # Said once for all labels that it is about.
    general = sentence.replace(f"the label `{label}`", "this label")
    gate["inactive"].setdefault(general, []).append(label)
  gate["not_judged"] += [
    {"label": label, **each._asdict()} for each in harms.not_judged
  ]


def _without_labels(gate: dict[str, Any]) -> dict[str, Any]:
  """Returns the verdict on a model with one label."""
  listed = ("failures", "checks", "not_judged")
  without = {
    name: [{k: v for k, v in each.items() if k != "label"} for each in gate[name]]
    for name in listed
  }
  return gate | without


def _only_measured(gate: dict[str, Any], labels: list[str]) -> list[str]:
  judged = {check["label"] for check in gate["checks"]}
  others = [label for label in labels if label not in judged]
  if not others:
    return []
  return [f"Measured without a bound: {', '.join(others)}."]


def training_curves(model_run: str) -> list[dict[str, float | None]]:
  """Reads the log of a model's training.

  Args:
    model_run: Folder that the Trainer wrote it to.

  Returns:
    A dictionary per epoch, counted from 1: `epoch`, `loss`, `auc`, `val_auc`, …;
    None where a figure is undefined.
  """
  with open_file(f"{model_run}/training.csv") as file:
    rows = csv.DictReader(io.TextIOWrapper(file, "utf-8"))
    return [
      {**{key: _finite(value) for key, value in row.items()}, "epoch": epoch}
      for epoch, row in enumerate(rows, start=1)
    ]


def _finite(text: str) -> float | None:
  value = float(text)
  return value if math.isfinite(value) else None


def _figures(
  result: tfma.EvalResult, threshold: float | None, output: str
) -> dict[str, Any]:
  overall = result.get_metrics_for_slice(output_name=output)
  figures = {
    **_accuracy(result, overall, threshold),
    "comments_left_out": number(overall, metric_keys.COMMENTS_LEFT_OUT),
    "counterfactual_gap": number(overall, metric_keys.COUNTERFACTUAL_GAP),
    **_gap_bounds(overall),
    **_flips(overall, threshold),
    **bias_figures(overall, threshold),
    **audit_figures(overall, threshold),
    "impact_ratios": impact_ratios(result, threshold, output),
  }
  for feature, kind in ((EDITED_GROUP, "group"), (EDITED_TERM, "term")):
    slices = {
      key[0][1]: _flips(result.get_metrics_for_slice(key, output), threshold)
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


def _verdict(evaluation: str, figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
  """Returns the gate's verdict: TFMA's, confirmed by comparing figures with bounds."""
  # TFMA stores bounds in maps, which have no order.
  checks = sorted(
    load_checks(evaluation),
    key=lambda check: (check.is_absent, check.slice_key, check.metric),
  )
  checks = list(dict.fromkeys(map(_of_class, map(_of_all_labels, checks))))
  with local_folder(evaluation) as folder:
    validated = tfma.load_validation_result(folder).validation_ok
  failures, absent = [], set()
  for check in checks:
    if check.passed or (check.is_absent and check.slice_key in absent):
      continue
    if check.is_absent:
      absent.add(check.slice_key)
    failures.append(_failure(check, figures))
  if not validated and not failures and checks:
    failures.append(_OTHER_VERDICT)
  return {
    "blessed": validated and not failures,
    "failures": failures,
    "checks": [
      {**_named(check), "passed": check.passed, "value": check.value}
      for check in checks
    ],
    "inactive": {},
    "not_judged": [],
  }


def _of_all_labels(check: Check) -> Check:
  """Returns a check without its label if it is about comments and not about scores."""
  counts = (metric_keys.PAIRS, metric_keys.COMMENTS_LEFT_OUT)
  is_count = check.is_absent or check.metric.startswith(counts)
  return dataclasses.replace(check, output="") if is_count else check


_OF_RATINGS = (
  "AUC and the positive rate are inactive: the label is a number. R² is bounded in "
  "their place."
)


def _of_class(check: Check) -> Check:
  """Returns a check of a class with the class as its slice."""
  metric, name = metric_keys.without_group(check.metric, metric_keys.DECIDED_CLASS)
  if name is None:
    return check
  return dataclasses.replace(
    check, metric=metric, slice_key=((metric_keys.DECIDED_CLASS, name),)
  )


_OTHER_VERDICT = {
  "label": "",
  "metric": "validation",
  "slice": "all",
  "value": None,
  "bound": "passed",
  "pairs": None,
  "reason": "The Evaluator refused the model, but its figures are within the bounds: "
  "they belong to different evaluations; run again with another --output.",
}


def _named(check: Check) -> dict[str, Any]:
  where = ", ".join("=".join(part) for part in check.slice_key).replace("=any", "")
  return {
    "label": check.output,
    "metric": f"{check.metric} (change)" if check.is_change else check.metric,
    "slice": where or "all",
    "bound": _bound(check),
  }


def _failure(check: Check, by_label: dict[str, dict[str, Any]]) -> dict[str, Any]:
  described = _named(check)
  where = described["slice"]
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
    **described,
    "value": check.value,
    "pairs": pairs,
    "reason": named(check.output, _reason(check, described["bound"], where, pairs)),
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
