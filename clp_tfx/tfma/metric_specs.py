"""The metrics of one output of a model, and the bounds that they must meet."""

import dataclasses
import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.tfma import (
  auc,
  audit_flips,
  bias_auc,
  class_flips,
  class_rates,
  flip_rate,
  intersections,
  metric_keys,
  one_vs_rest_auc,
  placebo_flips,
  positive_rate,
  r2,
  worst_flips,
)
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.decisions import ARGMAX, TOLERANCE
from clp_tfx.tfma.left_out import FAILED

POINT, UPPER_BOUND = "point", "upper_bound"
GATES = (UPPER_BOUND, POINT)
_OVERALL = config_pb2.SlicingSpec()
_BY_GROUP = config_pb2.SlicingSpec(feature_keys=[features.EDITED_GROUP])
# A positive rate this far from 0 and 1 only requires decisions of both kinds.
_SOME = 1e-9


class Measured(NamedTuple):
  """What is measured of every output; see `make_eval_config`."""

  other_thresholds: Sequence[float]
  text_feature: str
  level: float
  max_terms: int
  bias_features: Sequence[str]
  audit: Audit | None
  example_texts: bool
  min_pairs: int
  with_labels: bool
  has_baseline: bool
  classes: Sequence[str] = ()
  flip_tolerance: float | None = None


class Bounds(NamedTuple):
  """The bounds of one output; None for no bound. See `make_eval_config`."""

  gate_on: str
  max_flip_rate: float | None = None
  max_flip_rate_of: Mapping[str, float] = {}
  max_flip_rate_of_class: Mapping[str, float] = {}
  min_pairs: int = 0
  min_auc: float | None = None
  max_auc_drop: float | None = None
  max_gap: float | None = None
  min_r2: float | None = None
  max_r2_drop: float | None = None
  min_positive_ratio: float | None = None
  max_positive_ratio: float | None = None
  max_failed: float | None = None
  max_left_out: float | None = None


def metrics_specs(
  output: str, threshold: float, measured: Measured, bounds: Bounds
) -> list[config_pb2.MetricsSpec]:
  """Returns the metrics of one output and their bounds.

  Args:
    output: Name of the output; empty for the only one.
    threshold: Decision threshold; not used for classes and ratings.
    measured: What is measured.
    bounds: The bounds.
  """
  thresholds = list(dict.fromkeys([threshold, *measured.other_thresholds]))
  flips = _flips(thresholds, measured)
  decides = not measured.classes and measured.flip_tolerance is None
  _gate_flips(flips, threshold if decides else None, bounds)
  if measured.classes:
    _gate_classes(flips, measured, bounds)
  elif not decides:
    _gate_rating(flips, measured, bounds)
  else:
    _gate_positive_rate(flips, threshold, measured, bounds)
  shares = {
    metric_keys.left_out_key(FAILED): bounds.max_failed,
    metric_keys.LEFT_OUT_LOWER_BOUND: bounds.max_left_out,
  }
  for key, bound in shares.items():
    for where in (_OVERALL, _BY_GROUP) if bound is not None else ():
      _gate(flips, key, where, high=bound)
  specs = [flips]
  if measured.with_labels:
    specs = [_accuracy(thresholds, measured, bounds), flips]
  for spec in specs if output else ():
    spec.output_names.append(output)
  return specs


def _flips(thresholds: list[float], measured: Measured) -> config_pb2.MetricsSpec:
  """Returns the metrics that ignore the weights of examples."""
  decided: dict[str, Any] = {"thresholds": thresholds}
  named: dict[str, Any] = {}
  if measured.classes:
    decided |= {"decision": ARGMAX}
    named = {"classes": list(measured.classes)}
  is_rating = measured.flip_tolerance is not None
  if is_rating:
    decided = {"thresholds": [measured.flip_tolerance], "decision": TOLERANCE}
  counted = {**decided, "text_feature": measured.text_feature}
  level = measured.level
  metrics = [
    _metric(flip_rate.FlipRate, level=level, max_terms=measured.max_terms, **counted),
    _metric(worst_flips.WorstFlips, texts=measured.example_texts, **counted, **named),
    _metric(placebo_flips.PlaceboFlips, **decided, level=level),
  ]
  has_positives = not measured.classes and not is_rating
  if has_positives:
    metrics.append(_metric(intersections.IntersectionRates, thresholds=thresholds))
  if measured.classes:
    metrics.append(_metric(class_flips.ClassFlips, **named, level=level))
    metrics.append(_metric(class_rates.ClassRates, **named, level=level))
    if measured.with_labels:
      number = len(measured.classes)
      metrics.append(_metric(one_vs_rest_auc.OneVsRestAUC, num_classes=number))
  elif is_rating and measured.with_labels:
    metrics.append(_metric(r2.R2))
  elif measured.with_labels:
    groups = list(measured.bias_features)
    metrics.append(
      _metric(
        bias_auc.BiasAUC, thresholds=thresholds, group_features=groups, level=level
      )
    )
  if measured.audit:
    metrics.append(
      _metric(
        audit_flips.AuditFlips,
        audit=dataclasses.asdict(measured.audit),
        **decided,
        level=level,
        min_pairs=measured.min_pairs,
      )
    )
  if has_positives and (measured.with_labels or measured.has_baseline):
    metrics.append(
      _metric(positive_rate.PositiveRatio, level=level, thresholds=thresholds)
    )
  return config_pb2.MetricsSpec(
    example_weights=config_pb2.ExampleWeightOptions(unweighted=True), metrics=metrics
  )


def _gate_flips(
  spec: config_pb2.MetricsSpec, threshold: float | None, bounds: Bounds
) -> None:
  kind = "overall/upper_bound" if bounds.gate_on == UPPER_BOUND else "overall"
  found = []
  if bounds.max_flip_rate is not None:
    found.append((_OVERALL, bounds.max_flip_rate))
  found += [(_group_spec(group), b) for group, b in bounds.max_flip_rate_of.items()]
  for where, bound in found:
    _gate(spec, metric_keys.flip_rate_key(threshold, kind), where, high=bound)
    _gate(spec, metric_keys.PAIRS, where, low=bounds.min_pairs)
  for name, bound in bounds.max_flip_rate_of_class.items():
    rate, pairs = (
      metric_keys.group_key(key, metric_keys.DECIDED_CLASS, name)
      for key in (metric_keys.flip_rate_key(None, kind), metric_keys.PAIRS)
    )
    _gate(spec, rate, _OVERALL, high=bound)
    _gate(spec, pairs, _OVERALL, low=bounds.min_pairs)


def _gate_classes(
  spec: config_pb2.MetricsSpec, measured: Measured, bounds: Bounds
) -> None:
  """Bounds the AUC, and the decision rate of every class as the positive rate is."""
  if measured.with_labels:
    add = spec.per_slice_thresholds[metric_keys.AUC].thresholds.add
    _gate_accuracy(add, bounds.min_auc, bounds.max_auc_drop)
  if not (measured.with_labels or measured.has_baseline):
    return
  low, high = bounds.min_positive_ratio, bounds.max_positive_ratio
  is_by_bound = bounds.gate_on == UPPER_BOUND
  ends = ("lower_bound", "upper_bound") if is_by_bound else ("", "")
  for name in measured.classes:
    lowest, highest = (
      metric_keys.group_key(
        metric_keys.decision_ratio_key(end), metric_keys.DECIDED_CLASS, name
      )
      for end in ends
    )
    if low:
      _gate(spec, lowest, _OVERALL, low=low)
    if high:
      _gate(spec, highest, _OVERALL, high=high)


def _gate_rating(
  spec: config_pb2.MetricsSpec, measured: Measured, bounds: Bounds
) -> None:
  """Bounds the gap and R², which shows a model that gives all texts the same score."""
  if bounds.max_gap is not None:
    is_by_bound = bounds.gate_on == UPPER_BOUND
    key = metric_keys.GAP_UPPER_BOUND if is_by_bound else metric_keys.COUNTERFACTUAL_GAP
    _gate(spec, key, _OVERALL, high=bounds.max_gap)
    _gate(spec, metric_keys.PAIRS, _OVERALL, low=bounds.min_pairs)
  if measured.with_labels:
    add = spec.per_slice_thresholds[metric_keys.R2].thresholds.add
    _gate_accuracy(add, bounds.min_r2, bounds.max_r2_drop)


def _gate_positive_rate(
  spec: config_pb2.MetricsSpec, threshold: float, measured: Measured, bounds: Bounds
) -> None:
  low, high = bounds.min_positive_ratio, bounds.max_positive_ratio
  if not (measured.with_labels or measured.has_baseline):
    if low or high:
      key = metric_keys.positive_rate_key(threshold)
      _gate(spec, key, _OVERALL, low=_SOME, high=1 - _SOME)
    return
  is_by_bound = bounds.gate_on == UPPER_BOUND
  ends = ("lower_bound", "upper_bound") if is_by_bound else ("", "")
  if low:
    _gate(spec, metric_keys.positive_ratio_key(threshold, ends[0]), _OVERALL, low=low)
  if high:
    _gate(spec, metric_keys.positive_ratio_key(threshold, ends[1]), _OVERALL, high=high)


def _accuracy(
  thresholds: list[float], measured: Measured, bounds: Bounds
) -> config_pb2.MetricsSpec:
  """Returns the metrics that weight examples; of classes and ratings, a count."""
  metrics = [_named("ExampleCount")]
  if not measured.classes and measured.flip_tolerance is None:
    ranked = _metric(auc.DefinedAUC, name=metric_keys.AUC, num_thresholds=10000)
    add = ranked.per_slice_thresholds.add
    _gate_accuracy(add, bounds.min_auc, bounds.max_auc_drop)
    metrics = [ranked, *metrics]
    # The package is an extra: plain pip cannot install it together with TFX 1.16.
    if importlib.util.find_spec("fairness_indicators"):
      module = "clp_tfx.tfma.fairness_indicators"
      metrics.append(_named("BinnedFairnessIndicators", module, thresholds=thresholds))
  return config_pb2.MetricsSpec(
    example_weights=config_pb2.ExampleWeightOptions(weighted=True), metrics=metrics
  )


def _gate_accuracy(
  add: Callable[..., Any], lowest: float | None, max_drop: float | None
) -> None:
  """Adds the bounds on AUC or R²; `add` adds a threshold of the metric."""
  # A threshold without slicing specs would apply to every slice, however small.
  bound = config_pb2.MetricThreshold()
  if lowest is not None:
    bound.value_threshold.lower_bound.value = lowest
  if max_drop is not None:
    # TFMA allows an absolute change v when v >= bound for higher-is-better metrics.
    bound.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER
    bound.change_threshold.absolute.value = -max_drop
  if lowest is not None or max_drop is not None:
    add(slicing_specs=[_OVERALL], threshold=bound)


def _gate(
  spec: config_pb2.MetricsSpec,
  key: str,
  where: config_pb2.SlicingSpec,
  low: float | None = None,
  high: float | None = None,
) -> None:
  threshold = config_pb2.MetricThreshold()
  if low is not None:
    threshold.value_threshold.lower_bound.value = low
  if high is not None:
    threshold.value_threshold.upper_bound.value = high
  spec.per_slice_thresholds[key].thresholds.add(
    slicing_specs=[where], threshold=threshold
  )


def _group_spec(group: str) -> config_pb2.SlicingSpec:
  return config_pb2.SlicingSpec(feature_values={features.EDITED_GROUP: group})


def _metric(metric_class: type, **config: Any) -> config_pb2.MetricConfig:
  return _named(metric_class.__name__, metric_class.__module__, **config)


def _named(class_name: str, module: str = "", **config: Any) -> config_pb2.MetricConfig:
  # TFMA expects the contents of a JSON object, without the braces.
  inside = json.dumps(config)[1:-1]
  return config_pb2.MetricConfig(class_name=class_name, module=module, config=inside)
