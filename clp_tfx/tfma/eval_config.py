"""The gate as a TFMA configuration: metrics, and the bounds that models must meet."""

import dataclasses
import importlib.util
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.tfma import (
  auc,
  audit_flips,
  bias_auc,
  flip_rate,
  metric_keys,
  placebo_flips,
  positive_rate,
  worst_flips,
)
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.left_out import FAILED

CANDIDATE = "clp"
BASELINE = "baseline"

POINT, UPPER_BOUND = "point", "upper_bound"
GATES = (UPPER_BOUND, POINT)
DEFAULT_MIN_PAIRS = 30
DEFAULT_MIN_POSITIVE_RATIO, DEFAULT_MAX_POSITIVE_RATIO = 0.5, 2.0
DEFAULT_MAX_FAILED = 0.01
DEFAULT_MAX_LEFT_OUT = 0.2
BIAS_FEATURES = (features.IDENTITY_GROUP, features.ANNOTATED_IDENTITY)
# A positive rate this far from 0 and 1 only requires decisions of both kinds.
_SOME = 1e-9


def make_eval_config(
  max_flip_rate: float | None = None,
  min_auc: float | None = None,
  max_auc_drop: float | None = None,
  *,
  max_flip_rate_of: Mapping[str, float] | None = None,
  gate_on: str = UPPER_BOUND,
  level: float = flip_rate.DEFAULT_LEVEL,
  min_pairs: int = DEFAULT_MIN_PAIRS,
  min_positive_ratio: float | None = DEFAULT_MIN_POSITIVE_RATIO,
  max_positive_ratio: float | None = DEFAULT_MAX_POSITIVE_RATIO,
  max_failed: float | None = DEFAULT_MAX_FAILED,
  max_left_out: float | None = DEFAULT_MAX_LEFT_OUT,
  has_baseline: bool | None = None,
  decision_threshold: float = 0.5,
  other_thresholds: Sequence[float] = (),
  text_feature: str = "comment_text",
  slice_features: Sequence[str | Sequence[str]] = (
    features.EDITED_GROUP,
    features.EDITED_TERM,
  ),
  max_terms: int = flip_rate.DEFAULT_MAX_TERMS,
  bias_features: Sequence[str] = BIAS_FEATURES,
  audit: Audit | None = None,
  example_texts: bool = True,
  with_labels: bool = True,
  signature_name: str = "serving_default",
) -> config_pb2.EvalConfig:
  """Builds the configuration of the Evaluator that gates the push.

  A model is blessed if, at the decision threshold,

  - its flip rate is at most `max_flip_rate` over all pairs and at most the bound in
    `max_flip_rate_of` over the pairs that edit a group, with at least `min_pairs` pairs
    each;
  - its AUC on the original texts is at least `min_auc` and, if there is a baseline, at
    most `max_auc_drop` below the baseline's;
  - its positive rate is between `min_positive_ratio` and `max_positive_ratio` times
    that of the baseline or, without one, the label rate;
  - among the comments that mention an identity, and among those that mention each
    group, the share without pairs is at most `max_failed` because a function failed,
    and at most `max_left_out` for all reasons except pejorative terms.

  Insufficient evidence fails the gate: too few pairs, a group without pairs, a metric
  that is NaN. None means no bound; without any bounds no blessing is written.

  Example:
    >>> config = make_eval_config(max_flip_rate=0.05, min_auc=0.8)
    >>> [spec.name for spec in config.model_specs]
    ['clp']

  Args:
    max_flip_rate: Bound in [0, 1].
    min_auc: Bound in [0, 1].
    max_auc_drop: Bound in [0, 1]; if None, no baseline is expected.
    max_flip_rate_of: Bounds in [0, 1] by identity group of either level, such as
      `{"gender/female": 0.1}`.
    gate_on: Whether a bound applies to the flip rate's `upper_bound` at the confidence
      `level` or to its value (`point`). Likewise for the positive rate, with the end of
      its interval that is closer to the bound.
    level: Confidence in (0, 1).
    min_pairs: Minimum number of pairs for a flip rate.
    min_positive_ratio: Bound of at least 0; 0 and None mean no bound.
    max_positive_ratio: Likewise. With neither a baseline nor labels there is no rate to
      compare with; if either is bounded, the model must then make both decisions.
    max_failed: Bound in [0, 1].
    max_left_out: Bound in [0, 1], which applies to the lower confidence bound of the
      share at `level`, to allow for chance in small groups.
    has_baseline: Whether there is a baseline; by default, whether `max_auc_drop` is
      given.
    decision_threshold: Threshold above which a decision is positive.
    other_thresholds: Thresholds to report but not to gate on.
    text_feature: Feature that the counterfactuals replace.
    slice_features: Features whose values are reported as slices in addition to the
      overall metrics; several in one entry are crossed. `edited_group` and
      `edited_term` come from the pairs; see `edited_slices.py`.
    max_terms: Maximum number of slices by `edited_term`.
    bias_features: Features whose values are the groups of the bias AUCs and of the
      false positive and negative rates; see `BiasAUC`.
    audit: Lexicon whose pairs are measured too, without a bound.
    example_texts: Whether the worst flips include users' texts.
    with_labels: Whether there are labels; if not, AUC, bias AUCs and Fairness
      Indicators are left out.
    signature_name: Serving signature of the models.

  Returns:
    The configuration. AUC and Fairness Indicators weight examples by `LABEL_WEIGHT`;
    BiasAUC counts every labelled example once, FlipRate labelled and unlabelled
    examples alike.

  Raises:
    ValueError: If `gate_on` is unknown or AUC is bounded without labels.
  """
  if gate_on not in GATES:
    raise ValueError(f"Expected gate_on to be one of {GATES}. Received: {gate_on}")
  if not with_labels and (min_auc is not None or max_auc_drop is not None):
    raise ValueError(
      "AUC cannot be bounded without labels: leave out min_auc and max_auc_drop."
    )
  models = [_model_spec(CANDIDATE, signature_name, with_labels)]
  if has_baseline is None:
    has_baseline = max_auc_drop is not None
  if has_baseline:
    models.append(_model_spec(BASELINE, signature_name, with_labels, is_baseline=True))
  groups = dict(max_flip_rate_of or {})
  slices = [_slicing_spec(names) for names in slice_features]
  by_group = _slicing_spec(features.EDITED_GROUP)
  if groups and by_group not in slices:
    slices.append(by_group)
  thresholds = list(dict.fromkeys([decision_threshold, *other_thresholds]))
  counted = {"thresholds": thresholds, "text_feature": text_feature}
  flips = config_pb2.MetricsSpec(
    example_weights=config_pb2.ExampleWeightOptions(unweighted=True),
    metrics=[
      _metric(flip_rate.FlipRate, level=level, max_terms=max_terms, **counted),
      _metric(worst_flips.WorstFlips, texts=example_texts, **counted),
      _metric(placebo_flips.PlaceboFlips, thresholds=thresholds, level=level),
    ],
  )
  if with_labels:
    flips.metrics.append(
      _metric(
        bias_auc.BiasAUC,
        thresholds=thresholds,
        group_features=list(bias_features),
        level=level,
      )
    )
  if audit:
    flips.metrics.append(
      _metric(
        audit_flips.AuditFlips,
        audit=dataclasses.asdict(audit),
        thresholds=thresholds,
        level=level,
        min_pairs=min_pairs,
      )
    )
  has_reference = with_labels or has_baseline
  if has_reference:
    flips.metrics.append(
      _metric(positive_rate.PositiveRatio, level=level, thresholds=thresholds)
    )
  kind = "overall/upper_bound" if gate_on == UPPER_BOUND else "overall"
  bounds = [(_OVERALL, max_flip_rate)] if max_flip_rate is not None else []
  bounds += [(_group_spec(group), bound) for group, bound in groups.items()]
  for where, bound in bounds:
    _gate(flips, metric_keys.flip_rate_key(decision_threshold, kind), where, high=bound)
    _gate(flips, metric_keys.PAIRS, where, low=min_pairs)
  ratios = (min_positive_ratio, max_positive_ratio)
  _gate_positive_rate(flips, decision_threshold, gate_on, has_reference, *ratios)
  shares = {
    metric_keys.left_out_key(FAILED): max_failed,
    metric_keys.LEFT_OUT_LOWER_BOUND: max_left_out,
  }
  for key, bound in shares.items():
    for where in (_OVERALL, by_group) if bound is not None else ():
      _gate(flips, key, where, high=bound)
  if by_group not in slices and any(bound is not None for bound in shares.values()):
    slices.append(by_group)
  specs = [_accuracy(thresholds, min_auc, max_auc_drop), flips]
  return config_pb2.EvalConfig(
    model_specs=models,
    slicing_specs=[_OVERALL, *slices],
    metrics_specs=specs if with_labels else [flips],
  )


_OVERALL = config_pb2.SlicingSpec()


def _gate_positive_rate(
  spec: config_pb2.MetricsSpec,
  threshold: float,
  gate_on: str,
  has_reference: bool,
  low: float | None,
  high: float | None,
) -> None:
  if not has_reference:
    if low or high:
      key = metric_keys.positive_rate_key(threshold)
      _gate(spec, key, _OVERALL, low=_SOME, high=1 - _SOME)
    return
  ends = ("lower_bound", "upper_bound") if gate_on == UPPER_BOUND else ("", "")
  if low:
    _gate(spec, metric_keys.positive_ratio_key(threshold, ends[0]), _OVERALL, low=low)
  if high:
    _gate(spec, metric_keys.positive_ratio_key(threshold, ends[1]), _OVERALL, high=high)


def _accuracy(
  thresholds: list[float], min_auc: float | None, max_auc_drop: float | None
) -> config_pb2.MetricsSpec:
  metrics = [
    _metric(auc.DefinedAUC, name="auc", num_thresholds=10000),
    _named("ExampleCount"),
  ]
  # The package is an extra: plain pip cannot install it together with TFX 1.16.
  if importlib.util.find_spec("fairness_indicators"):
    module = "fairness_indicators.fairness_indicators_metrics"
    metrics.append(_named("FairnessIndicators", module, thresholds=thresholds))
  # A threshold without slicing specs would apply to every slice, however small.
  bound = config_pb2.MetricThreshold()
  if min_auc is not None:
    bound.value_threshold.lower_bound.value = min_auc
  if max_auc_drop is not None:
    # TFMA allows an absolute change v when v >= bound for higher-is-better metrics.
    bound.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER
    bound.change_threshold.absolute.value = -max_auc_drop
  if min_auc is not None or max_auc_drop is not None:
    metrics[0].per_slice_thresholds.add(slicing_specs=[_OVERALL], threshold=bound)
  return config_pb2.MetricsSpec(
    example_weights=config_pb2.ExampleWeightOptions(weighted=True), metrics=metrics
  )


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


def _model_spec(
  name: str, signature_name: str, with_labels: bool, is_baseline: bool = False
) -> config_pb2.ModelSpec:
  spec = config_pb2.ModelSpec(
    name=name, is_baseline=is_baseline, signature_name=signature_name
  )
  if with_labels:
    spec.label_key = features.LABEL
    spec.example_weight_key = features.LABEL_WEIGHT
  return spec


def _slicing_spec(names: str | Iterable[str]) -> config_pb2.SlicingSpec:
  keys = [names] if isinstance(names, str) else list(names)
  return config_pb2.SlicingSpec(feature_keys=keys)


def _group_spec(group: str) -> config_pb2.SlicingSpec:
  return config_pb2.SlicingSpec(feature_values={features.EDITED_GROUP: group})


def _metric(metric_class: type, **config: Any) -> config_pb2.MetricConfig:
  return _named(metric_class.__name__, metric_class.__module__, **config)


def _named(class_name: str, module: str = "", **config: Any) -> config_pb2.MetricConfig:
  # TFMA expects the contents of a JSON object, without the braces.
  inside = json.dumps(config)[1:-1]
  return config_pb2.MetricConfig(class_name=class_name, module=module, config=inside)
