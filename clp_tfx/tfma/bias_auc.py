"""Bias AUCs: how well a model ranks the comments of a group among all others."""

import array
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.edited_slices import counts_overall
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.pair_scores import Scored, scored_outputs
from clp_tfx.tfma.ranked_scores import RankedScores, generalized_mean
from clp_tfx.tfma.subgroup_aucs import Classes, subgroup_aucs

POWER = -5
"""Of the generalised mean: near the worst group's figure, as Borkan et al. have it."""
DEFAULT_MIN_EXAMPLES = 30
DEFAULT_CUT_OFF = 0.5


class BiasAUC(metric_types.Metric):
  """AUC within each group, and between the group and all others (the background).

  A group is a value of one of the `group_features`, or, if the feature is a number, the
  feature itself. Emits, for each group, on the labelled comments (the keys are those of
  `metric_keys.group_key`):

  - `bias_auc/subgroup/FEATURE=GROUP`: AUC on the comments of the group;
  - `bias_auc/bpsn/…`: on the background's positive and the group's negative comments;
    low where the group's harmless comments score like others' harmful ones;
  - `bias_auc/bnsp/…`: on the background's negative and the group's positive comments;
    low where the group's harmful comments score like others' harmless ones;
  - `lower_bound` and `upper_bound` of each, such as `bias_auc/bpsn/lower_bound/…`;
  - `false_positive_rate@t/…` and `false_negative_rate@t/…` for each threshold t;
  - `bias_auc/positives/…` and `bias_auc/negatives/…`: the number of comments;

  and for each feature `bias_auc/subgroup/generalized_mean/FEATURE`, likewise for `bpsn`
  and `bnsp`: the generalised mean with power -5 over the AUCs that rank at least
  `min_examples` comments of each class. AUCs are in [0, 1]: 1 is best, 0.5 is chance.
  Rates are in [0, 1]: 0 is best. All are NaN, which fails any bound, if a class is
  empty or a score is NaN.

  The bounds assume independent comments; see `intervals.auc_bounds`. The means have no
  bounds of their own; TFMA's jackknife and bootstrap intervals work for all values.

  Results are exact and do not depend on the order in which accumulators are merged. An
  accumulator needs 16 bytes per labelled comment and another 16 for each group that the
  comment is in: 320 MB per model for 10 million comments in one group each.

  With `counterfactual_extractors` the metric is computed in the overall slice only.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = BiasAUC(thresholds=[0.5], group_features=["identity_group"])
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'BiasAUC'

  Args:
    thresholds: Decision thresholds of the rates.
    group_features: Features of the examples: either bytes, of which every distinct
      value is a group, or a number, such as the share of annotators.
    cut_off: Minimum of a number for the comment to be in the group.
    level: Confidence of the one-sided bounds, in (0, 1).
    min_examples: Minimum number of comments of each class for an AUC to be included in
      the means.
    name: Name of the metric in the EvalConfig; it does not affect the keys.

  Reference:
    Borkan et al., 2019, "Nuanced Metrics for Measuring Unintended Bias with Real Data
    for Text Classification", https://arxiv.org/abs/1903.04561
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    group_features: Sequence[str] = (features.IDENTITY_GROUP,),
    cut_off: float = DEFAULT_CUT_OFF,
    level: float = DEFAULT_LEVEL,
    min_examples: int = DEFAULT_MIN_EXAMPLES,
    name: str = "bias_auc",
  ):
    super().__init__(
      _computations,
      thresholds=list(thresholds),
      group_features=list(group_features),
      cut_off=cut_off,
      level=level,
      min_examples=min_examples,
      name=name,
    )


def _computations(
  thresholds: Sequence[float],
  group_features: Sequence[str],
  cut_off: float,
  level: float,
  min_examples: int,
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del name
  computations = []
  for scored, sub_key in scored_outputs(
    thresholds, THRESHOLD, eval_config, model_names, output_names, sub_keys
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
        # The groups are not known in advance, but the means are always emitted.
        keys=[
          key(metric_keys.bias_mean_key(kind, feature))
          for kind in metric_keys.BIAS_AUCS
          for feature in group_features
        ],
        preprocessors=[
          _LabelledScores(scored, example_weighted, group_features, cut_off)
        ],
        combiner=_BiasCounter(
          scored.rule.thresholds, group_features, level, min_examples, key
        ),
      )
    )
  return computations


class _Labelled(NamedTuple):
  """A labelled comment, the input of the combiner."""

  score: float
  weight: float
  is_positive: bool
  groups: list[tuple[str, str]]


class _LabelledScores(metric_types.Preprocessor):
  """Yields the labelled comments with their groups, in the overall slice."""

  def __init__(
    self,
    scored: Scored,
    example_weighted: bool,
    group_features: Sequence[str],
    cut_off: float,
  ):
    super().__init__(
      name=f"bias_auc {scored} {example_weighted} {group_features} {cut_off}"
    )
    self._scored = scored
    self._example_weighted = example_weighted
    self._group_features = group_features
    self._cut_off = cut_off

  def process(self, extracts: tfma.Extracts) -> Iterator[_Labelled]:
    if not counts_overall(extracts):
      return
    weight = self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0)
    if weight == 0:  # Not labelled.
      return
    label = self._scored.value(extracts, tfma.LABELS_KEY, math.nan)
    score = self._scored.rule.score(self._scored.original(extracts))
    # A label that is NaN makes the metrics NaN.
    yield _Labelled(
      math.nan if math.isnan(label) else score,
      weight if self._example_weighted else 1.0,
      label > 0.5,
      list(self._groups(extracts.get(tfma.FEATURES_KEY, {}))),
    )

  def _groups(self, values: tfma.Extracts) -> Iterator[tuple[str, str]]:
    for feature in self._group_features:
      found = values.get(feature)
      if found is None:
        continue
      found = np.ravel(getattr(found, "values", found))
      if not found.size:  # Most comments mention nobody.
        continue
      if np.issubdtype(found.dtype, np.number):
        if found[0] >= self._cut_off:
          yield feature, feature
        continue
      # TFMA only accepts metric names in UTF-8.
      for value in dict.fromkeys(each.decode(errors="replace") for each in found):
        yield feature, value


_Group = tuple[str, str]
_EVERYBODY: _Group = ("", "")
_Accumulator = dict[tuple[_Group, bool], array.array]
"""Scores and weights in turn, by group and class."""


class _BiasCounter(beam.CombineFn):
  """Collects scores by group and class; they are only sorted at the end."""

  def __init__(
    self,
    thresholds: Sequence[float],
    group_features: Sequence[str],
    level: float,
    min_examples: int,
    key: Callable[[str], metric_types.MetricKey],
  ):
    self._thresholds = thresholds
    self._group_features = group_features
    self._level = level
    self._min_examples = min_examples
    self._key = key

  def create_accumulator(self) -> _Accumulator:
    return {}

  def add_input(self, accumulator: _Accumulator, element: _Labelled) -> _Accumulator:
    for group in (_EVERYBODY, *element.groups):
      values = accumulator.setdefault((group, element.is_positive), array.array("d"))
      values.extend((element.score, element.weight))
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[_Accumulator]) -> _Accumulator:
    merged: _Accumulator = {}
    for accumulator in accumulators:
      for key, values in accumulator.items():
        merged.setdefault(key, array.array("d")).extend(values)
    return merged

  def extract_output(
    self, accumulator: _Accumulator
  ) -> dict[metric_types.MetricKey, float]:
    if not accumulator:
      return {}
    everybody = _classes(accumulator, _EVERYBODY)
    figures: dict[str, float] = {}
    means: dict[tuple[str, str], list[float]] = {
      (kind, feature): []
      for kind in metric_keys.BIAS_AUCS
      for feature in self._group_features
    }
    for group in sorted({group for group, _ in accumulator} - {_EVERYBODY}):
      classes = _classes(accumulator, group)
      for name, value in self._rates(classes).items():
        figures[metric_keys.group_key(name, *group)] = value
      for kind, auc in subgroup_aucs(everybody, classes).items():
        for end, value in auc.values(self._level).items():
          name = metric_keys.group_key(metric_keys.bias_key(kind, end), *group)
          figures[name] = value
        if auc.examples >= self._min_examples:
          means[kind, group[0]].append(auc.value)
    for (kind, feature), values in means.items():
      mean = generalized_mean(values, POWER)
      figures[metric_keys.bias_mean_key(kind, feature)] = mean
    return {self._key(name): value for name, value in figures.items()}

  def _rates(self, classes: Classes) -> dict[str, float]:
    positives, negatives = classes[True], classes[False]
    rates = {
      metric_keys.BIAS_POSITIVES: float(len(positives.scores)),
      metric_keys.BIAS_NEGATIVES: float(len(negatives.scores)),
    }
    for threshold in self._thresholds:
      wrong, right = (each.share_above(threshold) for each in (negatives, positives))
      rates[metric_keys.false_positive_rate_key(threshold)] = wrong
      rates[metric_keys.false_negative_rate_key(threshold)] = 1 - right
    return rates


def _classes(accumulator: _Accumulator, group: _Group) -> Classes:
  found = {}
  for is_positive in (True, False):
    values = np.array(accumulator.get((group, is_positive), array.array("d")))
    found[is_positive] = RankedScores.of(values[::2], values[1::2])
  return found
