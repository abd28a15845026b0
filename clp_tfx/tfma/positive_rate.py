"""The positive rate, which shows whether a model is still useful at its threshold."""

import math
from collections.abc import Iterable, Iterator, Sequence

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.pair_scores import Scored, scored_outputs


class PositiveRatio(metric_types.Metric):
  """The ratio of the positive rate to the baseline's or to the label rate.

  A model that says no to everything never flips, and its AUC may be as good as any.
  For each decision threshold t, emits `positive_rate/ratio@t` with `/lower_bound` and
  `/upper_bound`: the share of positive decisions divided by the baseline's share, over
  all texts; or, without a baseline, by the share of positive labels, over the labelled
  texts. It is 1 if both shares are equal, and NaN, which fails any bound, if the
  reference is never positive.

  Args:
    thresholds: Decision thresholds of one score.
    level: Confidence of the one-sided bounds, in (0, 1); see `intervals.ratio_bounds`.
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    level: float = DEFAULT_LEVEL,
    name: str = "positive_ratio",
  ):
    super().__init__(_computations, thresholds=list(thresholds), level=level, name=name)


def _computations(
  thresholds: Sequence[float],
  level: float,
  name: str,
  eval_config: config_pb2.EvalConfig | None = None,
  model_names: Sequence[str] | None = None,
  output_names: Sequence[str] | None = None,
  sub_keys: Sequence[metric_types.SubKey | None] | None = None,
  example_weighted: bool = False,
) -> metric_types.MetricComputations:
  del name
  baseline = eval_config and tfma.utils.get_baseline_model_spec(eval_config)
  computations = []
  for scored, sub_key in scored_outputs(
    thresholds, THRESHOLD, eval_config, model_names, output_names, sub_keys
  ):
    if baseline and scored.model_name == baseline.name:
      continue
    counter = _Counter(scored, sub_key, example_weighted, level)
    computations.append(
      metric_types.MetricComputation(
        keys=list(counter.extract_output(counter.create_accumulator())),
        preprocessors=[_Decisions(scored)],
        combiner=counter,
      )
    )
  return computations


class _Decisions(metric_types.Preprocessor):
  """Yields whether both, the model, and the reference decide positively on a text.

  Float, shape `[T, 3]`; NaN if a score is NaN.
  """

  def __init__(self, scored: Scored):
    super().__init__(name=f"positive_ratio {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[np.ndarray]:
    decided = self._decided(self._scored.original(extracts))
    if self._scored.matches:
      references = self._decided(self._scored.baseline(extracts))
    elif self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0) > 0:
      label = self._scored.value(extracts, tfma.LABELS_KEY, math.nan)
      reference = math.nan if math.isnan(label) else float(label > 0.5)
      references = [reference] * len(decided)
    else:
      return
    both = zip(decided, references, strict=True)
    yield np.array([[model * other, model, other] for model, other in both])

  def _decided(self, scores: np.ndarray) -> list[float]:
    score = self._scored.rule.score(scores)
    unknown = math.nan if math.isnan(score) else 0.0
    return [positive + unknown for positive in self._scored.rule.positive(score)]


class _Counter(beam.CombineFn):
  """Adds counts, which are integers, so that sums do not depend on the order."""

  def __init__(
    self,
    scored: Scored,
    sub_key: metric_types.SubKey | None,
    example_weighted: bool,
    level: float,
  ):
    self._scored = scored
    self._sub_key = sub_key
    self._example_weighted = example_weighted
    self._level = level

  def create_accumulator(self) -> np.ndarray:
    return np.zeros((len(self._scored.rule.thresholds), 3))

  def add_input(self, accumulator: np.ndarray, element: np.ndarray) -> np.ndarray:
    return accumulator + element

  def merge_accumulators(self, accumulators: Iterable[np.ndarray]) -> np.ndarray:
    return sum(accumulators, self.create_accumulator())

  def extract_output(
    self, accumulator: np.ndarray
  ) -> dict[metric_types.MetricKey, float]:
    values = {}
    for threshold, counts in zip(
      self._scored.rule.thresholds, accumulator, strict=True
    ):
      both, model, reference = counts.tolist()
      low, high = intervals.ratio_bounds(both, model, reference, self._level)
      ratio = model / reference if reference else float("nan")
      for kind, value in (("", ratio), ("lower_bound", low), ("upper_bound", high)):
        key = metric_keys.metric_key(
          metric_keys.positive_ratio_key(threshold, kind),
          self._scored.model_name,
          self._scored.output_name,
          self._sub_key,
          self._example_weighted,
        )
        values[key] = value
    return values
