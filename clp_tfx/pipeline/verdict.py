"""Summarises an evaluation: figures before and after, and the gate's verdict."""

import dataclasses
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
from clp_tfx.files import local_folder
from clp_tfx.options import for_label
from clp_tfx.pipeline.figures import figures_of
from clp_tfx.pipeline.labels import named
from clp_tfx.pipeline.reasons import described, failure
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.bounds import Check, load_checks
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
      figures_of(each, for_label(decision_threshold, label), label) for each in results
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

  def said_of(check: HarmCheck, **more: Any) -> dict[str, Any]:
    return {"label": label, **{key: getattr(check, key) for key in said}, **more}

  gate["checks"] += [said_of(each, passed=each.passed) for each in harms.checks]
  gate["failures"] += [
    said_of(each, pairs=each.count, reason=named(label, each.reason))
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
    failures.append(failure(check, figures))
  if not validated and not failures and checks:
    failures.append(_OTHER_VERDICT)
  return {
    "blessed": validated and not failures,
    "failures": failures,
    "checks": [
      {**described(check), "passed": check.passed, "value": check.value}
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
