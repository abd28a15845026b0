"""ClassFlips: how often a decision changes, by the class decided for the original."""

from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.class_sums import ClassSums
from clp_tfx.tfma.decisions import ARGMAX
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.pair_scores import Scored, scored_outputs


class ClassFlips(metric_types.Metric):
  """Flip rates of the pairs whose original is decided to be of a class.

  Needs `counterfactual_extractors`. Emits, for each class (keys are those of
  `metric_keys.group_key`, such as `…/decided_class=spam`), `flip_rate/overall`, with
  `/lower_bound` and `/upper_bound`, and `flip_count/pairs`. Rates are NaN without
  pairs. Example weights are ignored.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = ClassFlips(classes=["ok", "rude", "hateful"])
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'ClassFlips'

  Args:
    classes: Names of the classes, in the order of the scores.
    level: Confidence of the one-sided bounds, in (0, 1).
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    classes: Sequence[str],
    level: float = DEFAULT_LEVEL,
    name: str = "class_flips",
  ):
    super().__init__(_computations, classes=list(classes), level=level, name=name)


def _computations(
  classes: Sequence[str],
  level: float,
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
    counter = _ClassCounter(scored, sub_key, example_weighted, classes, level)
    computations.append(
      metric_types.MetricComputation(
        keys=list(counter.extract_output(counter.create_accumulator())),
        preprocessors=[_ClassPairs(scored, len(classes))],
        combiner=counter,
      )
    )
  return computations


# The sums of each class. n is a text's number of pairs, of which f flip.
_SUMS = ("clusters", "flipped_clusters", "pairs", "flips", "nn", "fn", "ff")


class _ClassPairs(metric_types.Preprocessor):
  """Yields what a text with pairs adds to the sums, shape `[num_classes, sums]`."""

  def __init__(self, scored: Scored, num_classes: int):
    super().__init__(name=f"class_pairs {scored} {num_classes}")
    self._scored = scored
    self._num_classes = num_classes

  def process(self, extracts: tfma.Extracts) -> Iterator[np.ndarray]:
    comparison = self._scored.compare(extracts)
    if comparison is None:
      return
    n = len(comparison.gap)
    # If a score is NaN, so is the number of flips.
    f = comparison.changed.sum() + 0.0 * comparison.gap.sum()
    terms = np.zeros((self._num_classes, len(_SUMS)))
    place = self._scored.original(extracts).argmax()
    terms[place] = (1, f > 0, n, f, n * n, f * n, f * f)
    yield terms


class _ClassCounter(ClassSums):
  size = len(_SUMS)

  def figures(
    self,
    clusters: float,
    flipped: float,
    pairs: float,
    flips: float,
    nn: float,
    fn: float,
    ff: float,
  ) -> dict[str, float]:
    sums = intervals.ClusterSums(clusters, flipped, pairs, flips, pairs, nn, fn, ff)
    rate = metric_keys.flip_rate_key
    return {
      rate(None): flips / pairs if pairs else float("nan"),
      rate(None, "overall/lower_bound"): intervals.lower_bound(sums, self._level),
      rate(None, "overall/upper_bound"): intervals.upper_bound(sums, self._level),
      metric_keys.PAIRS: pairs,
    }
