"""AuditFlips: flips of the pairs of another lexicon, by group and by term."""

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.audit_pairs import AUDITED, audited_names
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.edited_slices import counts_overall
from clp_tfx.tfma.exact_sums import ExactSums
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.pair_scores import Scored, scored_outputs

DEFAULT_MIN_PAIRS = 30
DEFAULT_MAX_TERMS = 200


class AuditFlips(metric_types.Metric):
  """Flip rates and score gaps of the pairs of an audit lexicon.

  Needs `counterfactual_extractors`, which generate the pairs. Emits, for each group of
  the audit lexicon that comments mention (both levels), for the `max_terms` terms with
  the most pairs, and for the pairs with and without a term that is not in the training
  lexicon (keys are those of `metric_keys.group_key`, such as `…/audit_group=gender`):

  - `audit/flip_rate/overall@t`, with `/lower_bound` and `/upper_bound` before the `@`,
    for each decision threshold t, and `audit/counterfactual_gap`, as FlipRate has them;
  - `audit/flip_count/pairs` and `audit/flip_count/comments`;
  - `audit/trained_on`: 1 if the training lexicon has the term, or a term of the group;
    else 0;
  - `audit/judged`: 1 if there are at least `min_pairs` pairs; else 0.

  Rates are NaN without pairs. Example weights are ignored. The metric is computed in
  the overall slice only.

  Example:
    >>> import dataclasses
    >>> import tensorflow_model_analysis as tfma
    >>> from clp_tfx.counterfactuals import GeneratorOptions
    >>> audit = Audit.of("identity_en", GeneratorOptions())
    >>> metric = AuditFlips(dataclasses.asdict(audit), thresholds=[0.5])
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'AuditFlips'

  Args:
    audit: The fields of an `Audit`; read by the extractor.
    thresholds: Decision thresholds.
    decision: As FlipRate's.
    level: Confidence of the one-sided bounds, in (0, 1).
    min_pairs: Minimum number of pairs for a judgement.
    max_terms: Maximum number of terms.
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    audit: Mapping[str, Any],
    thresholds: Sequence[float] = (0.5,),
    decision: str = THRESHOLD,
    level: float = DEFAULT_LEVEL,
    min_pairs: int = DEFAULT_MIN_PAIRS,
    max_terms: int = DEFAULT_MAX_TERMS,
    name: str = "audit_flips",
  ):
    super().__init__(
      _computations,
      audit=dict(audit),
      thresholds=list(thresholds),
      decision=decision,
      level=level,
      min_pairs=min_pairs,
      max_terms=max_terms,
      name=name,
    )


def _computations(
  audit: Mapping[str, Any],
  thresholds: Sequence[float],
  decision: str,
  level: float,
  min_pairs: int,
  max_terms: int,
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del audit, name
  computations = []
  for scored, sub_key in scored_outputs(
    thresholds, decision, eval_config, model_names, output_names, sub_keys
  ):
    key = functools.partial(
      metric_keys.metric_key,
      model_name=scored.model_name,
      output_name=scored.output_name,
      sub_key=sub_key,
      example_weighted=example_weighted,
    )

    computations.append(
      metric_types.MetricComputation(
        keys=[],  # The groups are not known in advance.
        preprocessors=[_AuditScores(scored)],
        combiner=_AuditCounter(
          scored.rule.keyed_thresholds, level, min_pairs, max_terms, key
        ),
      )
    )
  return computations


class _Name(NamedTuple):
  """A value of one of the audit features, and whether it was trained on."""

  feature: str
  value: str
  trained: bool


# The sums that do not depend on a threshold, then those of each threshold.
_SHARED = ("clusters", "pairs", "squared_pairs", "gap")
_PER_THRESHOLD = ("flips", "flipped_clusters", "w2_fn", "w2_ff")


class _AuditScores(metric_types.Preprocessor):
  """Yields the terms that a comment adds to the sums of each name."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"audit_scores {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[tuple[_Name, np.ndarray]]:
    if AUDITED not in extracts or not counts_overall(extracts):
      return
    names = list(audited_names(extracts[AUDITED].item()))
    if not names:
      return
    every = sorted({place for each in names for place in each.places})
    gap, changed = self._compared(extracts, every)
    terms: dict[tuple[int, ...], np.ndarray] = {}
    for feature, value, trained, places in names:
      # A comment's names mostly have the same pairs.
      if (pairs := tuple(map(every.index, places))) not in terms:
        chosen = list(pairs)
        terms[pairs] = _terms(gap[chosen], changed[:, chosen])
      yield _Name(feature, value, trained), terms[pairs]

  def _compared(
    self, extracts: tfma.Extracts, places: list[int]
  ) -> tuple[np.ndarray, np.ndarray]:
    """Returns the gaps, shape `[K]`, and the changed decisions, shape `[T, K]`."""
    rule = self._scored.rule
    if not places:
      return np.zeros(0), np.zeros((len(rule.keyed_thresholds), 0))
    comparison = rule.compare(
      self._scored.original(extracts), self._scored.at(extracts, places)
    )
    return comparison.gap, comparison.changed


def _terms(gap: np.ndarray, changed: np.ndarray) -> np.ndarray:
  n, total = len(gap), sum(gap.tolist())
  # If a score is NaN, so is the number of flips.
  unknown = math.nan if math.isnan(total) else 0.0
  terms = [n > 0, n, n * n, total]
  for flips in changed.sum(axis=1).tolist():
    flips += unknown
    terms += [flips, flips > 0, flips * n, flips * flips]
  return np.array(terms, float)


_Accumulator = dict[_Name, ExactSums]


class _AuditCounter(beam.CombineFn):
  """Sums by name; their number depends on the lexicon, not on the data."""

  def __init__(
    self,
    thresholds: Sequence[float | None],
    level: float,
    min_pairs: int,
    max_terms: int,
    key: Callable[[str], metric_types.MetricKey],
  ):
    self._thresholds = thresholds
    self._level = level
    self._min_pairs = min_pairs
    self._max_terms = max_terms
    self._key = key
    self._size = len(_SHARED) + len(_PER_THRESHOLD) * len(thresholds)

  def create_accumulator(self) -> _Accumulator:
    return {}

  def add_input(
    self, accumulator: _Accumulator, element: tuple[_Name, np.ndarray]
  ) -> _Accumulator:
    name, terms = element
    accumulator[name] = accumulator.get(name, ExactSums.zeros(self._size)) + terms
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[_Accumulator]) -> _Accumulator:
    merged: _Accumulator = {}
    for accumulator in accumulators:
      for name, sums in accumulator.items():
        merged[name] = merged[name] + sums if name in merged else sums
    return merged

  def extract_output(
    self, accumulator: _Accumulator
  ) -> dict[metric_types.MetricKey, float]:
    totals = {name: sums.totals for name, sums in accumulator.items()}
    pairs = {name: total[_SHARED.index("pairs")] for name, total in totals.items()}
    by_pairs = sorted(totals, key=lambda name: (-pairs[name], name))
    terms = [name for name in by_pairs if name.feature == features.AUDIT_TERM]
    rare = set(terms[self._max_terms :])
    return {
      self._key(metric_keys.group_key(metric_keys.audit_key(figure), *name[:2])): value
      for name in by_pairs
      if name not in rare
      for figure, value in self._figures(name, totals[name]).items()
    }

  def _figures(self, name: _Name, totals: np.ndarray) -> dict[str, float]:
    clusters, pairs, squared, gap = totals[: len(_SHARED)].tolist()
    figures = {
      metric_keys.TRAINED_ON: float(name.trained),
      metric_keys.JUDGED: float(pairs >= self._min_pairs),
      metric_keys.PAIRS: pairs,
      metric_keys.COMMENTS: clusters,
      metric_keys.COUNTERFACTUAL_GAP: gap / pairs if pairs else float("nan"),
    }
    per_threshold = totals[len(_SHARED) :].reshape(-1, len(_PER_THRESHOLD)).tolist()
    for threshold, sums in zip(self._thresholds, per_threshold, strict=True):
      flips, flipped, w2_fn, w2_ff = sums
      cluster_sums = intervals.ClusterSums(
        clusters, flipped, pairs, flips, pairs, squared, w2_fn, w2_ff
      )
      figures |= {
        metric_keys.flip_rate_key(threshold): flips / pairs if pairs else float("nan"),
        metric_keys.flip_rate_key(threshold, "overall/lower_bound"): float(
          intervals.lower_bound(cluster_sums, self._level)
        ),
        metric_keys.flip_rate_key(threshold, "overall/upper_bound"): float(
          intervals.upper_bound(cluster_sums, self._level)
        ),
      }
    return figures
