import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma

from clp_tfx.tfma import make_eval_config
from clp_tfx.tfma.frequent_terms import (
  FREQUENT_TERMS,
  FrequentTermsExtractor,
  slices_by_term,
  terms_by_pair,
)


def batch(edits, terms):
  """Extracts of a batch; each example has a list of edits and of terms."""

  def rows(lists):
    return tfma.types.VarLenTensorValue.from_dense_rows(
      [np.array([text.encode() for text in one], object) for one in lists]
    )

  return {
    tfma.INPUT_KEY: np.array([b"example"] * len(edits), object),
    "features": {"counterfactual_edit": rows(edits), "identity_term": rows(terms)},
  }


def test_terms_are_left_sides_that_the_lexicon_found():
  edits = ["woman→man;an→a", "woman→;black→", "→"]
  assert terms_by_pair([edit.encode() for edit in edits], [b"woman", b"black"]) == [
    {"woman"},
    {"woman", "black"},
    set(),
  ]


def test_the_terms_with_the_most_pairs_over_all_batches(tmp_path):
  # Pairs: c 3, a 2, b 2, d 1; a comes before b alphabetically.
  batches = [
    batch([["c→", "c→;b→"], [], ["d→"]], [["b", "c"], [], ["d"]]),
    batch([["c→;a→", "a→"], ["b→;x→"]], [["a", "c"], ["b"]]),
    batch([[]], [[]]),
  ]
  with beam.Pipeline() as pipeline:
    _ = (
      pipeline
      | beam.Create(batches)
      | FrequentTermsExtractor(max_terms=2).ptransform
      | beam.Map(lambda one: str(one[FREQUENT_TERMS].tolist()))
      | beam.io.WriteToText(str(tmp_path / "terms"), num_shards=1)
    )
  (path,) = tmp_path.glob("terms*")
  row = [b"", b"c", b"a"]
  assert sorted(path.read_text().splitlines()) == sorted(
    str([row] * size) for size in (3, 2, 1)
  )


def test_only_where_slices_are_by_every_term():
  assert slices_by_term(make_eval_config())
  assert not slices_by_term(make_eval_config(slice_features=["edited_group"]))
