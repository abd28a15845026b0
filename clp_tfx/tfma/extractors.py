"""Scores counterfactual texts with the evaluated models, in the same pass."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.utils import model_util

from clp_tfx import features
from clp_tfx.tfma.audit_flips import AuditFlips
from clp_tfx.tfma.audit_pairs import AUDITED, NOTHING_AUDITED, Audit, AuditGenerator
from clp_tfx.tfma.batched_features import rows_of
from clp_tfx.tfma.edited_slices import EditedSliceKeyExtractor
from clp_tfx.tfma.flip_rate import FlipRate
from clp_tfx.tfma.frequent_terms import FrequentTermsExtractor, slices_by_term
from clp_tfx.tfma.left_out import COUNTERFACTUAL_PAIRS
from clp_tfx.tfma.pair_scores import COUNTERFACTUAL_PREDICTIONS
from clp_tfx.tfma.placebo_flips import (
  PLACEBO_PLACES,
  PlaceboFlips,
  placebo_places,
  placebo_texts,
)

_BATCH_SIZE = 512
_Features = Mapping[str, tf.train.Feature]  # Of one example; each look at it costs.


def counterfactual_extractors(
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
  eval_config: config_pb2.EvalConfig,
  tensor_adapter_config: Any = None,
) -> list[tfma.extractors.Extractor]:
  """Returns TFMA's default extractors together with those that FlipRate needs.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> config = make_eval_config(max_flip_rate=0.05)
    >>> model = tfma.default_eval_shared_model("model", eval_config=config)
    >>> names = [each.stage_name for each in counterfactual_extractors(model, config)]
    >>> "ExtractCounterfactualPredictions" in names
    True

  Args:
    eval_shared_model: The model, or the candidate and the baseline.
    eval_config: Configuration with a FlipRate metric, as from `make_eval_config`.
    tensor_adapter_config: Passed by TFX.

  Returns:
    The defaults, with `CounterfactualPredictionsExtractor` where extracts are still
    batched, and with slices by `edited_group` and `edited_term`.

  Raises:
    ValueError: If no FlipRate metric is configured.
  """
  extractors = tfma.default_extractors(
    eval_shared_model=eval_shared_model,
    eval_config=eval_config,
    tensor_adapter_config=tensor_adapter_config,
  )
  names = [extractor.stage_name for extractor in extractors]
  slices = names.index(tfma.extractors.SLICE_KEY_EXTRACTOR_STAGE_NAME)
  extractors[slices] = EditedSliceKeyExtractor(eval_config)
  extractors.insert(
    names.index(tfma.extractors.UnbatchExtractor().stage_name),
    CounterfactualPredictionsExtractor(eval_config, eval_shared_model),
  )
  max_terms = flip_rate_metric(eval_config).max_terms
  if slices_by_term(eval_config):
    extractors.insert(0, FrequentTermsExtractor(max_terms))
  return extractors


def CounterfactualPredictionsExtractor(
  eval_config: config_pb2.EvalConfig,
  eval_shared_model: tfma.types.MaybeMultipleEvalSharedModels,
) -> tfma.extractors.Extractor:
  """Adds the scores of every example's counterfactuals to its extracts.

  A counterfactual is scored as a copy of its example in which the text feature, and
  those that were edited together with it, are replaced and the features that hold
  counterfactuals are removed. It is scored by the same signature as the example,
  whether that takes serialised examples or named features. The texts of a batch are
  scored together, up to 512 at a time. If there is an AuditFlips metric, the pairs of
  its lexicon are generated here; those that are not among the example's counterfactuals
  are scored too. So are placebos, if there is a PlaceboFlips metric.

  Example:
    >>> import tensorflow_model_analysis as tfma
    >>> config = make_eval_config(max_flip_rate=0.05)
    >>> model = tfma.default_eval_shared_model("model", eval_config=config)
    >>> CounterfactualPredictionsExtractor(config, model).stage_name
    'ExtractCounterfactualPredictions'

  Args:
    eval_config: Configuration whose model specs name the models and their signatures,
      and whose FlipRate metric names the text feature that `COUNTERFACTUAL_TEXT`
      replaces.
    eval_shared_model: The model, or the candidate and the baseline.

  Returns:
    Extractor that adds `COUNTERFACTUAL_PREDICTIONS`, `COUNTERFACTUAL_PAIRS` and, for an
    audit, `AUDITED`, for placebos `PLACEBO_PLACES`.

  Raises:
    ValueError: If no FlipRate metric is configured.
  """
  models = tfma.utils.verify_and_update_eval_shared_models(eval_shared_model)
  specs = list(eval_config.model_specs)
  predict = model_util.ModelSignaturesDoFn(
    model_specs=specs,
    eval_shared_models={model.model_name: model for model in models},
    output_keypath=[tfma.PREDICTIONS_KEY],
    signature_names={
      "" if len(specs) == 1 else spec.name: [spec.signature_name] for spec in specs
    },
    prefer_dict_outputs=False,
  )
  return tfma.extractors.Extractor(
    stage_name="ExtractCounterfactualPredictions",
    ptransform=beam.ParDo(
      _ScoreCounterfactuals(
        predict,
        flip_rate_metric(eval_config).text_feature,
        _audit(eval_config),
        has_placebos=any(_configs(eval_config, PlaceboFlips)),
      )
    ),
  )


def flip_rate_metric(eval_config: config_pb2.EvalConfig) -> FlipRate:
  """Returns the first FlipRate metric of a configuration.

  Raises:
    ValueError: If there is none.
  """
  for config in _configs(eval_config, FlipRate):
    return FlipRate(**config)
  raise ValueError("Expected a FlipRate metric in the EvalConfig. Received none.")


def _audit(eval_config: config_pb2.EvalConfig) -> Audit | None:
  for config in _configs(eval_config, AuditFlips):
    return Audit(**config["audit"])
  return None


def _configs(
  eval_config: config_pb2.EvalConfig, metric_class: type
) -> Iterator[dict[str, Any]]:
  """Yields the arguments of each metric of a class."""
  for spec in eval_config.metrics_specs:
    for metric in spec.metrics:
      if metric.class_name == metric_class.__name__:
        yield json.loads("{" + metric.config + "}")


class _Copy(NamedTuple):
  """A copy of an example: serialised, and the values of its edited features."""

  example: bytes
  edited: dict[str, bytes]


class _ScoreCounterfactuals(beam.DoFn):
  """Builds batches of counterfactuals and scores them with TFMA's own predictor."""

  def __init__(
    self,
    predict: model_util.ModelSignaturesDoFn,
    text_feature: str,
    audit: Audit | None,
    has_placebos: bool,
  ):
    self._predict = predict
    self._text_feature = text_feature
    self._audit = audit
    self._has_placebos = has_placebos

  def setup(self) -> None:
    self._predict.setup()
    self._auditor = AuditGenerator(self._audit) if self._audit else None

  def finish_bundle(self) -> None:
    self._predict.finish_bundle()

  def process(self, extracts: tfma.Extracts) -> Iterator[tfma.Extracts]:
    inputs = np.ravel(extracts[tfma.INPUT_KEY])
    examples = [tf.train.Example.FromString(each) for each in inputs]
    known = [example.features.feature for example in examples]
    own = [_values(each, features.COUNTERFACTUAL_TEXT) for each in known]
    originals = [self._original(each) for each in known]
    texts, audited = self._with_audit(originals, own)
    placebos = self._add_placebos(known, originals, texts)
    own_counts, counts = (np.array([*map(len, each)], int) for each in (own, texts))
    # At least one place, so that the arrays always have the shape of scores.
    places = np.arange(max(counts.max(initial=0), 1))
    rows = np.repeat(np.arange(len(counts)), counts)
    flat = [text for some in texts for text in some]
    copies = [
      each
      for example, some in zip(examples, texts, strict=True)
      if some
      for each in _copies(example, some, self._text_feature)
    ]
    # Texts of similar length together: a model pads those of a batch to the longest.
    by_length = sorted(range(len(flat)), key=lambda place: len(flat[place]))
    scores = [
      self._score(extracts, rows[some], [copies[i] for i in some])
      for some in (by_length[at] for at in _slices(len(flat)))
    ]
    like = extracts[tfma.PREDICTIONS_KEY]
    yield {
      **extracts,
      **({AUDITED: np.array(audited, object)} if self._auditor else {}),
      **({PLACEBO_PLACES: placebos} if self._has_placebos else {}),
      COUNTERFACTUAL_PAIRS: np.where(places < own_counts[:, None], places, -1),
      COUNTERFACTUAL_PREDICTIONS: _scattered(
        like, scores, by_length, places < counts[:, None]
      ),
    }

  def _original(self, known: _Features) -> bytes:
    # CounterfactualGen requires one value; without a text there are no mentions.
    return b"".join(_values(known, self._text_feature)[:1])

  def _with_audit(
    self, texts: list[bytes], own: list[list[bytes]]
  ) -> tuple[list[list[bytes]], list[bytes]]:
    """Returns the texts to score for each example, and the values of `AUDITED`."""
    if not self._auditor:
      return [[*some] for some in own], []
    joined, audited = [], []
    for some, audit in zip(own, self._auditor.outcomes(texts), strict=True):
      # The two lexicons often give the same text, which is scored once.
      every = [*some, *(text for text in audit.texts if text not in some)]
      joined.append(every)
      places = [every.index(text) for text in audit.texts]
      audited.append(audit.described(places) if audit.names else NOTHING_AUDITED)
    return joined, audited

  def _add_placebos(
    self,
    known: list[_Features],
    originals: list[bytes],
    texts: list[list[bytes]],
  ) -> np.ndarray:
    """Adds the placebos to the texts to score; returns the `PLACEBO_PLACES`."""
    places: list[list[int | None]] = [[] for _ in texts]
    for row, each in enumerate(known if self._has_placebos else ()):
      if edits := _values(each, features.COUNTERFACTUAL_EDITS):
        some, terms = texts[row], _values(each, features.IDENTITY_TERM)
        made = placebo_texts(originals[row], edits, terms)
        some += dict.fromkeys(text for text in made if text and text not in some)
        places[row] = [some.index(text) if text else None for text in made]
    return placebo_places(places)

  def _score(
    self,
    extracts: tfma.Extracts,
    rows: np.ndarray,
    copies: list[_Copy],
  ) -> Any:
    """Returns the predictions for a batch of counterfactuals, shaped as by TFMA."""
    known = {
      name: taken
      for name, values in extracts.get(tfma.FEATURES_KEY, {}).items()
      if (taken := rows_of(values, rows)) is not None
    }
    batch = {
      tfma.INPUT_KEY: np.array([each.example for each in copies], dtype=object),
      tfma.FEATURES_KEY: known
      | {
        name: np.array([each.edited[name] for each in copies], object)[:, np.newaxis]
        for name in copies[0].edited
      },
    }
    (scored,) = self._predict.process(batch)
    return scored[tfma.PREDICTIONS_KEY]


def _values(known: _Features, name: str) -> list[bytes]:
  return list(known[name].bytes_list.value) if name in known else []


def _copies(
  example: tf.train.Example, texts: list[bytes], text_feature: str
) -> Iterator[_Copy]:
  """Yields copies of an example with each text; modifies the example.

  The first texts are those of its counterfactuals, which may edit other features, too.
  """
  values = example.features.feature
  others = {
    name: _values(values, features.counterfactual_of(name))
    for name in features.edited_together(values)
  }
  own = {name: b"".join(_values(values, name)[:1]) for name in others}
  for name in (
    features.COUNTERFACTUAL_TEXT,
    features.COUNTERFACTUAL_GROUP,
    features.COUNTERFACTUAL_EDIT,
    features.COUNTERFACTUAL_EDITS,
    *map(features.counterfactual_of, others),
  ):
    values.pop(name, None)
  for place, text in enumerate(texts):
    edited = {
      name: made[place] if place < len(made) else own[name]
      for name, made in others.items()
    }
    # What is blank stays blank.
    changed = {name: value for name, value in edited.items() if value or own[name]}
    for name, value in ({text_feature: text} | changed).items():
      values[name].bytes_list.value[:] = [value]
    yield _Copy(example.SerializeToString(), {text_feature: text} | edited)


def _slices(size: int) -> Iterator[slice]:
  for start in range(0, size, _BATCH_SIZE):
    yield slice(start, start + _BATCH_SIZE)


def _scattered(
  like: Any, chunks: list[Any], places: list[int], where: np.ndarray
) -> Any:
  """Arranges the scores of all pairs by example.

  Args:
    like: Predictions for the originals: an array, or dicts of arrays by model and
      output.
    chunks: Predictions for the pairs, in the same form and in batches.
    places: Place of each of them among the pairs.
    where: Whether there is a pair, shape `[batch, K]`.

  Returns:
    Scores of shape `[batch, K, num_scores]`, NaN where there is no pair, or dicts of
    such arrays.
  """
  if isinstance(like, dict):
    return {
      name: _scattered(each, [chunk[name] for chunk in chunks], places, where)
      for name, each in like.items()
    }
  num_scores = int(np.prod(np.shape(like)[1:]))
  scattered = np.full([*where.shape, num_scores], np.nan)
  if chunks:
    flat = [np.reshape(chunk, [len(chunk), num_scores]) for chunk in chunks]
    in_order = np.empty([len(places), num_scores])
    in_order[places] = np.concatenate(flat)
    scattered[where] = in_order
  return scattered
