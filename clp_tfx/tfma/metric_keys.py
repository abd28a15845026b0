"""Names of the metrics, shared by the code that emits, gates and displays them."""

from collections.abc import Iterable

from tensorflow_model_analysis.metrics import metric_types

FLIP_RATE = "flip_rate"
FLIP_COUNT = "flip_count"

OVERALL = "overall"
POSITIVE_TO_NEGATIVE = "positive_to_negative"
NEGATIVE_TO_POSITIVE = "negative_to_positive"

PAIRS = f"{FLIP_COUNT}/pairs"
COMMENTS = f"{FLIP_COUNT}/comments"
COMMENTS_LEFT_OUT = f"{FLIP_RATE}/comments_left_out"
LEFT_OUT_NOT_BY_POLICY = f"{COMMENTS_LEFT_OUT}/not_by_policy"
LEFT_OUT_LOWER_BOUND = f"{LEFT_OUT_NOT_BY_POLICY}/lower_bound"
COUNTERFACTUAL_GAP = "counterfactual_gap"
GAP_STANDARD_ERROR = f"{COUNTERFACTUAL_GAP}/standard_error"
GAP_UPPER_BOUND = f"{COUNTERFACTUAL_GAP}/upper_bound"
GAP_MAX_PER_EXAMPLE = f"{COUNTERFACTUAL_GAP}/max_per_example"
SCORE_SENSITIVITY = "score_sensitivity"
SCORE_DEVIATION = "score_deviation"
WORST_FLIPS = "worst_flips"
AUC = "auc"
R2 = "r2"
DECISION_RATE = "decision_rate"
DECIDED_CLASS = "decided_class"
"""The class that a model decides for the original of a pair, for `group_key`."""

SUBGROUP, BPSN, BNSP = "subgroup", "bpsn", "bnsp"
BIAS_AUCS = (SUBGROUP, BPSN, BNSP)
BIAS_POSITIVES = "bias_auc/positives"
BIAS_NEGATIVES = "bias_auc/negatives"
INTERSECTION_COMMENTS = "intersection/comments"
TRAINED_ON, JUDGED = "trained_on", "judged"
OF_EDITS = "of_edits"


def threshold_suffix(threshold: float | None) -> str:
  """Returns the suffix for a decision threshold, such as `@0.5`; empty without one."""
  return "" if threshold is None else f"@{threshold:g}"


def flip_rate_key(threshold: float | None, kind: str = OVERALL) -> str:
  """Returns the name of a flip rate.

  Args:
    threshold: Decision threshold; None for the rule `argmax`.
    kind: `overall`, `positive_to_negative` or `negative_to_positive`, or a value
      derived from one: `overall/upper_bound`, `overall/lower_bound`,
      `overall/standard_error`, `overall/matched`,
      `positive_to_negative/given_positive`, `negative_to_positive/given_negative`.

  Returns:
    A name such as `flip_rate/overall/upper_bound@0.5`.
  """
  return f"{FLIP_RATE}/{kind}{threshold_suffix(threshold)}"


def flip_count_key(threshold: float | None, kind: str = OVERALL) -> str:
  """Returns the name of a count of pairs.

  Args:
    threshold: Decision threshold; None for the rule `argmax`.
    kind: `overall`, `positive_to_negative` or `negative_to_positive`; or
      `positive_pairs` or `negative_pairs`, by the decision on the original.

  Returns:
    A name such as `flip_count/positive_to_negative@0.5`.
  """
  return f"{FLIP_COUNT}/{kind}{threshold_suffix(threshold)}"


def positive_rate_key(threshold: float, matched: bool = False) -> str:
  """Returns the name of the share of texts with a positive decision.

  Args:
    threshold: Decision threshold.
    matched: Whether the rate is the one at the matched threshold.

  Returns:
    A name such as `positive_rate@0.5` or `positive_rate/matched@0.5`.
  """
  return f"positive_rate{'/matched' if matched else ''}{threshold_suffix(threshold)}"


def positive_ratio_key(threshold: float, kind: str = "") -> str:
  """Returns the name of the ratio of the positive rate to the reference's.

  Args:
    threshold: Decision threshold.
    kind: Empty, `lower_bound` or `upper_bound`.

  Returns:
    A name such as `positive_rate/ratio@0.5` or `positive_rate/ratio/lower_bound@0.5`.
  """
  return f"positive_rate/ratio{kind and '/'}{kind}{threshold_suffix(threshold)}"


def decision_ratio_key(kind: str = "") -> str:
  """Returns the first part of the key of a class's decision ratio; see `group_key`.

  Args:
    kind: Empty, `lower_bound` or `upper_bound`.
  """
  return f"{DECISION_RATE}/ratio{kind and '/'}{kind}"


def left_out_key(reason: str) -> str:
  """Returns the name of the share left out, such as `…/comments_left_out/failed`.

  Args:
    reason: One of `left_out.REASONS`.
  """
  return f"{COMMENTS_LEFT_OUT}/{reason}"


def matched_threshold_key(threshold: float) -> str:
  """Returns the name of the matched threshold, such as `matched_threshold@0.5`."""
  return f"matched_threshold{threshold_suffix(threshold)}"


def bias_key(kind: str, end: str = "") -> str:
  """Returns the first part of the key of a bias AUC; see `group_key`.

  Args:
    kind: One of `BIAS_AUCS`.
    end: Empty, or `lower_bound` or `upper_bound`.
  """
  return f"bias_auc/{kind}{end and '/'}{end}"


def bias_mean_key(kind: str, feature: str) -> str:
  """Returns the key of the generalised mean of a bias AUC over a feature's groups."""
  return f"bias_auc/{kind}/generalized_mean/{feature}"


def intersection_rate_key(threshold: float) -> str:
  """Returns the first part of the key of an intersection's rate; see `group_key`."""
  return f"intersection/positive_rate{threshold_suffix(threshold)}"


def false_positive_rate_key(threshold: float) -> str:
  """Returns the first part of the key of a false positive rate; see `group_key`."""
  return f"false_positive_rate{threshold_suffix(threshold)}"


def false_negative_rate_key(threshold: float) -> str:
  """Returns the first part of the key of a false negative rate; see `group_key`."""
  return f"false_negative_rate{threshold_suffix(threshold)}"


def group_key(name: str, feature: str, group: str) -> str:
  """Returns the key of a metric of a group: `bias_auc/bpsn/identity_group=gender`."""
  return f"{name}/{feature}={group}"


def without_group(name: str, feature: str) -> tuple[str, str | None]:
  """Returns the two parts of a key of `group_key`; no group for any other key."""
  key, of_feature, group = name.partition(f"/{feature}=")
  return key, group if of_feature else None


def is_of_group(name: str) -> bool:
  """Returns whether a key is one of `group_key`."""
  return "=" in name


def audit_key(name: str) -> str:
  """Returns the first part of the key of a metric of audit pairs; see `group_key`.

  Args:
    name: Key of the same metric for other pairs, `TRAINED_ON` or `JUDGED`.
  """
  return f"audit/{name}"


def placebo_key(name: str) -> str:
  """Returns the key of a metric of placebo edits.

  Args:
    name: Key of the same metric for the edits themselves.
  """
  return f"placebo/{name}"


def bias_features_of(names: Iterable[str]) -> list[str]:
  """Returns the features whose groups have bias AUCs, from all keys."""
  start = bias_mean_key(SUBGROUP, "")
  return sorted(each.removeprefix(start) for each in names if each.startswith(start))


def groups_of(names: Iterable[str], name: str, feature: str) -> list[str]:
  """Returns the groups that have a metric, from keys that `group_key` returned."""
  start = f"{name}/{feature}="
  return sorted(each.removeprefix(start) for each in names if each.startswith(start))


def metric_key(
  name: str,
  model_name: str,
  output_name: str,
  sub_key: metric_types.SubKey | None,
  example_weighted: bool,
) -> metric_types.MetricKey:
  """Returns TFMA's key of a metric.

  TFMA looks up thresholds by a key without `example_weighted`, so the unweighted
  metrics, which the gate uses, leave it unset.
  """
  return metric_types.MetricKey(
    name=name,
    model_name=model_name,
    output_name=output_name,
    sub_key=sub_key,
    example_weighted=True if example_weighted else None,
  )
