import functools
import json
import random

import numpy as np

from clp_tfx.counterfactuals.edits import Edit, edits_to_json
from clp_tfx.tfma import COUNTERFACTUAL_PAIRS, COUNTERFACTUAL_PREDICTIONS, WorstFlips
from clp_tfx.tfma.worst_flips import JsonLines


def edit(i):
  return Edit(1, 1, f" {i}", f"t{i}", "g", f"t{i}→", "removal", 0.5)


def extracts(text, score, counterfactual_scores, pairs=None):
  texts = [f"{text} {i}" for i in range(len(counterfactual_scores))]
  pairs = range(len(texts)) if pairs is None else pairs
  return {
    "predictions": np.array([score]),
    COUNTERFACTUAL_PREDICTIONS: np.array(counterfactual_scores)[:, None],
    COUNTERFACTUAL_PAIRS: np.array(pairs),
    "features": {
      "comment_text": np.array([text.encode()], object),
      "counterfactual_text": np.array([t.encode() for t in texts], object),
      "counterfactual_edit": np.array([f"t{i}→".encode() for i in range(9)], object),
      "counterfactual_group": np.array([b"g"] * 9, object),
      "counterfactual_edits": np.array(
        [edits_to_json([edit(i)]).encode() for i in range(9)], object
      ),
    },
  }


def kept(examples, parts=1, **config):
  (computation,) = WorstFlips(**config).computations()
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  elements = [each for one in examples for each in preprocessor.process(one)]
  accumulators = [
    functools.reduce(
      combiner.add_input, elements[i::parts], combiner.create_accumulator()
    )
    for i in range(parts)
  ]
  merged = combiner.merge_accumulators(iter(accumulators))
  (value,) = combiner.extract_output(merged).values()
  text = value.to_proto().bytes_value.decode()
  return [json.loads(line) for line in text.splitlines()]


def test_the_worst_first_and_only_flips():
  flips = kept([extracts("a", 0.75, [0.25, 0.5, 1.0]), extracts("b", 0.25, [1.0])])
  assert [(flip["original"], flip["counterfactual"]) for flip in flips] == [
    ("b", "b 0"),
    ("a", "a 0"),
    ("a", "a 1"),
  ]
  digest = flips[1].pop("digest")
  assert len(digest) == 64
  assert flips[1] == {
    "original": "a",
    "counterfactual": "a 0",
    "edit": "t0→",
    "group": "g",
    "edits": [
      {
        "start": 1,
        "end": 1,
        "replacement": " 0",
        "term": "t0",
        "group": "g",
        "rule": "removal",
        "confidence": 0.5,
      }
    ],
    "original_score": 0.75,
    "counterfactual_score": 0.25,
    "gap": 0.5,
    "flips": True,
    "thresholds": [0.5],
  }


def test_where_nothing_flips_the_widest_gap_of_each_comment():
  # Gaps of .125 and .25, and of .375; none; and one that is not a number.
  examples = [
    extracts("a", 0.0, [0.125, 0.25]),
    extracts("b", 1.0, [0.625]),
    extracts("c", 0.25, [0.25]),
    extracts("d", 0.25, [np.nan]),
  ]
  pairs = kept(examples, parts=2)
  assert [(pair["counterfactual"], pair["gap"]) for pair in pairs] == [
    ("b 0", 0.375),
    ("a 1", 0.25),
  ]
  assert not any(pair["flips"] or pair["thresholds"] for pair in pairs)
  many = [extracts(f"text {i}", 0.0, [i / 64]) for i in range(20)]
  gaps = [pair["gap"] for pair in kept(many, parts=3)]
  assert gaps == [i / 64 for i in range(19, 9, -1)]
  # One flip, and none of them is shown any more.
  (flip,) = kept([*examples, extracts("e", 0.5, [0.5625])])
  assert flip["flips"] and flip["gap"] == 0.0625


def test_a_slice_keeps_what_its_pairs_did():
  (flip,) = kept([extracts("a", 0.75, [0.25, 0.5], pairs=[1])])
  assert (flip["counterfactual"], flip["edit"]) == ("a 1", "t1→")


def test_every_threshold_at_which_it_flips():
  (flip,) = kept([extracts("a", 0.75, [0.25])], thresholds=[0.1, 0.3, 0.7])
  assert flip["thresholds"] == [0.3, 0.7]


def test_bounded_and_the_same_in_any_order():
  examples = [extracts(f"text {i}", 1.0, [0.25] * 3) for i in range(40)]
  first = kept(examples, size=7)
  assert len(first) == 7
  random.Random(0).shuffle(examples)
  assert kept(examples, parts=5, size=7) == first


def test_without_texts_no_word_is_kept():
  one = extracts("secret", 1.0, [0.0])
  # A user's function may put a user's words anywhere.
  rewritten = edits_to_json([edit(0)._replace(replacement="secret")]).encode()
  one["features"]["counterfactual_edits"] = np.array([rewritten], object)
  (flip,) = kept([one], texts=False)
  assert "secret" not in json.dumps(flip)
  assert {"original", "counterfactual"}.isdisjoint(flip)
  (told,) = flip["edits"]
  assert told == {
    "start": 1,
    "end": 1,
    "term": "t0",
    "group": "g",
    "rule": "removal",
    "confidence": 0.5,
  }


def test_pairs_without_edits():
  one = extracts("a", 1.0, [0.0])
  del one["features"]["counterfactual_edits"]
  (flip,) = kept([one])
  assert "edits" not in flip


def test_bytes_that_are_no_text():
  one = extracts("a", 1.0, [0.0])
  # A byte is a character, also where several begin one that is not whole: the places
  # of edits are those of the text that is kept.
  one["features"]["comment_text"] = np.array([b"\xff\n\xe2\x82 he"], object)
  edits = edits_to_json([Edit(5, 7, "\udce2", "he", "g", "", "", 1.0)]).encode()
  one["features"]["counterfactual_edits"] = np.array([edits], object)
  (flip,) = kept([one])
  assert flip["original"] == "\ufffd\n\ufffd\ufffd he"
  (told,) = flip["edits"]
  assert flip["original"][told["start"] : told["end"]] == "he"
  assert told["replacement"] == "\ufffd"


def test_tfma_may_subtract_it():
  lines = JsonLines(["{}"])
  assert (lines - lines).text == (lines / 2.0).text == ""
