"""FlipRate: how often a decision changes between a text and its counterfactual."""

import dataclasses
from collections.abc import Iterable, Sequence

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.decisions import THRESHOLD, TOLERANCE
from clp_tfx.tfma.exact_sums import ExactSums
from clp_tfx.tfma.left_out import POLICY, REASONS
from clp_tfx.tfma.matched_threshold import ScoredPairs, ScoreHistograms
from clp_tfx.tfma.pair_scores import (
  PER_THRESHOLD,
  SHARED,
  PairScoresPreprocessor,
  Scored,
  scored_outputs,
)

PAIRS, EXAMPLES = "pairs", "examples"
DEFAULT_LEVEL = 0.95
DEFAULT_MAX_TERMS = 50


class FlipRate(metric_types.Metric):
  """Shares of pairs whose decision flips, and gaps between their scores.

  A pair is a text and one of its counterfactuals. Needs `counterfactual_extractors`.
  Emits, for each decision threshold t, the metrics of docs/metrics.md:

  - `flip_rate/overall@t`, with `/standard_error`, `/lower_bound`, `/upper_bound` before
    the `@`; `flip_rate/positive_to_negative@t`, `flip_rate/negative_to_positive@t`;
    `flip_rate/positive_to_negative/given_positive@t`,
    `flip_rate/negative_to_positive/given_negative@t`;
  - `flip_count/overall@t`, `flip_count/positive_to_negative@t`,
    `flip_count/negative_to_positive@t`, `flip_count/positive_pairs@t`,
    `flip_count/negative_pairs@t`;
  - `positive_rate@t`: share of all texts whose decision is positive;
  - for a model that is compared with a baseline, `matched_threshold@t`,
    `positive_rate/matched@t` and `flip_rate/overall/matched@t`;

  and once `flip_count/pairs`, `flip_count/comments` (texts with pairs),
  `flip_rate/comments_left_out` (with each reason of `left_out.REASONS`, and
  `/not_by_policy` with its `/lower_bound`), `counterfactual_gap` (with
  `/standard_error` and `/max_per_example`), `score_sensitivity` and `score_deviation`.

  Rates are in [0, 1]: 0 if no decision depends on the edit, and NaN, which fails any
  bound, without pairs. If decisions are not made on one score (`argmax`, `any_label`),
  metrics that need a positive decision or a signed difference are not emitted, and the
  keys of `argmax` have no `@t`. Nor have those of `tolerance`, a number of any size
  that flips by a distance; it has `counterfactual_gap/upper_bound` as well. Unweighted
  keys leave `example_weighted` unset, because TFMA looks up thresholds that way.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = FlipRate(thresholds=[0.5, 0.7], text_feature="text")
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'FlipRate'

  Args:
    thresholds: Decision thresholds.
    decision: `threshold`, `argmax`, `any_label` or `tolerance`; see `DecisionRule`.
    level: Confidence of the one-sided bounds, in (0, 1).
    denominator: `pairs`; or `examples` for the values of TFMA's FlipRate up to 0.46,
      which divided by the number of all examples, with or without pairs; rates then
      have no bounds.
    text_feature: Feature that the counterfactuals replace; read by the extractor.
    max_terms: If the EvalConfig slices by `edited_term`, the maximum number of terms
      with a slice, chosen by their number of pairs; read by the extractor.
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    decision: str = THRESHOLD,
    level: float = DEFAULT_LEVEL,
    denominator: str = PAIRS,
    text_feature: str = "comment_text",
    max_terms: int = DEFAULT_MAX_TERMS,
    name: str = metric_keys.FLIP_RATE,
  ):
    if not 0 < level < 1:
      raise ValueError(f"Expected level between 0 and 1. Received: {level}")
    if denominator not in (PAIRS, EXAMPLES):
      raise ValueError(
        f"Expected denominator to be {PAIRS} or {EXAMPLES}. Received: {denominator}"
      )
    super().__init__(
      _computations,
      thresholds=list(thresholds),
      decision=decision,
      level=level,
      denominator=denominator,
      text_feature=text_feature,
      max_terms=max_terms,
      name=name,
    )
    self.text_feature = text_feature
    self.max_terms = max_terms


def _computations(
  thresholds: Sequence[float],
  decision: str,
  level: float,
  denominator: str,
  text_feature: str,
  max_terms: int,
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del text_feature, max_terms, name
  computations = []
  for scored, sub_key in scored_outputs(
    thresholds, decision, eval_config, model_names, output_names, sub_keys
  ):
    counter = _FlipCounter(scored, sub_key, example_weighted, level, denominator)
    computations.append(
      metric_types.MetricComputation(
        keys=counter.keys(),
        preprocessors=[PairScoresPreprocessor(scored, example_weighted)],
        combiner=counter,
      )
    )
  return computations


@dataclasses.dataclass
class _Accumulator:
  """Sums and, if there is a baseline to match, histograms."""

  sums: ExactSums
  histograms: ScoreHistograms | None


class _FlipCounter(beam.CombineFn):
  def __init__(
    self,
    scored: Scored,
    sub_key: metric_types.SubKey | None,
    example_weighted: bool,
    level: float,
    denominator: str,
  ):
    self._scored = scored
    self._sub_key = sub_key
    self._example_weighted = example_weighted
    self._level = level
    self._per_example = denominator == EXAMPLES

  @property
  def _thresholds(self) -> tuple[float | None, ...]:
    return self._scored.rule.keyed_thresholds

  @property
  def _matches(self) -> bool:
    return self._scored.matches

  @property
  def _has_score(self) -> bool:
    return self._scored.rule.rule == THRESHOLD

  def create_accumulator(self) -> _Accumulator:
    size = len(SHARED) + len(self._thresholds) * len(PER_THRESHOLD)
    histograms = ScoreHistograms(len(self._thresholds)) if self._matches else None
    return _Accumulator(ExactSums.zeros(size), histograms)

  def add_input(
    self, accumulator: _Accumulator, element: tuple[np.ndarray, ScoredPairs | None]
  ) -> _Accumulator:
    vector, scored_pairs = element
    if accumulator.histograms is not None:
      accumulator.histograms.add(scored_pairs)
    return _Accumulator(accumulator.sums + vector, accumulator.histograms)

  def merge_accumulators(self, accumulators: Iterable[_Accumulator]) -> _Accumulator:
    # Into a new one: TFMA's jackknife merges the same accumulators twenty times.
    merged = self.create_accumulator()
    for accumulator in accumulators:
      merged.sums = merged.sums + accumulator.sums
      if merged.histograms is not None:
        merged.histograms.merge(accumulator.histograms)
    return merged

  def extract_output(
    self, accumulator: _Accumulator
  ) -> dict[metric_types.MetricKey, float]:
    totals = accumulator.sums.totals
    shared = dict(zip(SHARED, totals, strict=False))
    rows = totals[len(SHARED) :].reshape(-1, len(PER_THRESHOLD))
    values = self._shared_values(shared)
    for i, threshold in enumerate(self._thresholds):
      sums = shared | dict(zip(PER_THRESHOLD, rows[i], strict=True))
      values |= self._threshold_values(threshold, sums)
      if accumulator.histograms is not None:
        values |= _matched_values(accumulator.histograms, i, threshold, shared)
    return {
      metric_keys.metric_key(
        name,
        self._scored.model_name,
        self._scored.output_name,
        self._sub_key,
        self._example_weighted,
      ): float(value)
      for name, value in values.items()
    }

  def keys(self) -> list[metric_types.MetricKey]:
    """Returns the emitted keys."""
    return list(self.extract_output(self.create_accumulator()))

  def _shared_values(self, sums: dict[str, float]) -> dict[str, float]:
    gaps = _cluster_sums(sums, "gap", "w2_gn", "w2_gg")
    values = {
      metric_keys.PAIRS: sums["pairs"],
      metric_keys.COMMENTS: sums["paired_texts"],
      **_left_out_values(sums, self._level),
      metric_keys.COUNTERFACTUAL_GAP: _ratio(sums["gap"], sums["pairs"]),
      metric_keys.GAP_STANDARD_ERROR: intervals.standard_error(gaps),
      metric_keys.GAP_MAX_PER_EXAMPLE: _ratio(sums["max_gap"], sums["paired_texts"]),
    }
    if self._scored.rule.rule == TOLERANCE:
      values[metric_keys.GAP_UPPER_BOUND] = intervals.mean_upper_bound(
        gaps, self._level
      )
    if self._has_score:
      values |= {
        metric_keys.SCORE_SENSITIVITY: _ratio(sums["sensitivity"], sums["pairs"]),
        metric_keys.SCORE_DEVIATION: _ratio(sums["deviation"], sums["paired_texts"]),
      }
    return values

  def _threshold_values(
    self, threshold: float | None, sums: dict[str, float]
  ) -> dict[str, float]:
    def rate(kind: str) -> str:
      return metric_keys.flip_rate_key(threshold, kind)

    def count(kind: str) -> str:
      return metric_keys.flip_count_key(threshold, kind)

    denominator = sums["texts"] if self._per_example else sums["pairs"]
    values = {
      rate("overall"): _ratio(sums["changed"], denominator),
      count("overall"): sums["changed"],
    }
    if not self._per_example:
      flips = _cluster_sums(sums, "changed", "w2_fn", "w2_ff")
      values |= {
        rate("overall/standard_error"): intervals.standard_error(flips),
        rate("overall/lower_bound"): intervals.lower_bound(flips, self._level),
        rate("overall/upper_bound"): intervals.upper_bound(flips, self._level),
      }
    if self._has_score:
      down, up = sums["positive_to_negative"], sums["negative_to_positive"]
      positive = sums["positive_pairs"]
      negative = sums["pairs"] - positive
      values |= {
        rate("positive_to_negative"): _ratio(down, denominator),
        rate("negative_to_positive"): _ratio(up, denominator),
        rate("positive_to_negative/given_positive"): _ratio(down, positive),
        rate("negative_to_positive/given_negative"): _ratio(up, negative),
        count("positive_to_negative"): down,
        count("negative_to_positive"): up,
        count("positive_pairs"): positive,
        count("negative_pairs"): negative,
        metric_keys.positive_rate_key(threshold): _ratio(
          sums["positives"], sums["texts"]
        ),
      }
    return values


def _left_out_values(sums: dict[str, float], level: float) -> dict[str, float]:
  """Returns the shares of texts that mention an identity and have no pair."""
  by_reason = {reason: sums[reason] for reason in REASONS}
  left_out = sum(by_reason.values())
  mentioning = left_out + sums["paired_texts"]
  other = left_out - by_reason[POLICY]
  # Texts are independent: each is a cluster of one.
  draws = intervals.ClusterSums(
    *[mentioning, other] * 2, *[mentioning] * 2, *[other] * 2
  )
  return {
    metric_keys.COMMENTS_LEFT_OUT: _ratio(left_out, mentioning),
    **{
      metric_keys.left_out_key(reason): _ratio(number, mentioning)
      for reason, number in by_reason.items()
    },
    metric_keys.LEFT_OUT_NOT_BY_POLICY: _ratio(other, mentioning),
    metric_keys.LEFT_OUT_LOWER_BOUND: intervals.lower_bound(draws, level),
  }


def _cluster_sums(
  sums: dict[str, float], total: str, w2_fn: str, w2_ff: str
) -> intervals.ClusterSums:
  return intervals.ClusterSums(
    clusters=sums["clusters"],
    flipped_clusters=sums.get("flipped_clusters", 0.0),
    pairs=sums["pairs"],
    flips=sums[total],
    w2_n=sums["w2_n"],
    w2_nn=sums["w2_nn"],
    w2_fn=sums[w2_fn],
    w2_ff=sums[w2_ff],
  )


def _matched_values(
  histograms: ScoreHistograms, index: int, threshold: float, sums: dict[str, float]
) -> dict[str, float]:
  matched = histograms.match(index, threshold)
  nan = float("nan")
  return {
    metric_keys.matched_threshold_key(threshold): matched.threshold if matched else nan,
    metric_keys.positive_rate_key(threshold, matched=True): (
      _ratio(matched.positives, sums["texts"]) if matched else nan
    ),
    metric_keys.flip_rate_key(threshold, "overall/matched"): (
      _ratio(matched.flips, sums["pairs"]) if matched else nan
    ),
  }


def _ratio(numerator: float, denominator: float) -> float:
  return numerator / denominator if denominator else float("nan")
