"""Positive rates of intersections: comments that mention groups of two dimensions."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.edited_slices import counts_overall
from clp_tfx.tfma.left_out import feature_values
from clp_tfx.tfma.pair_scores import Scored, scored_outputs

MAX_INTERSECTIONS = 100
"""Number of intersections with figures: those with the most comments."""
BETWEEN = " × "
"""What joins the names of an intersection."""


class IntersectionRates(metric_types.Metric):
  """How often a decision is positive on comments that mention two groups.

  An intersection is two groups of different dimensions, such as `gender/female` and
  `religion/muslim`, of those that a comment mentions; a group counts by its most
  specific name. A comment with groups of three dimensions is in three intersections.
  Emits, for each of the `MAX_INTERSECTIONS` with the most comments (the keys are those
  of `metric_keys.group_key`, with the name `gender/female × religion/muslim`):

  - `intersection/comments/…`: the number of comments, labelled or not;
  - `intersection/positive_rate@t/…` for each decision threshold t: the share of them
    with a positive decision; NaN if a score is NaN.

  With `counterfactual_extractors` the metric is computed in the overall slice only.
  Example weights are ignored.

  Args:
    thresholds: Decision thresholds of one score.
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(self, thresholds: Sequence[float] = (0.5,), name: str = "intersections"):
    super().__init__(_computations, thresholds=list(thresholds), name=name)


def _computations(
  thresholds: Sequence[float],
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del name
  return [
    metric_types.MetricComputation(
      # The intersections are not known in advance.
      keys=[],
      preprocessors=[_Decisions(scored)],
      combiner=_Counter(scored, sub_key, example_weighted),
    )
    for scored, sub_key in scored_outputs(
      thresholds, THRESHOLD, eval_config, model_names, output_names, sub_keys
    )
  ]


def intersections(groups: Iterable[str]) -> list[str]:
  """Returns the intersections of the groups that a comment mentions, sorted.

  Args:
    groups: Distinct groups with those above them, as in `features.IDENTITY_GROUP`.
  """
  groups = sorted(groups)
  specific = [
    one for one in groups if not any(each.startswith(f"{one}/") for each in groups)
  ]
  return [
    BETWEEN.join(pair)
    for pair in itertools.combinations(specific, 2)
    if dimension(pair[0]) != dimension(pair[1])
  ]


def dimension(group: str) -> str:
  """Returns the dimension of a group: `gender` of `gender/female`."""
  return group.partition("/")[0]


_Decided = tuple[list[str], list[float]]
"""The intersections of a comment, and its decision at each threshold: 0, 1 or NaN."""


class _Decisions(metric_types.Preprocessor):
  """Yields the decisions on the comments of an intersection."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"intersections {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[_Decided]:
    if not counts_overall(extracts):
      return
    values = feature_values(extracts, features.IDENTITY_GROUP)
    # TFMA only accepts metric names in UTF-8.
    found = intersections({each.decode(errors="replace") for each in values})
    if found:
      score = self._scored.rule.score(self._scored.original(extracts))
      # A score that is NaN makes the rate NaN.
      unknown = 0.0 * score
      yield found, [is_one + unknown for is_one in self._scored.rule.positive(score)]


_Accumulator = dict[str, list[float]]
"""The number of comments, then that of positive decisions at each threshold."""


class _Counter(beam.CombineFn):
  """Adds counts, which are integers, so that sums do not depend on the order."""

  def __init__(
    self, scored: Scored, sub_key: metric_types.SubKey | None, example_weighted: bool
  ):
    self._scored = scored
    self._sub_key = sub_key
    self._example_weighted = example_weighted

  def create_accumulator(self) -> _Accumulator:
    return {}

  def add_input(self, accumulator: _Accumulator, element: _Decided) -> _Accumulator:
    found, decisions = element
    for each in found:
      _add(accumulator, each, [1.0, *decisions])
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[_Accumulator]) -> _Accumulator:
    # Into a new one: TFMA's jackknife merges the same accumulators twenty times.
    merged: _Accumulator = {}
    for accumulator in accumulators:
      for each, counts in accumulator.items():
        _add(merged, each, counts)
    return merged

  def extract_output(
    self, accumulator: _Accumulator
  ) -> dict[metric_types.MetricKey, float]:
    by_size = sorted(accumulator, key=lambda each: (-accumulator[each][0], each))
    values = {}
    for each in by_size[:MAX_INTERSECTIONS]:
      comments, *positives = accumulator[each]
      values[self._key(metric_keys.INTERSECTION_COMMENTS, each)] = comments
      for threshold, number in zip(
        self._scored.rule.thresholds, positives, strict=True
      ):
        name = metric_keys.intersection_rate_key(threshold)
        values[self._key(name, each)] = number / comments
    return values

  def _key(self, name: str, intersection: str) -> metric_types.MetricKey:
    return metric_keys.metric_key(
      metric_keys.group_key(name, features.IDENTITY_GROUP, intersection),
      self._scored.model_name,
      self._scored.output_name,
      self._sub_key,
      self._example_weighted,
    )


def _add(accumulator: _Accumulator, intersection: str, counts: list[float]) -> None:
  before = accumulator.get(intersection, [0.0] * len(counts))
  accumulator[intersection] = [a + b for a, b in zip(before, counts, strict=True)]
