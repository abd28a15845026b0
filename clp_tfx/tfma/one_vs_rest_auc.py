"""AUC of a model of classes: that of each class against all others."""

import array
import math
from collections.abc import Iterable, Iterator, Sequence

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import ARGMAX
from clp_tfx.tfma.pair_scores import Scored, scored_outputs
from clp_tfx.tfma.ranked_scores import RankedScores


class OneVsRestAUC(metric_types.Metric):
  """Mean over the classes of the AUC of each class against all others.

  Emits `auc`: how often a text of a class has a higher probability of it than a text of
  another class. It counts every labelled text once, exactly, without bins; 0.5 is
  chance, and it is NaN, which fails any bound, unless every class has a text.

  Args:
    num_classes: Number of classes.
    name: Name of the metric in the EvalConfig; it does not affect the key.
  """

  def __init__(self, num_classes: int, name: str = "one_vs_rest_auc"):
    super().__init__(_computations, num_classes=num_classes, name=name)


def _computations(
  num_classes: int,
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
    [], ARGMAX, eval_config, model_names, output_names, sub_keys
  ):
    key = metric_keys.metric_key(
      metric_keys.AUC, scored.model_name, scored.output_name, sub_key, example_weighted
    )
    computations.append(
      metric_types.MetricComputation(
        keys=[key],
        preprocessors=[_LabelledScores(scored)],
        combiner=_Ranker(key, num_classes),
      )
    )
  return computations


class _LabelledScores(metric_types.Preprocessor):
  """Yields the place of a labelled text's class, followed by its scores."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"one_vs_rest_auc {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[list[float]]:
    if self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0) > 0:
      label = self._scored.value(extracts, tfma.LABELS_KEY, math.nan)
      yield [label, *self._scored.original(extracts).tolist()]


class _Ranker(beam.CombineFn):
  """Collects labels and scores, which are only ranked at the end."""

  def __init__(self, key: metric_types.MetricKey, num_classes: int):
    self._key = key
    self._num_classes = num_classes

  def create_accumulator(self) -> array.array:
    return array.array("d")

  def add_input(self, accumulator: array.array, element: list[float]) -> array.array:
    accumulator.extend(element)
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[array.array]) -> array.array:
    merged = self.create_accumulator()
    for accumulator in accumulators:
      merged.extend(accumulator)
    return merged

  def extract_output(
    self, accumulator: array.array
  ) -> dict[metric_types.MetricKey, float]:
    rows = np.array(accumulator).reshape(-1, 1 + self._num_classes)
    aucs = [_auc(rows[:, 0] == c, rows[:, 1 + c]) for c in range(self._num_classes)]
    unknown = math.nan if np.isnan(rows[:, 0]).any() else 0.0
    return {self._key: float(np.mean(aucs)) + unknown}


def _auc(is_positive: np.ndarray, scores: np.ndarray) -> float:
  positives, negatives = (
    RankedScores.of(each, np.ones(len(each)))
    for each in (scores[is_positive], scores[~is_positive])
  )
  couples = positives.weight * negatives.weight
  return positives.wins_over(negatives) / couples if couples else math.nan
