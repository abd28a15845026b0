import apache_beam as beam
import pyarrow as pa
import tensorflow_model_analysis as tfma

from clp_tfx.counterfactuals.edits import Edit, edits_to_json
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner
from clp_tfx.tfma import make_eval_config
from clp_tfx.tfma.frequent_terms import (
  FREQUENT_TERMS,
  FrequentTermsExtractor,
  slices_by_term,
)


def batch(*examples):
  """Extracts of a batch; each example has a string per pair, of terms of one letter.

  An underscore stands for a repair, which is of no term.
  """
  rows = [
    [edits_to_json(map(edit, pair)).encode() for pair in pairs] for pairs in examples
  ]
  column = pa.array(rows, pa.large_list(pa.large_binary()))
  batch = pa.RecordBatch.from_arrays([column], ["counterfactual_edits"])
  return {tfma.ARROW_RECORD_BATCH_KEY: batch}


def edit(term):
  return Edit(0, 0, "", term.strip("_"), "", "", "", 1.0)


def test_the_terms_with_the_most_pairs_over_all_batches(tmp_path):
  # Pairs: c 3, a 2, b 2, d 1; of a and b the first in the alphabet.
  # A term that a pair edits twice counts once.
  batches = [
    batch(["c", "c_b"], [], ["d"]),
    batch(["ca", "aa"], ["b__"]),
    batch([]),
  ]
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
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
