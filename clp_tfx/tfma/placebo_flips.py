"""PlaceboFlips: how often a decision changes with an edit that names nobody."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.counterfactuals.placebo import placebo
from clp_tfx.tfma import intervals, metric_keys
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.exact_sums import ExactSums
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.left_out import has_pairs, pairs_of
from clp_tfx.tfma.pair_scores import Scored, scored_outputs

PLACEBO_PLACES = "placebo_places"
"""Extracts key of the placebos: int, shape `[batch, K]`, for each counterfactual the
position of its placebo's score in `COUNTERFACTUAL_PREDICTIONS`; -1 if it has none."""


class PlaceboFlips(metric_types.Metric):
  """Flip rate and score gap of placebo edits, beside those of the same pairs' edits.

  Needs `counterfactual_extractors`, which make the placebos (see `placebo`). Counts the
  pairs that have one. Emits, for each decision threshold t,

  - `placebo/flip_rate/overall@t`: share of these pairs whose placebo changes the
    decision, with `/lower_bound` and `/upper_bound` before the `@`;
  - `placebo/flip_rate/of_edits@t`: share of them whose own edits do;

  and once `placebo/flip_count/pairs`, their number, `placebo/counterfactual_gap` and
  `placebo/counterfactual_gap/of_edits`. Rates and gaps are NaN without such pairs.
  Example weights are ignored.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = PlaceboFlips(thresholds=[0.5])
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'PlaceboFlips'

  Args:
    thresholds: Decision thresholds.
    decision: As FlipRate's.
    level: Confidence of the one-sided bounds, in (0, 1).
    name: Name of the metric in the EvalConfig; it does not affect the keys.
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    decision: str = THRESHOLD,
    level: float = DEFAULT_LEVEL,
    name: str = "placebo_flips",
  ):
    super().__init__(
      _computations,
      thresholds=list(thresholds),
      decision=decision,
      level=level,
      name=name,
    )


def placebo_texts(
  text: bytes, edits: Sequence[bytes], terms: Sequence[bytes]
) -> list[bytes | None]:
  """Returns the placebo of each counterfactual, None where there is none.

  Args:
    text: The original text.
    edits: Values of `COUNTERFACTUAL_EDITS`.
    terms: Values of `IDENTITY_TERM`.
  """
  decoded = text.decode("utf-8", "surrogateescape")
  names = [term.decode("utf-8", "surrogateescape") for term in terms]
  made = [placebo(decoded, edits_from_json(value), names) for value in edits]
  return [each and each.encode("utf-8", "surrogateescape") for each in made]


def placebo_places(scored: Sequence[Sequence[int | None]]) -> np.ndarray:
  """Returns the values of `PLACEBO_PLACES` for a batch."""
  columns = zip_longest(*scored, fillvalue=None)
  places = [[-1 if place is None else place for place in column] for column in columns]
  return np.array(places, int).reshape(-1, len(scored)).T


def _computations(
  thresholds: Sequence[float],
  decision: str,
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
    thresholds, decision, eval_config, model_names, output_names, sub_keys
  ):
    counter = _PlaceboCounter(scored, sub_key, example_weighted, level)
    computations.append(
      metric_types.MetricComputation(
        keys=counter.keys(),
        preprocessors=[_PlaceboScores(scored)],
        combiner=counter,
      )
    )
  return computations


# The sums that do not depend on a threshold, then those of each threshold.
_SHARED = ("clusters", "pairs", "squared_pairs", "gap", "gap_of_edits")
_PER_THRESHOLD = ("flips", "flipped_clusters", "w2_fn", "w2_ff", "flips_of_edits")


class _PlaceboScores(metric_types.Preprocessor):
  """Yields the terms that a comment adds to the sums."""

  def __init__(self, scored: Scored):
    super().__init__(name=f"placebo_scores {scored}")
    self._scored = scored

  def process(self, extracts: tfma.Extracts) -> Iterator[np.ndarray]:
    if PLACEBO_PLACES not in extracts or not has_pairs(extracts):
      return
    places = extracts[PLACEBO_PLACES]
    pairs = [pair for pair in pairs_of(extracts) if places[pair] >= 0]
    if not pairs:
      return
    compare, original = self._scored.rule.compare, self._scored.original(extracts)
    own = compare(original, self._scored.at(extracts, pairs))
    other = compare(original, self._scored.at(extracts, places[pairs].tolist()))
    n = len(pairs)
    gap, gap_of_edits = (sum(each.gap.tolist()) for each in (other, own))
    # If a score is NaN, so is the number of flips.
    unknown = 0.0 * (gap + gap_of_edits)
    terms = [1, n, n * n, gap, gap_of_edits]
    changed = (each.changed.sum(axis=1).tolist() for each in (other, own))
    for flips, flips_of_edits in zip(*changed, strict=True):
      flips += unknown
      terms += [
        flips,
        flips > 0,
        flips * n,
        flips * flips,
        flips_of_edits + unknown,
      ]
    yield np.array(terms, float)


class _PlaceboCounter(beam.CombineFn):
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
    self._thresholds = scored.rule.keyed_thresholds

  def create_accumulator(self) -> ExactSums:
    return ExactSums.zeros(len(_SHARED) + len(_PER_THRESHOLD) * len(self._thresholds))

  def add_input(self, accumulator: ExactSums, element: np.ndarray) -> ExactSums:
    return accumulator + element

  def merge_accumulators(self, accumulators: Iterable[ExactSums]) -> ExactSums:
    return sum(accumulators, self.create_accumulator())

  def extract_output(
    self, accumulator: ExactSums
  ) -> dict[metric_types.MetricKey, float]:
    return {
      metric_keys.metric_key(
        metric_keys.placebo_key(name),
        self._scored.model_name,
        self._scored.output_name,
        self._sub_key,
        self._example_weighted,
      ): float(value)
      for name, value in self._values(accumulator.totals).items()
    }

  def keys(self) -> list[metric_types.MetricKey]:
    """Returns the emitted keys."""
    return list(self.extract_output(self.create_accumulator()))

  def _values(self, totals: np.ndarray) -> dict[str, float]:
    clusters, pairs, squared, gap, gap_of_edits = totals[: len(_SHARED)].tolist()
    values = {
      metric_keys.PAIRS: pairs,
      metric_keys.COUNTERFACTUAL_GAP: _ratio(gap, pairs),
      f"{metric_keys.COUNTERFACTUAL_GAP}/{metric_keys.OF_EDITS}": _ratio(
        gap_of_edits, pairs
      ),
    }
    rows = totals[len(_SHARED) :].reshape(-1, len(_PER_THRESHOLD)).tolist()
    for threshold, row in zip(self._thresholds, rows, strict=True):
      flips, flipped, w2_fn, w2_ff, flips_of_edits = row
      sums = intervals.ClusterSums(
        clusters, flipped, pairs, flips, pairs, squared, w2_fn, w2_ff
      )
      for kind, value in (
        (metric_keys.OVERALL, _ratio(flips, pairs)),
        ("overall/lower_bound", intervals.lower_bound(sums, self._level)),
        ("overall/upper_bound", intervals.upper_bound(sums, self._level)),
        (metric_keys.OF_EDITS, _ratio(flips_of_edits, pairs)),
      ):
        values[metric_keys.flip_rate_key(threshold, kind)] = value
    return values


def _ratio(numerator: float, denominator: float) -> float:
  return numerator / denominator if denominator else float("nan")
