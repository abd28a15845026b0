"""Sums of labels by bin of the score, for metrics that need no more of a text.

TFMA looks for the label and the score of a text in every slice that the text is in;
here it is done once.
"""

from collections.abc import Callable, Iterable, Iterator

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types

from clp_tfx.tfma.pair_scores import Scored

Sums = dict[int, tuple[float, float]]
"""By bin of the score, the sums of weighted labels and of weights."""


class LabelledScores(metric_types.Preprocessor):
  """Yields the bin of a labelled text's score, its weighted label and its weight.

  Args:
    name: Name of the metric.
    scored: Scores to read.
    example_weighted: Whether to use example weights; otherwise every weight is 1.
    bin_of: Returns the bin of a score.
  """

  def __init__(
    self,
    name: str,
    scored: Scored,
    example_weighted: bool,
    bin_of: Callable[[float], int],
  ):
    super().__init__(name=f"{name} {scored} {example_weighted}")
    self._scored = scored
    self._example_weighted = example_weighted
    self._bin_of = bin_of

  def process(self, extracts: tfma.Extracts) -> Iterator[tuple[int, float, float]]:
    """Yields nothing for a text without a label.

    Raises:
      ValueError: If the label is not in [0, 1].
    """
    weight = 1.0
    if self._example_weighted:
      weight = self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0)
    if not weight:
      return
    label = self._scored.value(extracts, tfma.LABELS_KEY, float("nan"))
    if not 0 <= label <= 1:
      raise ValueError(f"Expected labels in [0, 1]. Received: {label}.")
    score = self._scored.rule.score(self._scored.original(extracts))
    yield self._bin_of(score), label * weight, weight


class BinnedSums(beam.CombineFn):
  """Adds up what `LabelledScores` yields.

  Args:
    key: Key of the `Sums`.
  """

  def __init__(self, key: metric_types.MetricKey):
    self._key = key

  def create_accumulator(self) -> Sums:
    """Returns sums of nothing."""
    return {}

  def add_input(self, accumulator: Sums, element: tuple[int, float, float]) -> Sums:
    """Adds a text."""
    place, label, weight = element
    labels, weights = accumulator.get(place, (0.0, 0.0))
    accumulator[place] = labels + label, weights + weight
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[Sums]) -> Sums:
    """Adds up sums."""
    merged = self.create_accumulator()
    for accumulator in accumulators:
      for place, sums in accumulator.items():
        self.add_input(merged, (place, *sums))
    return merged

  def extract_output(self, accumulator: Sums) -> dict[metric_types.MetricKey, Sums]:
    """Returns the sums."""
    return {self._key: accumulator}
