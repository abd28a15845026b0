import functools
import json
import random

import numpy as np

from clp_tfx.tfma import COUNTERFACTUAL_PAIRS, COUNTERFACTUAL_PREDICTIONS, WorstFlips
from clp_tfx.tfma.worst_flips import JsonLines


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
    "original_score": 0.75,
    "counterfactual_score": 0.25,
    "gap": 0.5,
    "thresholds": [0.5],
  }


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
  (flip,) = kept([extracts("secret", 1.0, [0.0])], texts=False)
  assert "secret" not in json.dumps(flip)
  assert {"original", "counterfactual"}.isdisjoint(flip)


def test_bytes_that_are_no_text():
  one = extracts("a", 1.0, [0.0])
  one["features"]["comment_text"] = np.array([b"\xff\n"], object)
  (flip,) = kept([one])
  assert flip["original"] == "\ufffd\n"


def test_tfma_may_subtract_it():
  lines = JsonLines(["{}"])
  assert (lines - lines).text == (lines / 2.0).text == ""
