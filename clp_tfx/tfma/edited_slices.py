"""Slices by edit: a pair counts in the slices of the groups and terms that it edits.

A slice by `identity_group` contains every comment that mentions the group, with all its
pairs. A slice by `edited_group` contains the same comments, but only with the pairs
that edit the group: a comment with one pair for "gay" and one for "woman" is in both
slices with one pair each, and in the overall slice with both pairs.
"""

import copy
from collections.abc import Iterator
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.slicer import slicer_lib

from clp_tfx import features
from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.counterfactuals.identity_term import groups_with_ancestors
from clp_tfx.errors import InputError
from clp_tfx.tfma.frequent_terms import FREQUENT_TERMS, slicing_specs
from clp_tfx.tfma.left_out import (
  COUNTERFACTUAL_PAIRS,
  feature_values,
  has_pairs,
  left_out_reason,
  pairs_of,
)
from clp_tfx.tfma.pair_scores import readable

EDITED = (features.EDITED_GROUP, features.EDITED_TERM)


def EditedSliceKeyExtractor(
  eval_config: config_pb2.EvalConfig,
) -> tfma.extractors.Extractor:
  """TFMA's extractor of slice keys, with slices by `edited_group` and `edited_term`.

  It replaces TFMA's extractor because metrics are computed right after that stage. If a
  slice has only some of a comment's pairs, the comment's extracts are emitted twice:
  once for the slices with all its pairs, and once with the pairs of that slice. To
  allow for `comments_left_out`, a comment is also in the slices of groups and terms
  that it mentions but none of its pairs edits, without any pairs.

  Args:
    eval_config: Configuration whose slicing specs, including cross slicing specs, may
      name the two as feature keys or feature values, alone or together with features of
      the data. As a feature key, `edited_term` means the terms of
      `FrequentTermsExtractor`.

  Returns:
    Extractor with the stage name of TFMA's extractor.
  """
  plain, edited = [], []
  for spec in slicing_specs(eval_config):
    by_edit = {*spec.feature_keys, *spec.feature_values} & {*EDITED}
    (edited if by_edit else plain).append(spec)
  stripped = copy.deepcopy(eval_config)
  del stripped.cross_slicing_specs[:], stripped.slicing_specs[:]
  stripped.slicing_specs.extend(plain)
  return tfma.extractors.Extractor(
    stage_name=tfma.extractors.SLICE_KEY_EXTRACTOR_STAGE_NAME,
    ptransform=_ExtractSliceKeys(
      tfma.extractors.SliceKeyExtractor(
        eval_config=stripped, materialize=False
      ).ptransform,
      edited,
    ),
  )


class _ExtractSliceKeys(beam.PTransform):
  def __init__(self, plain: beam.PTransform, edited: list[config_pb2.SlicingSpec]):
    super().__init__()
    self._plain = plain
    self._edited = edited

  def expand(self, extracts: beam.PCollection) -> beam.PCollection:
    sliced = extracts | "Plain" >> self._plain
    return sliced | "ByEdit" >> beam.ParDo(_SliceByEdit(self._edited))


class _SliceByEdit(beam.DoFn):
  def __init__(self, specs: list[config_pb2.SlicingSpec]):
    self._specs = [
      (
        tfma.slicer.SingleSliceSpec(spec=spec),
        [name for name in EDITED if name in (*spec.feature_keys, *spec.feature_values)],
        features.EDITED_TERM in spec.feature_keys,
        not spec.feature_values and {*spec.feature_keys} <= {*EDITED},
      )
      for spec in specs
    ]

  def process(self, extracts: tfma.Extracts) -> Iterator[tfma.Extracts]:
    plain = set(np.ravel(extracts[tfma.SLICE_KEY_TYPES_KEY]))
    if not self._specs or not (has_pairs(extracts) or left_out_reason(extracts)):
      yield from _apart(extracts, plain)
      return
    every = tuple(pairs_of(extracts))
    by_pairs = {every: plain}
    for key, pairs in self._slices(extracts):
      by_pairs.setdefault(pairs, set()).add(key)
    for pairs, keys in by_pairs.items():
      places = np.array(pairs, int) if pairs else np.array([-1])
      yield from _apart({**extracts, COUNTERFACTUAL_PAIRS: places}, keys)

  def _slices(self, extracts: tfma.Extracts) -> Iterator[tuple[tuple, tuple[int, ...]]]:
    """Yields slice keys with the pairs in each slice."""
    groups, terms = edited(extracts)
    frequent = {value.decode() for value in extracts.get(FREQUENT_TERMS, ())}
    some_terms = {term: pairs for term, pairs in terms.items() if term in frequent}
    known = extracts.get(tfma.FEATURES_KEY, {})
    for spec, names, by_term, is_alone in self._specs:
      made = {
        features.EDITED_GROUP: groups,
        features.EDITED_TERM: some_terms if by_term else terms,
      }
      for values, pairs in _combinations([made[name] for name in names]):
        if is_alone:  # Most are, and TFMA would look at all features of the data.
          yield tuple(sorted(zip(names, values, strict=True))), pairs
          continue
        assigned = {
          name: np.array([value.encode()], object)
          for name, value in zip(names, values, strict=True)
        }
        for key in slicer_lib.get_slices_for_features_dicts(
          [], {**known, **assigned}, [spec]
        ):
          yield key, pairs


def counts_overall(extracts: tfma.Extracts) -> bool:
  """Returns whether a metric with figures for all groups should count an example.

  Such a metric is computed in the overall slice only: in every other slice it would
  repeat the figures of all groups.

  Args:
    extracts: Extracts of one example. Without `EditedSliceKeyExtractor`, all count.
  """
  return extracts.get(_IS_OVERALL, True)


_IS_OVERALL = "is_overall_slice"
_OVERALL = ()


def _apart(extracts: tfma.Extracts, keys: set[tuple]) -> Iterator[tfma.Extracts]:
  """Yields the extracts for the overall slice, and again for the other slices."""
  for is_overall, some in ((True, keys & {_OVERALL}), (False, keys - {_OVERALL})):
    if some:
      yield {
        **extracts,
        _IS_OVERALL: is_overall,
        tfma.SLICE_KEY_TYPES_KEY: slicer_lib.slice_keys_to_numpy_array(list(some)),
      }


class Edited(NamedTuple):
  """The pairs that edit each group (or one of its subgroups) and each term."""

  groups: dict[str, tuple[int, ...]]
  terms: dict[str, tuple[int, ...]]


def edited(extracts: tfma.Extracts) -> Edited:
  """Returns what the pairs of an example edit.

  Args:
    extracts: Extracts of one example. Terms and groups that it mentions but no pair
      edits get an empty entry, unless its pairs lack edits.

  Raises:
    InputError: If pairs have groups but no edits.
  """
  made = feature_values(extracts, features.COUNTERFACTUAL_EDITS)
  if (
    has_pairs(extracts)
    and not made
    and any(feature_values(extracts, features.COUNTERFACTUAL_GROUP))
  ):
    raise InputError(
      f"Expected pairs with the feature {features.COUNTERFACTUAL_GROUP!r} to have "
      f"{features.COUNTERFACTUAL_EDITS!r} as well, but an example, perhaps made by "
      "version 0.1, has none: run CounterfactualGen again."
    )
  groups: dict[str, set[int]] = {}
  terms: dict[str, set[int]] = {}
  for place in pairs_of(extracts):
    # Pairs from a custom function may have no edits.
    for edit in edits_from_json(made[place]) if place < len(made) else ():
      if edit.group:
        for group in groups_with_ancestors(readable(edit.group)):
          groups.setdefault(group, set()).add(place)
      if edit.term:
        terms.setdefault(readable(edit.term), set()).add(place)
  if has_pairs(extracts) and not made:
    return Edited({}, {})
  return Edited(
    _mentioned(extracts, features.IDENTITY_GROUP) | _in_order(groups),
    _mentioned(extracts, features.IDENTITY_TERM) | _in_order(terms),
  )


def _in_order(found: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
  return {name: tuple(sorted(places)) for name, places in found.items()}


def _mentioned(extracts: tfma.Extracts, name: str) -> dict[str, tuple[int, ...]]:
  # TFMA rejects slices that are not UTF-8.
  return {
    value.decode(errors="replace"): () for value in feature_values(extracts, name)
  }


def _combinations(
  made: list[dict[str, tuple[int, ...]]],
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
  """Yields values of one or two features with the pairs that have all of them."""
  first, *others = made
  for value, pairs in first.items():
    if not others:
      yield (value,), pairs
      continue
    for other, more in others[0].items():
      common = tuple(place for place in pairs if place in more)
      if common or not (pairs or more):
        yield (value, other), common
