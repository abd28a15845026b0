"""What the metrics are called: one place, for those who emit, gate and show them."""

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
GAP_MAX_PER_EXAMPLE = f"{COUNTERFACTUAL_GAP}/max_per_example"
SCORE_SENSITIVITY = "score_sensitivity"
SCORE_DEVIATION = "score_deviation"
WORST_FLIPS = "worst_flips"


def threshold_suffix(threshold: float | None) -> str:
  """Returns `@0.5`: how a key names its decision threshold; empty without one."""
  return "" if threshold is None else f"@{threshold:g}"


def flip_rate_key(threshold: float | None, kind: str = OVERALL) -> str:
  """Returns the name of a flip rate.

  Args:
    threshold: Decision threshold; None for the largest score of several.
    kind: `overall`, `positive_to_negative` or `negative_to_positive`, or one of what
      belongs to them: `overall/upper_bound`, `overall/lower_bound`,
      `overall/standard_error`, `overall/matched`,
      `positive_to_negative/given_positive`, `negative_to_positive/given_negative`.

  Returns:
    Such as `flip_rate/overall/upper_bound@0.5`.
  """
  return f"{FLIP_RATE}/{kind}{threshold_suffix(threshold)}"


def flip_count_key(threshold: float | None, kind: str = OVERALL) -> str:
  """Returns the name of a count of pairs.

  Args:
    threshold: Decision threshold; None for the largest score of several.
    kind: As a flip rate's, or `positive_pairs`, `negative_pairs`: pairs whose original
      is decided so.

  Returns:
    Such as `flip_count/positive_to_negative@0.5`.
  """
  return f"{FLIP_COUNT}/{kind}{threshold_suffix(threshold)}"


def positive_rate_key(threshold: float, matched: bool = False) -> str:
  """Returns the name of the share of texts decided positive.

  Args:
    threshold: Decision threshold.
    matched: At the threshold matched to the baseline's positive rate instead.

  Returns:
    Such as `positive_rate@0.5` or `positive_rate/matched@0.5`.
  """
  return f"positive_rate{'/matched' if matched else ''}{threshold_suffix(threshold)}"


def positive_ratio_key(threshold: float, kind: str = "") -> str:
  """Returns the name of the positive rate as a multiple of the reference's.

  Args:
    threshold: Decision threshold.
    kind: Empty, or `lower_bound` or `upper_bound`.

  Returns:
    Such as `positive_rate/ratio@0.5` or `positive_rate/ratio/lower_bound@0.5`.
  """
  return f"positive_rate/ratio{kind and '/'}{kind}{threshold_suffix(threshold)}"


def left_out_key(reason: str) -> str:
  """Returns the name of the share left out for a reason: `…/comments_left_out/failed`.

  Args:
    reason: One of `left_out.REASONS`.
  """
  return f"{COMMENTS_LEFT_OUT}/{reason}"


def matched_threshold_key(threshold: float) -> str:
  """Returns the name of the threshold that was matched, `matched_threshold@0.5`."""
  return f"matched_threshold{threshold_suffix(threshold)}"


def metric_key(
  name: str,
  model_name: str,
  output_name: str,
  sub_key: metric_types.SubKey | None,
  example_weighted: bool,
) -> metric_types.MetricKey:
  """Returns TFMA's key.

  TFMA looks a threshold up under a key that leaves `example_weighted` open, so the
  unweighted metrics, which the gate judges, leave it open.
  """
  return metric_types.MetricKey(
    name=name,
    model_name=model_name,
    output_name=output_name,
    sub_key=sub_key,
    example_weighted=True if example_weighted else None,
  )
