"""The worst pairs, a limited number: both texts, their edits and their scores."""

import bisect
import hashlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2, metrics_for_slice_pb2

from clp_tfx import features
from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.decisions import THRESHOLD
from clp_tfx.tfma.left_out import feature_values, pairs_of
from clp_tfx.tfma.pair_scores import Scored, readable, scored_outputs

DEFAULT_SIZE = 50
WIDEST_SIZE = 10
"""How many of the widest gaps to keep where no pair flips."""


class WorstFlips(metric_types.Metric):
  """Keeps the pairs whose decision flips and whose scores are furthest apart.

  Where no pair flips, it keeps the widest gaps, at most ten and one per comment.

  Emits `worst_flips`, whose value is not a number but JSON lines, one per pair, worst
  first: `original`, `counterfactual`, `edit` (`gay→`), `group`
  (`sexual_orientation/homosexual`), `edits` (a list with the fields of
  `features.COUNTERFACTUAL_EDITS`, if the pair has that feature), `original_score` and
  `counterfactual_score` (lists if there are several scores), with `classes`
  `original_class` and `counterfactual_class`, `gap`, `flips` (whether it does),
  `thresholds` (those at which it does) and `digest` (SHA-256 of both texts).
  Each slice has at most `size` pairs; ties are ordered by digest, so that the same data
  give the same lines in any order. `load_worst_flips` reads them.

  In texts, each byte that is not UTF-8 becomes one U+FFFD, so that the positions of
  edits refer to the line's own `original`.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> metric = WorstFlips(thresholds=[0.5], size=10, texts=False)
    >>> spec = tfma.metrics.specs_from_metrics([metric])[-1]
    >>> spec.metrics[0].class_name
    'WorstFlips'

  Args:
    thresholds: Decision thresholds.
    decision: Rule as for FlipRate.
    size: Maximum number of pairs.
    texts: Whether to keep users' texts. If not, lines lack `original`, `counterfactual`
      and the `replacement` of each edit, which has the case of the text it replaces
      and, with a `counterfactual_fn`, can be any text.
    text_feature: Feature that the counterfactuals replace.
    classes: Names of the classes, in the order of the scores, for `argmax`.
    name: Name of the metric in the EvalConfig; it does not affect the key.
  """

  def __init__(
    self,
    thresholds: Sequence[float] = (0.5,),
    decision: str = THRESHOLD,
    size: int = DEFAULT_SIZE,
    texts: bool = True,
    text_feature: str = "comment_text",
    classes: Sequence[str] = (),
    name: str = metric_keys.WORST_FLIPS,
  ):
    super().__init__(
      _computations,
      thresholds=list(thresholds),
      decision=decision,
      size=size,
      texts=texts,
      text_feature=text_feature,
      classes=list(classes),
      name=name,
    )

  @property
  def compute_confidence_interval(self) -> bool:
    """Returns False: texts have no confidence intervals."""
    return False


class JsonLines(tfma.types.StructuredMetricValue):
  """A metric value that TFMA stores unchanged and on which arithmetic has no effect.

  TFMA subtracts the metrics of models and of slices, but texts have no difference.
  """

  def __init__(self, lines: Iterable[str] = ()):
    self.text = "".join(line + "\n" for line in lines)

  def to_proto(self) -> metrics_for_slice_pb2.MetricValue:
    """Returns the UTF-8 text as a bytes value."""
    return metrics_for_slice_pb2.MetricValue(bytes_value=self.text.encode())

  def to_dataframe(self) -> Any:
    """Not supported: the values are not numbers."""
    raise NotImplementedError("Read worst flips with load_worst_flips.")

  def _apply_binary_op_elementwise(self, other: "JsonLines", op: Callable) -> Any:
    return JsonLines()

  def _apply_binary_op_broadcast(self, other: float, op: Callable) -> Any:
    return JsonLines()


def _computations(
  thresholds: Sequence[float],
  decision: str,
  size: int,
  texts: bool,
  text_feature: str,
  classes: Sequence[str],
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
    key = metric_keys.metric_key(
      metric_keys.WORST_FLIPS,
      scored.model_name,
      scored.output_name,
      sub_key,
      example_weighted,
    )
    computations.append(
      metric_types.MetricComputation(
        keys=[key],
        preprocessors=[_PairsPreprocessor(scored, texts, text_feature)],
        combiner=_WorstFlips(key, size, texts, classes),
      )
    )
  return computations


class _Pair(NamedTuple):
  """A pair; flips sort first, then the widest gaps. Few are written, so as it comes."""

  is_same: bool
  minus_gap: float
  digest: str
  original: bytes
  counterfactual: bytes
  edit: bytes
  group: bytes
  edits: bytes
  before: tuple[float, ...]
  after: tuple[float, ...]
  thresholds: tuple[float, ...]


class _PairsPreprocessor(metric_types.Preprocessor):
  """Yields the flips of an example or, as nearly all have none, its widest gap."""

  def __init__(self, scored: Scored, texts: bool, text_feature: str):
    super().__init__(name=f"flips {scored} {texts} {text_feature}")
    self._scored = scored
    self._texts = texts
    self._text_feature = text_feature

  def process(self, extracts: tfma.Extracts) -> Iterator[_Pair]:
    """Yields each pair that flips at any threshold, else the one of the widest gap."""
    comparison = self._scored.compare(extracts)
    if comparison is None or not comparison.gap.size:
      return
    flips = comparison.changed.any(axis=0)
    shown = np.flatnonzero(flips).tolist()
    if not shown:
      # Neither no distance nor one from what is not a number is a gap.
      gaps = np.where(np.isnan(comparison.gap), -1.0, comparison.gap)
      shown = [int(gaps.argmax())] if gaps.max() > 0 else []
    places = pairs_of(extracts)
    before = self._scored.original(extracts)
    after = self._scored.counterfactuals(extracts)
    for pair in shown:
      changed = zip(
        self._scored.rule.keyed_thresholds, comparison.changed[:, pair], strict=True
      )
      yield self._pair(extracts, places[pair])._replace(
        is_same=not flips[pair],
        minus_gap=-float(comparison.gap[pair]),
        before=tuple(before.tolist()),
        after=tuple(after[pair].tolist()),
        thresholds=tuple(at for at, has in changed if has and at is not None),
      )

  def _pair(self, extracts: tfma.Extracts, place: int) -> _Pair:
    """Returns the texts and edits of a pair."""

    def value(name: str, place: int = place) -> bytes:
      values = feature_values(extracts, name)
      return values[place] if place < len(values) else b""

    texts = value(self._text_feature, 0), value(features.COUNTERFACTUAL_TEXT)
    original, counterfactual = texts if self._texts else (b"", b"")
    return _Pair(
      is_same=True,
      minus_gap=0.0,
      digest=hashlib.sha256(b"\0".join(texts)).hexdigest(),
      original=original,
      counterfactual=counterfactual,
      edit=value(features.COUNTERFACTUAL_EDIT),
      group=value(features.COUNTERFACTUAL_GROUP),
      edits=value(features.COUNTERFACTUAL_EDITS),
      before=(),
      after=(),
      thresholds=(),
    )


class _WorstFlips(beam.CombineFn):
  def __init__(
    self,
    key: metric_types.MetricKey,
    size: int,
    texts: bool,
    classes: Sequence[str],
  ):
    self._key = key
    self._size = size
    self._texts = texts
    self._classes = classes

  def create_accumulator(self) -> list[_Pair]:
    return []

  def add_input(self, accumulator: list[_Pair], element: _Pair) -> list[_Pair]:
    # Nearly all pairs end here, so this must not sort.
    if len(accumulator) < self._size or element < accumulator[-1]:
      bisect.insort(accumulator, element)
      del accumulator[self._size :]
    return accumulator

  def merge_accumulators(self, accumulators: Iterable[list[_Pair]]) -> list[_Pair]:
    return heapq.nsmallest(self._size, [each for some in accumulators for each in some])

  def extract_output(
    self, accumulator: list[_Pair]
  ) -> dict[metric_types.MetricKey, JsonLines]:
    kept = [pair for pair in accumulator if not pair.is_same]
    kept = kept or accumulator[:WIDEST_SIZE]
    return {self._key: JsonLines(map(self._line, kept))}

  def _line(self, pair: _Pair) -> str:
    texts = {
      "original": _text(pair.original),
      "counterfactual": _text(pair.counterfactual),
    }
    line = {
      **(texts if self._texts else {}),
      "edit": _text(pair.edit),
      "group": _text(pair.group),
      **({"edits": self._told(pair.edits)} if pair.edits else {}),
      "original_score": _listed(pair.before),
      "counterfactual_score": _listed(pair.after),
      **self._decided(pair),
      "gap": -pair.minus_gap,
      "flips": not pair.is_same,
      "thresholds": list(pair.thresholds),
      "digest": pair.digest,
    }
    return json.dumps(line, ensure_ascii=False)

  def _told(self, edits: bytes) -> list[dict[str, Any]]:
    left_out = {"label"} if self._texts else {"label", "replacement"}
    return [
      {
        name: readable(value) if isinstance(value, str) else value
        for name, value in edit.as_dict().items()
        if name not in left_out
      }
      for edit in edits_from_json(edits)
    ]

  def _decided(self, pair: _Pair) -> dict[str, str]:
    if not self._classes:
      return {}
    both = {"original_class": pair.before, "counterfactual_class": pair.after}
    return {name: self._classes[np.argmax(scores)] for name, scores in both.items()}


def _listed(scores: tuple[float, ...]) -> float | list[float]:
  return scores[0] if len(scores) == 1 else list(scores)


def _text(value: bytes) -> str:
  return readable(value.decode("utf-8", "surrogateescape"))
