"""FlipRate: how often a decision changes between a text and its counterfactual."""

import dataclasses
from collections.abc import Iterable, Sequence

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types

NAME = "flip_rate"

COUNTERFACTUAL_PREDICTIONS = "counterfactual_predictions"
"""Extracts key of the scores of counterfactuals: float, shape `[batch, K]`, NaN where
a row has fewer pairs; with several models a dict of them by model name."""


class FlipRate(metric_types.Metric):
  """Shares of pairs whose decision flips, at one or more decision thresholds.

  A decision is positive where `score > threshold`, as in TFMA's confusion matrices.
  A pair is an example and one of its counterfactuals. For each threshold t:

  - `flip_rate/overall@t`: share of pairs whose two decisions differ;
  - `flip_rate/positive_to_negative@t`: share of pairs where the original is
    positive and the counterfactual negative;
  - `flip_rate/negative_to_positive@t`: the reverse; the two add up to overall;
  - `flip_count/positive_to_negative@t`, `flip_count/negative_to_positive@t`: the
    pairs behind them;
  - `positive_rate@t`: share of examples whose decision is positive, because a
    model that says no to everything never flips;

  and once `flip_count/pairs`. Rates are in [0, 1]; 0 when no decision depends on
  the edit; NaN without pairs (which fails any bound). Example weights do not
  enter. Needs `CounterfactualPredictionsExtractor`.

  Args:
    thresholds: Decision thresholds, each in [0, 1].
    text_feature: Feature that the counterfactuals stand in for; for the extractor.
    name: Prefix of the rates.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    text_feature: str = "comment_text",
    name: str = NAME,
  ):
    super().__init__(
      _computations,
      thresholds=list(thresholds),
      text_feature=text_feature,
      name=name,
    )
    self.text_feature = text_feature


def threshold_suffix(threshold: float) -> str:
  """Returns `@0.5`: how metric keys name a decision threshold."""
  return f"@{threshold:g}"


def _computations(
  thresholds: Sequence[float],
  text_feature: str,
  name: str,
  model_names: Sequence[str] | None = None,
) -> metric_types.MetricComputations:
  del text_feature
  preprocessor = metric_types.StandardMetricInputsPreprocessor(
    include_filter={COUNTERFACTUAL_PREDICTIONS: {}}
  )
  counters = [
    _FlipCounter(tuple(thresholds), name, model_name)
    for model_name in model_names or [""]
  ]
  return [
    metric_types.MetricComputation(
      keys=list(counter.extract_output(counter.create_accumulator())),
      preprocessors=[preprocessor],
      combiner=counter,
    )
    for counter in counters
  ]


@dataclasses.dataclass(frozen=True)
class _Counts:
  """Counts; the tuples have one entry per threshold."""

  examples: int
  pairs: int
  positives: tuple[int, ...]
  positive_to_negative: tuple[int, ...]
  negative_to_positive: tuple[int, ...]

  def __add__(self, other: "_Counts") -> "_Counts":
    return _Counts(
      self.examples + other.examples,
      self.pairs + other.pairs,
      _sum(self.positives, other.positives),
      _sum(self.positive_to_negative, other.positive_to_negative),
      _sum(self.negative_to_positive, other.negative_to_positive),
    )


def _sum(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
  return tuple(x + y for x, y in zip(a, b, strict=True))


class _FlipCounter(beam.CombineFn):
  def __init__(self, thresholds: tuple[float, ...], name: str, model_name: str):
    self._thresholds = thresholds
    self._name = name
    self._model_name = model_name

  def create_accumulator(self) -> _Counts:
    zeros = (0,) * len(self._thresholds)
    return _Counts(0, 0, zeros, zeros, zeros)

  def add_input(
    self, accumulator: _Counts, element: metric_types.StandardMetricInputs
  ) -> _Counts:
    (score,) = np.ravel(element.get_predictions(self._model_name))
    scores = element[COUNTERFACTUAL_PREDICTIONS]
    if isinstance(scores, dict):
      scores = scores[self._model_name]
    scores = scores[~np.isnan(scores)]
    positive = [bool(score > t) for t in self._thresholds]
    above = [int(np.sum(scores > t)) for t in self._thresholds]
    return accumulator + _Counts(
      examples=1,
      pairs=len(scores),
      positives=tuple(map(int, positive)),
      positive_to_negative=tuple(
        len(scores) - n if p else 0 for p, n in zip(positive, above, strict=True)
      ),
      negative_to_positive=tuple(
        0 if p else n for p, n in zip(positive, above, strict=True)
      ),
    )

  def merge_accumulators(self, accumulators: Iterable[_Counts]) -> _Counts:
    return sum(accumulators, start=self.create_accumulator())

  def extract_output(self, accumulator: _Counts) -> dict[metric_types.MetricKey, float]:
    counts = accumulator
    values = {"flip_count/pairs": counts.pairs}
    for i, threshold in enumerate(self._thresholds):
      at = threshold_suffix(threshold)
      down, up = counts.positive_to_negative[i], counts.negative_to_positive[i]
      values |= {
        f"{self._name}/overall{at}": _ratio(down + up, counts.pairs),
        f"{self._name}/positive_to_negative{at}": _ratio(down, counts.pairs),
        f"{self._name}/negative_to_positive{at}": _ratio(up, counts.pairs),
        f"flip_count/positive_to_negative{at}": down,
        f"flip_count/negative_to_positive{at}": up,
        f"positive_rate{at}": _ratio(counts.positives[i], counts.examples),
      }
    # TFMA looks thresholds up under keys that leave example_weighted open.
    return {
      metric_types.MetricKey(
        name=name, model_name=self._model_name, example_weighted=None
      ): float(value)
      for name, value in values.items()
    }


def _ratio(numerator: int, denominator: int) -> float:
  return numerator / denominator if denominator else float("nan")
