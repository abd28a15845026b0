"""Converts extracts to numbers: the terms that a text and its pairs add to the sums."""

import dataclasses
import math
import re
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma.decisions import THRESHOLD, Comparison, DecisionRule, scores_of
from clp_tfx.tfma.left_out import REASONS, has_pairs, left_out_reason, pairs_of
from clp_tfx.tfma.matched_threshold import ScoredPairs

COUNTERFACTUAL_PREDICTIONS = "counterfactual_predictions"
"""Extracts key of the scores of counterfactuals: float, shape `[batch, K, num_scores]`;
with several models or outputs, a dict of such arrays by name."""


_ESCAPED = re.compile("[\ud800-\udfff]")


@dataclasses.dataclass(frozen=True)
class Scored:
  """The scores to read from an extract and the rule by which they decide.

  Attributes:
    rule: Rule by which scores become decisions.
    model_name: Name of the model in TFMA; empty if it is the only one.
    output_name: Name of the output, likewise.
    baseline_name: Model whose positive rate is matched; None for none.
  """

  rule: DecisionRule
  model_name: str = ""
  output_name: str = ""
  baseline_name: str | None = None

  @property
  def matches(self) -> bool:
    """Whether there is a baseline whose positive rate can be matched."""
    return self.baseline_name is not None and self.rule.rule == THRESHOLD

  def compare(self, extracts: tfma.Extracts) -> Comparison | None:
    """Compares a text with its counterfactuals; returns None without pairs."""
    if not has_pairs(extracts):
      return None
    return self.rule.compare(self.original(extracts), self.counterfactuals(extracts))

  def original(self, extracts: tfma.Extracts) -> np.ndarray:
    """Returns the text's own scores, shape `[num_scores]`."""
    return self._scores(extracts[tfma.PREDICTIONS_KEY], self.model_name).ravel()

  def value(self, extracts: tfma.Extracts, key: str, default: float) -> float:
    """Returns the text's label or weight, or a default where the extracts have none."""
    values = extracts.get(key)
    if values is None:
      return default
    named = scores_of(values, (self.model_name, self.output_name))
    return float(np.asarray(named).item(0))

  def counterfactuals(self, extracts: tfma.Extracts) -> np.ndarray:
    """Returns the scores of the pairs that count, shape `[K, num_scores]`."""
    return self.at(extracts, pairs_of(extracts))

  def at(self, extracts: tfma.Extracts, places: list[int]) -> np.ndarray:
    """Returns the scores at places among the scored texts, shape `[K, num_scores]`."""
    scores = self._scores(extracts[COUNTERFACTUAL_PREDICTIONS], self.model_name)
    return scores.reshape(len(scores), -1)[places]

  def baseline(self, extracts: tfma.Extracts) -> np.ndarray:
    """Returns the baseline's scores of the text, shape `[num_scores]`."""
    return self._scores(extracts[tfma.PREDICTIONS_KEY], self.baseline_name).ravel()

  def _scores(self, values: object, model_name: str | None) -> np.ndarray:
    # Double precision, in which TFMA compares scores with thresholds.
    return np.asarray(scores_of(values, (model_name, self.output_name)), np.float64)


def readable(text: str) -> str:
  """Replaces each byte that is not UTF-8 by one U+FFFD, which keeps offsets valid.

  Args:
    text: Text decoded with `surrogateescape`.
  """
  return _ESCAPED.sub("\ufffd", text)


# The components of the vectors, in order: sums that do not depend on a threshold, then
# those for each threshold. w is the weight of a text and n its number of pairs.
SHARED = (
  "texts",  # w
  "paired_texts",  # w, of texts with pairs
  *REASONS,  # w, of texts left out, by reason
  "clusters",  # 1, of texts with pairs
  "pairs",  # w n
  "w2_n",
  "w2_nn",
  "gap",  # w g, where g is the sum of a text's gaps
  "w2_gn",
  "w2_gg",
  "max_gap",  # w times the largest gap
  "sensitivity",  # w times the sum of differences
  "deviation",  # w times the standard deviation
)
PER_THRESHOLD = (
  "positives",  # w, of texts with a positive decision
  "positive_pairs",  # w n, of these texts
  "positive_to_negative",  # w times pairs that flip this way
  "negative_to_positive",
  "changed",  # w f, where f is the number of pairs that flip
  "flipped_clusters",  # 1, of texts with such pairs
  "w2_fn",
  "w2_ff",
)


class PairScoresPreprocessor(metric_types.Preprocessor):
  """Turns an extract into the vector that it adds to the sums.

  The work is done here because TFMA calls this once per example, but the combiner once
  per slice. Yields `(vector, pairs)`: the terms named by `SHARED` and `PER_THRESHOLD`,
  and the binned scores for matching a baseline, or None.

  Args:
    scored: Scores to read and the rule by which they decide.
    example_weighted: Whether to use example weights; otherwise every weight is 1.
  """

  def __init__(self, scored: Scored, example_weighted: bool):
    super().__init__(name=f"pair_scores {scored} {example_weighted}")
    self._scored = scored
    self._example_weighted = example_weighted

  def process(
    self, extracts: tfma.Extracts
  ) -> Iterator[tuple[np.ndarray, ScoredPairs | None]]:
    """Yields the terms of an example."""
    weight = 1.0
    if self._example_weighted:
      weight = self._scored.value(extracts, tfma.EXAMPLE_WEIGHTS_KEY, 1.0)
    comparison = self._scored.compare(extracts)
    if comparison is None:
      yield self._without_pairs(extracts, weight)
    else:
      yield self._with_pairs(extracts, comparison, weight)

  def _with_pairs(
    self, extracts: tfma.Extracts, comparison: Comparison, weight: float
  ) -> tuple[np.ndarray, ScoredPairs | None]:
    vector = np.array(
      [
        weight,
        *_shared_terms(comparison, weight),
        *_threshold_terms(comparison, weight),
      ]
    )
    if not self._scored.matches:
      return vector, None
    positive = self._baseline_positive(extracts)
    return vector, ScoredPairs.of(
      comparison.score, comparison.scores.tolist(), positive, weight
    )

  def _without_pairs(
    self, extracts: tfma.Extracts, weight: float
  ) -> tuple[np.ndarray, ScoredPairs | None]:
    """Returns the terms of a text without pairs, which most texts are."""
    rule = self._scored.rule
    vector = np.zeros(
      len(SHARED) + len(rule.keyed_thresholds) * len(PER_THRESHOLD), np.float64
    )
    vector[0] = weight
    if reason := left_out_reason(extracts):
      vector[SHARED.index(reason)] = weight
    if rule.rule != THRESHOLD:
      return vector, None
    score = rule.score(self._scored.original(extracts))
    vector[len(SHARED) :: len(PER_THRESHOLD)] = rule.positive(score)
    vector[len(SHARED) :] *= weight
    if not self._scored.matches:
      return vector, None
    positive = self._baseline_positive(extracts)
    return vector, ScoredPairs.of(score, [], positive, weight)

  def _baseline_positive(self, extracts: tfma.Extracts) -> tuple[bool, ...]:
    rule = self._scored.rule
    return rule.positive(rule.score(self._scored.baseline(extracts)))


# A text has few pairs, and arrays of few numbers are slower than the numbers.


def _shared_terms(comparison: Comparison, weight: float) -> list[float]:
  """Returns the terms of a text with pairs, from `paired_texts` on."""
  gaps = comparison.gap.tolist()
  n, gap = len(gaps), sum(gaps)
  squared = weight * weight
  sensitivity = deviation = math.nan
  if comparison.scores is not None:
    scores = comparison.scores.tolist()
    sensitivity = sum(score - comparison.score for score in scores)
    deviation = _deviation([*scores, comparison.score])
  return [
    weight,
    *[0.0] * len(REASONS),
    1.0,
    weight * n,
    squared * n,
    squared * n * n,
    weight * gap,
    squared * gap * n,
    squared * gap * gap,
    weight * (gap if math.isnan(gap) else max(gaps)),
    weight * sensitivity,
    weight * deviation,
  ]


def _deviation(values: list[float]) -> float:
  mean = sum(values) / len(values)
  return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _threshold_terms(comparison: Comparison, weight: float) -> Iterator[float]:
  """Yields the terms of a text with pairs, those of each threshold in turn."""
  n = len(comparison.gap)
  changed = comparison.changed.sum(axis=1).tolist()
  # NaN scores make no decision, so every sum that they enter becomes NaN.
  unknown = math.nan if math.isnan(sum(comparison.gap.tolist())) else 0.0
  decided = [math.nan] * len(changed)
  if comparison.positive is not None:
    decided = comparison.positive.tolist()
  for positive, flips in zip(decided, changed, strict=True):
    flips += unknown
    yield weight * positive
    yield weight * n * positive
    yield weight * flips * bool(positive)
    yield weight * flips * (not positive)
    yield weight * flips
    yield float(flips > 0)
    yield weight * weight * flips * n
    yield weight * weight * flips * flips


def scored_outputs(
  thresholds: Sequence[float],
  decision: str,
  eval_config: config_pb2.EvalConfig | None,
  model_names: Sequence[str] | None,
  output_names: Sequence[str] | None,
  sub_keys: Sequence[metric_types.SubKey | None] | None,
) -> Iterator[tuple[Scored, metric_types.SubKey | None]]:
  """Yields every model, output and class of a MetricsSpec, with its sub key.

  Args:
    thresholds: Decision thresholds.
    decision: One of `decisions.RULES`.
    eval_config: Configuration that names the baseline.
    model_names: Passed by TFMA; None for a model without a name.
    output_names: Likewise.
    sub_keys: Likewise; only class ids are supported.

  Raises:
    ValueError: If a sub key is not a class id.
  """
  baseline = eval_config and tfma.utils.get_baseline_model_spec(eval_config)
  for sub_key in sub_keys or [None]:
    if sub_key is not None and sub_key.class_id is None:
      raise ValueError(
        f"Expected to binarize by class_ids. Received: {sub_key}, which this metric "
        "does not support."
      )
    rule = DecisionRule(decision, tuple(thresholds), sub_key and sub_key.class_id)
    for output_name in output_names or [""]:
      for model_name in model_names or [""]:
        compared = baseline.name if baseline and model_name != baseline.name else None
        yield Scored(rule, model_name, output_name, compared), sub_key
