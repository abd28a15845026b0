import json

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.counterfactuals.edits import Edit, edits_to_json
from clp_tfx.errors import InputError
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner
from clp_tfx.tfma import COUNTERFACTUAL_PAIRS
from clp_tfx.tfma.edited_slices import EditedSliceKeyExtractor, edited
from clp_tfx.tfma.frequent_terms import FREQUENT_TERMS


def edits(*terms_and_groups):
  """Returns the edits of a pair as they are stored."""
  return edits_to_json(
    [Edit(0, 0, "", term, group, "", "", 1.0) for term, group in terms_and_groups]
  )


def extracts(pairs=(), terms=(), mentioned=(), skipped=(), country=b"de"):
  def values(texts):
    return np.array([text.encode() for text in texts], object)

  return {
    "features": {
      "counterfactual_text": values(f"text {i}" for i in range(len(pairs))),
      "counterfactual_edits": values(pairs),
      "counterfactual_skipped": values(skipped),
      "identity_term": values(terms),
      "identity_group": values(mentioned),
      "country": np.array([country], object),
    },
    COUNTERFACTUAL_PAIRS: np.arange(len(pairs)) if pairs else np.array([-1]),
  }


WOMAN, BLACK, REPAIR = ("woman", "gender/female"), ("black", "race/black"), ("", "")
TWO_PAIRS = extracts([edits(WOMAN), edits(WOMAN, REPAIR, BLACK, WOMAN)])


def test_a_pair_counts_for_each_term_and_in_every_group_at_both_levels():
  # What repairs an article is of no term.
  assert edited(TWO_PAIRS) == (
    {
      "gender": (0, 1),
      "gender/female": (0, 1),
      "race": (1,),
      "race/black": (1,),
    },
    {"woman": (0, 1), "black": (1,)},
  )


def test_only_pairs_that_count():
  second = TWO_PAIRS | {COUNTERFACTUAL_PAIRS: np.array([1, -1])}
  assert edited(second).terms == {"woman": (1,), "black": (1,)}


def test_a_text_left_out_is_told_by_what_it_mentions():
  left_out = extracts(
    skipped=["pejorative"], mentioned=["so", "so/gay"], terms=["slur"]
  )
  assert edited(left_out) == ({"so": (), "so/gay": ()}, {"slur": ()})


def test_pairs_of_which_nothing_is_known_have_no_groups():
  found = extracts([edits(), edits(("", "x"))])
  assert edited(found) == ({"x": (1,)}, {})
  del found["features"]["counterfactual_edits"]
  assert edited(found) == ({}, {})


def test_pairs_with_groups_but_no_edits_are_refused():
  # Version 0.1 made them; slices by group would silently be empty.
  found = extracts([edits()])
  found["features"]["counterfactual_edits"] = np.array([], object)
  found["features"]["counterfactual_group"] = np.array([b"gender/female"], object)
  with pytest.raises(InputError, match="'counterfactual_edits' as well.*again"):
    edited(found)


def test_bytes_that_are_no_text_do_not_stop_an_evaluation():
  found = extracts([edits(("\udcff", "\udcff/a"))])
  assert edited(found) == ({"\ufffd": (0,), "\ufffd/a": (0,)}, {"\ufffd": (0,)})


def as_json(one):
  keys = sorted(one[tfma.SLICE_KEY_TYPES_KEY].tolist())
  return json.dumps([keys, one[COUNTERFACTUAL_PAIRS].tolist()])


def sliced(tmp_path, examples, specs):
  """Runs the extractor; returns slice keys and their pairs, sorted by pairs."""
  config = config_pb2.EvalConfig(slicing_specs=specs)
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    _ = (
      pipeline
      | beam.Create(examples)
      | EditedSliceKeyExtractor(config).ptransform
      | beam.Map(as_json)
      | beam.io.WriteToText(str(tmp_path / "sliced"), num_shards=1)
    )
  (path,) = tmp_path.glob("sliced*")
  made = [
    ({tuple(map(tuple, key)) for key in keys}, pairs)
    for keys, pairs in map(json.loads, path.read_text().splitlines())
  ]
  return sorted(made, key=lambda one: (one[1], len(one[0])))


WHOLE = config_pb2.SlicingSpec()
BY_GROUP = config_pb2.SlicingSpec(feature_keys=["edited_group"])
BY_TERM = config_pb2.SlicingSpec(feature_keys=["edited_term"])


def test_a_slice_holds_the_pairs_that_made_the_edit(tmp_path):
  by_country = config_pb2.SlicingSpec(feature_keys=["country"])
  made = sliced(tmp_path, [TWO_PAIRS], [WHOLE, by_country, BY_GROUP])
  assert made == [
    ({()}, [0, 1]),
    (
      {
        (("country", "de"),),
        (("edited_group", "gender"),),
        (("edited_group", "gender/female"),),
      },
      [0, 1],
    ),
    ({(("edited_group", "race"),), (("edited_group", "race/black"),)}, [1]),
  ]


def test_only_frequent_terms_make_slices_unless_one_is_named(tmp_path):
  examples = [
    extracts([edits(("a", "g"))]),
    extracts([edits(("b", "g"))]),
    extracts(),
  ]
  frequent = {FREQUENT_TERMS: np.array([b"", b"b"], object)}
  named = config_pb2.SlicingSpec(feature_values={"edited_term": "a"})
  made = sliced(tmp_path, [one | frequent for one in examples], [WHOLE, BY_TERM, named])
  assert sorted(made, key=lambda one: (one[1], sorted(one[0]))) == [
    ({()}, [-1]),
    ({()}, [0]),
    ({()}, [0]),
    ({(("edited_term", "a"),)}, [0]),
    ({(("edited_term", "b"),)}, [0]),
  ]


def test_a_named_group_crossed_with_a_term_and_a_feature(tmp_path):
  cross = config_pb2.SlicingSpec(
    feature_keys=["edited_term", "country"], feature_values={"edited_group": "race"}
  )
  frequent = {FREQUENT_TERMS: np.array([b"", b"woman", b"black"], object)}
  made = sliced(tmp_path, [TWO_PAIRS | frequent], [WHOLE, cross])
  country, race = ("country", "de"), ("edited_group", "race")
  assert made == [
    ({()}, [0, 1]),
    ({(country, race, ("edited_term", term)) for term in ("black", "woman")}, [1]),
  ]


@pytest.mark.parametrize("specs", [[], [BY_GROUP]])
def test_the_whole_is_a_slice_of_its_own(tmp_path, specs):
  ((keys, pairs), *_) = sliced(tmp_path, [extracts([edits(("", "g"))])], specs)
  assert () in keys
  assert pairs == [0]
