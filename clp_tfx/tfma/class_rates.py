"""ClassRates: how often each class is decided, which shows a model that collapsed."""

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


class ClassRates(metric_types.Metric):
  """The share of texts decided to be of each class, over a reference's share.

  A model that decides for the same class everywhere never flips, and its AUC may be as
  good as any. Emits, for each class (`…/decided_class=spam`), `decision_rate`, the
  share of all texts; and `decision_rate/ratio`, with `/lower_bound` and `/upper_bound`:
  the share divided by the baseline's, over all texts, or without a baseline by that of
  the labels, over the labelled texts. The ratio is 1 if both shares are equal, also if
  both are 0, and NaN, which fails any bound, if only the reference's is.

  Args:
    classes: Names of the classes, in the order of the scores.
    level: Confidence of the one-sided bounds, in (0, 1); see `intervals.ratio_bounds`.
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    classes: Sequence[str],
    level: float = DEFAULT_LEVEL,
    name: str = "class_rates",
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
    counter = _Counter(scored, sub_key, example_weighted, classes, level)
    computations.append(
      metric_types.MetricComputation(
        keys=list(counter.extract_output(counter.create_accumulator())),
        preprocessors=[_Decisions(scored, len(classes))],
        combiner=counter,
      )
    )
  return computations


def decision_ratio(
  both: float, model: float, reference: float, level: float
) -> tuple[float, float, float]:
  """Returns how often a model decides for a class over a reference, and the bounds.

  Args:
    both: Number of texts that both decide to be of the class.
    model: Number of texts that the model does.
    reference: Number of texts that the reference does.
    level: Confidence of the one-sided bounds, in (0, 1).

  Returns:
    The ratio, its lower and its upper bound; all 1 if neither decides for the class,
    all NaN if only the model does.
  """
  if not reference and model == 0:
    return 1.0, 1.0, 1.0
  ratio = model / reference if reference else float("nan")
  return ratio, *intervals.ratio_bounds(both, model, reference, level)


# The sums of each class: all texts, and those that the model decides to be of it; the
# texts that have a reference, and of these those decided by both, model and reference.
_SUMS = ("texts", "decided", "compared", "both", "model", "reference")


class _Decisions(metric_types.Preprocessor):
  """Yields what a text adds to the sums, shape `[num_classes, sums]`."""

  def __init__(self, scored: Scored, num_classes: int):
    super().__init__(name=f"class_rates {scored} {num_classes}")
    self._scored = scored
    self._num_classes = num_classes

  def process(self, extracts: tfma.Extracts) -> Iterator[np.ndarray]:
    model = self._decision(self._scored.original(extracts))
    nothing = np.zeros(self._num_classes)
    compared = [nothing] * 4
    if (reference := self._reference(extracts)) is not None:
      compared = [nothing + 1, model * reference, model, reference]
    yield np.stack([nothing + 1, model, *compared], axis=1)

  def _reference(self, extracts: tfma.Extracts) -> np.ndarray | None:
    if self._scored.baseline_name is not None:
      return self._decision(self._scored.baseline(extracts))
    if self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0) > 0:
      label = self._scored.value(extracts, tfma.LABELS_KEY, float("nan"))
      return self._one_hot(label)
    return None

  def _decision(self, scores: np.ndarray) -> np.ndarray:
    return self._one_hot(float(scores.argmax()) + 0.0 * scores.sum())

  def _one_hot(self, place: float) -> np.ndarray:
    """Returns 1 at a place and 0 elsewhere; NaN everywhere if the place is."""
    return (np.arange(self._num_classes) == place) + 0.0 * place


class _Counter(ClassSums):
  size = len(_SUMS)

  def figures(
    self,
    texts: float,
    decided: float,
    compared: float,
    both: float,
    model: float,
    reference: float,
  ) -> dict[str, float]:
    nan = float("nan")
    ratio, low, high = decision_ratio(both, model, reference, self._level)
    # Without texts, nobody decided anything.
    unknown = 0.0 if compared else nan
    return {
      metric_keys.DECISION_RATE: decided / texts if texts else nan,
      metric_keys.decision_ratio_key(): ratio + unknown,
      metric_keys.decision_ratio_key("lower_bound"): low + unknown,
      metric_keys.decision_ratio_key("upper_bound"): high + unknown,
    }
