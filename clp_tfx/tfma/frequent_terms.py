"""Chooses the terms that get a slice: a limited number with the most pairs."""

from collections.abc import Iterable, Iterator

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx import features
from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.tfma.pair_scores import readable

FREQUENT_TERMS = "frequent_terms"
"""Extracts key of the terms that get a slice: bytes, the same for every example."""


def FrequentTermsExtractor(max_terms: int) -> tfma.extractors.Extractor:
  """Adds the terms that are edited by the most pairs to the extracts.

  The terms are known only once all examples have been seen, and Beam stores the
  extracts until then. The extractor therefore runs first, when they are still Arrow
  record batches, which are cheap to store.

  Args:
    max_terms: Maximum number of terms; ties are broken alphabetically.

  Returns:
    Extractor that adds `FREQUENT_TERMS`.
  """
  return tfma.extractors.Extractor(
    stage_name="ExtractFrequentTerms",
    ptransform=_ExtractFrequentTerms(max_terms),
  )


def slicing_specs(
  eval_config: config_pb2.EvalConfig,
) -> Iterator[config_pb2.SlicingSpec]:
  """Yields every slicing spec, including those of cross slices."""
  yield from eval_config.slicing_specs
  for cross in eval_config.cross_slicing_specs:
    yield cross.baseline_spec
    yield from cross.slicing_specs


def slices_by_term(eval_config: config_pb2.EvalConfig) -> bool:
  """Returns whether `edited_term` is a feature key, so that terms must be chosen."""
  return any(
    features.EDITED_TERM in spec.feature_keys for spec in slicing_specs(eval_config)
  )


class _ExtractFrequentTerms(beam.PTransform):
  def __init__(self, max_terms: int):
    super().__init__()
    self._max_terms = max_terms

  def expand(self, extracts: beam.PCollection) -> beam.PCollection:
    terms = (
      extracts
      | "Terms" >> beam.FlatMap(_terms_of_batch)
      | "CountPairs" >> beam.combiners.Count.PerElement()
      | "MostPairs" >> beam.CombineGlobally(_MostPairs(self._max_terms))
    )
    return extracts | "Add" >> beam.Map(_add_terms, beam.pvalue.AsSingleton(terms))


class _MostPairs(beam.CombineFn):
  """The terms with the most pairs; ties are broken alphabetically."""

  def __init__(self, max_terms: int):
    self._max_terms = max_terms

  def create_accumulator(self) -> list[tuple[int, str]]:
    return []

  def add_input(
    self, accumulator: list[tuple[int, str]], element: tuple[str, int]
  ) -> list[tuple[int, str]]:
    term, count = element
    return self._first([*accumulator, (-count, term)])

  def merge_accumulators(
    self, accumulators: Iterable[list[tuple[int, str]]]
  ) -> list[tuple[int, str]]:
    return self._first([each for some in accumulators for each in some])

  def extract_output(self, accumulator: list[tuple[int, str]]) -> list[str]:
    return [term for _, term in accumulator]

  def _first(self, counted: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(counted)[: self._max_terms]


def _terms_of_batch(extracts: tfma.Extracts) -> Iterator[str]:
  """Yields each term once for every pair that edits it."""
  batch = extracts[tfma.ARROW_RECORD_BATCH_KEY]
  if features.COUNTERFACTUAL_EDITS not in batch.schema.names:
    return
  for edits in batch[features.COUNTERFACTUAL_EDITS].flatten().to_pylist():
    terms = {edit.term for edit in edits_from_json(edits)}
    yield from map(readable, terms - {""})


def _add_terms(extracts: tfma.Extracts, terms: list[str]) -> tfma.Extracts:
  # TFMA splits batches along the first axis, so the same row is repeated. The empty
  # term, which no pair edits, keeps rows from having no columns.
  row = np.array([b"", *(term.encode() for term in terms)], object)
  size = extracts[tfma.ARROW_RECORD_BATCH_KEY].num_rows
  return {**extracts, FREQUENT_TERMS: np.broadcast_to(row, (size, len(row)))}
