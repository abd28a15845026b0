"""The gate as a TFMA configuration: metrics, and the bounds that models must meet."""

from collections.abc import Iterable, Mapping, Sequence

from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.options import for_label
from clp_tfx.tfma import flip_rate
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.metric_specs import (
  GATES,
  UPPER_BOUND,
  Bounds,
  Measured,
  metrics_specs,
)

CANDIDATE = "clp"
BASELINE = "baseline"

DEFAULT_MIN_PAIRS = 30
DEFAULT_MIN_POSITIVE_RATIO, DEFAULT_MAX_POSITIVE_RATIO = 0.5, 2.0
DEFAULT_MAX_FAILED = 0.01
DEFAULT_MAX_LEFT_OUT = 0.2
BIAS_FEATURES = (features.IDENTITY_GROUP, features.ANNOTATED_IDENTITY)

ByLabel = float | Mapping[str, float]
"""A number, or one for each label, with that of labels that it does not name as `*`."""


def make_eval_config(
  max_flip_rate: ByLabel | None = None,
  min_auc: ByLabel | None = None,
  max_auc_drop: ByLabel | None = None,
  *,
  labels: Sequence[str] = (),
  classes: Sequence[str] = (),
  flip_tolerance: float | None = None,
  max_gap: float | None = None,
  min_r2: float | None = None,
  max_r2_drop: float | None = None,
  gate_label: Sequence[str] = (),
  max_flip_rate_of: Mapping[str, float] | None = None,
  max_flip_rate_of_class: Mapping[str, float] | None = None,
  gate_on: str = UPPER_BOUND,
  level: float = flip_rate.DEFAULT_LEVEL,
  min_pairs: int = DEFAULT_MIN_PAIRS,
  min_positive_ratio: ByLabel | None = DEFAULT_MIN_POSITIVE_RATIO,
  max_positive_ratio: ByLabel | None = DEFAULT_MAX_POSITIVE_RATIO,
  max_failed: float | None = DEFAULT_MAX_FAILED,
  max_left_out: float | None = DEFAULT_MAX_LEFT_OUT,
  has_baseline: bool | None = None,
  decision_threshold: ByLabel = 0.5,
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

  A model with several labels has an output for each, of the label's name, and is
  blessed if each judged label passes. Bounds and thresholds can then be mappings by
  label. The shares without pairs are the same for all labels and bounded once. The
  labels are read from `features.binary_label` and
  `features.label_weight` of each.

  A model of classes has one output with the probability of each. Its decision is the
  most probable class, its AUC the mean over the classes of that of each against all
  others, and the bounds on the positive rate apply to how often each class is decided.
  The label is the place of the class.

  A rating, for which there is a `flip_tolerance`, is a number of any size. A pair flips
  if its scores are further apart than that, and the gap and R² are bounded; bounds on
  AUC and the positive rate are left out.

  Example:
    >>> config = make_eval_config(max_flip_rate=0.05, min_auc=0.8)
    >>> [spec.name for spec in config.model_specs]
    ['clp']

  Args:
    max_flip_rate: Bound in [0, 1].
    min_auc: Bound in [0, 1].
    max_auc_drop: Bound in [0, 1]; if None, no baseline is expected.
    labels: Names of the labels; empty for a model with a single output.
    classes: Names of the classes, in the order of the output; empty for labels in
      [0, 1].
    flip_tolerance: Bound of at least 0 on the distance of two scores that are no flip;
      None for labels in [0, 1] and classes.
    max_gap: Bound of at least 0 on `counterfactual_gap` of ratings; see `gate_on`.
    min_r2: Bound of at most 1 on R² of ratings.
    max_r2_drop: Bound of at least 0 on the loss of R² compared with the baseline.
    gate_label: Names of the labels that are judged; by default all. The others are
      measured.
    max_flip_rate_of: Bounds in [0, 1] by identity group of either level, such as
      `{"gender/female": 0.1}`.
    max_flip_rate_of_class: Bounds in [0, 1] by the class decided for the original.
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
    has_baseline: Whether there is a baseline; by default, whether `max_auc_drop` or
      `max_r2_drop` is given.
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
    The configuration, whose metrics have the labels as TFMA's output names. AUC and
    Fairness Indicators weight examples by `LABEL_WEIGHT`;
    BiasAUC counts every labelled example once, FlipRate labelled and unlabelled
    examples alike.

  Raises:
    ValueError: If `gate_on`, a label to judge or a class is unknown, or AUC is bounded
      without labels.
  """
  if gate_on not in GATES:
    raise ValueError(f"Expected gate_on to be one of {GATES}. Received: {gate_on}")
  if not with_labels and (min_auc is not None or max_auc_drop is not None):
    raise ValueError(
      "AUC cannot be bounded without labels: leave out min_auc and max_auc_drop."
    )
  if unknown := sorted(set(gate_label) - set(labels)):
    raise ValueError(
      f"Expected gate_label to name some of {list(labels)}. Received: {unknown}"
    )
  if unknown := sorted(set(max_flip_rate_of_class or {}) - set(classes)):
    raise ValueError(
      f"Expected max_flip_rate_of_class to name some of {list(classes)}. "
      f"Received: {unknown}"
    )
  if classes and flip_tolerance is not None:
    raise ValueError("Expected classes or a flip_tolerance. Received: both.")
  if has_baseline is None:
    has_baseline = max_auc_drop is not None or max_r2_drop is not None
  names = labels if with_labels else ()
  models = [_model_spec(CANDIDATE, signature_name, with_labels, names)]
  if has_baseline:
    models.append(_model_spec(BASELINE, signature_name, with_labels, names))
    models[1].is_baseline = True
  groups = dict(max_flip_rate_of or {})
  measured = Measured(
    other_thresholds=other_thresholds,
    text_feature=text_feature,
    level=level,
    max_terms=max_terms,
    bias_features=bias_features,
    audit=audit,
    example_texts=example_texts,
    min_pairs=min_pairs,
    with_labels=with_labels,
    has_baseline=has_baseline,
    classes=classes,
    flip_tolerance=flip_tolerance,
  )
  judged = list(gate_label or labels or ("",))
  specs = []
  for label in labels or ("",):
    bounds = Bounds(gate_on=gate_on)
    if label in judged:
      bounds = Bounds(
        gate_on=gate_on,
        min_pairs=min_pairs,
        max_flip_rate=for_label(max_flip_rate, label),
        max_flip_rate_of=groups,
        max_flip_rate_of_class=max_flip_rate_of_class or {},
        min_auc=for_label(min_auc, label),
        max_auc_drop=for_label(max_auc_drop, label),
        max_gap=max_gap,
        min_r2=min_r2,
        max_r2_drop=max_r2_drop,
        min_positive_ratio=for_label(min_positive_ratio, label),
        max_positive_ratio=for_label(max_positive_ratio, label),
      )
    if label == judged[0]:
      bounds = bounds._replace(max_failed=max_failed, max_left_out=max_left_out)
    specs += metrics_specs(
      label, for_label(decision_threshold, label), measured, bounds
    )
  slices = [_slicing_spec(name) for name in slice_features]
  by_group = _slicing_spec(features.EDITED_GROUP)
  needs_groups = groups or max_failed is not None or max_left_out is not None
  if needs_groups and by_group not in slices:
    slices.append(by_group)
  return config_pb2.EvalConfig(
    model_specs=models,
    slicing_specs=[config_pb2.SlicingSpec(), *slices],
    metrics_specs=specs,
  )


def _model_spec(
  name: str, signature_name: str, with_labels: bool, labels: Sequence[str]
) -> config_pb2.ModelSpec:
  spec = config_pb2.ModelSpec(name=name, signature_name=signature_name)
  for label in labels:
    spec.label_keys[label] = features.binary_label(label)
    spec.example_weight_keys[label] = features.label_weight(label)
  if with_labels and not labels:
    spec.label_key = features.LABEL
    spec.example_weight_key = features.LABEL_WEIGHT
  return spec


def _slicing_spec(names: str | Iterable[str]) -> config_pb2.SlicingSpec:
  keys = [names] if isinstance(names, str) else list(names)
  return config_pb2.SlicingSpec(feature_keys=keys)
