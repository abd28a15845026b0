"""The summary: what comes first, what is undefined, and what fits into JSON."""

import json

import numpy as np
import pytest

from clp_tfx.probes.fill import Probe
from clp_tfx.probes.score import ProbeScores
from clp_tfx.probes.summary import summarize

PROBES = [
  Probe("a", "neutral", "self", "t1", "old", "age/older", person="p"),
  Probe("b", "neutral", "self", "t2", "old", "age/older", person="q"),
  Probe(
    "c", "neutral", "self", "t1", "gay", "g/h", person="p", identity_split="training"
  ),
  Probe("d", "shown", "quote", "t3", "gay", "g/h"),
  Probe("e", "hostile", "threat", "t4", "deaf", "disability/hearing"),
]
NONE = np.nan
MODEL = ProbeScores(
  np.array([0.9, 0.5, 0.8, 0.7, 0.6]), np.array([0.5, 0.5, 0.5, NONE, NONE])
)
BASELINE = ProbeScores(
  np.array([0.6, 0.1, 0.2, 0.4, 0.7]), np.array([0.5, 0.1, 0.5, NONE, NONE])
)


def test_without_a_baseline_the_highest_rate_comes_first():
  found = summarize(PROBES, MODEL)
  # gay: 1 of 1; old: 1 of 2; deaf: no neutral sentence.
  assert [row["identity"] for row in found["identities"]] == ["gay", "old", "deaf"]
  gay, old, deaf = found["identities"]
  assert old["group"] == "age/older" and old["held_out"] and not gay["held_out"]
  assert old["neutral_sentences"] == 2 and old["hostile_sentences"] == 0
  # The gaps of old: ln 9 and 0.
  assert old["model"]["logit_gap"] == pytest.approx(np.log(9) / 2)
  assert old["worst"] == {"text": "a", "model_score": 0.9, "baseline_score": None}
  assert gay["baseline"] is None and gay["displacement"] is None
  assert deaf["model"]["false_positive_rate"] is None and deaf["worst"] is None
  assert deaf["model"]["recall"] == 1
  assert found["baseline"] is None and found["max_rise"] is None
  # A sentence that is shown counts in the positive rate: .9, .8, .7, .6 of five.
  assert found["model"]["positive_rate"] == 0.8
  assert found["model"]["false_positive_rate"] == 2 / 3


def test_with_a_baseline_the_largest_rise_comes_first():
  found = summarize(PROBES, MODEL, BASELINE, matched_threshold=0.85)
  # gay rises from 0 to 1, old stays at .5, deaf cannot be compared.
  assert [row["identity"] for row in found["identities"]] == ["gay", "old", "deaf"]
  gay, old, deaf = found["identities"]
  assert gay["displacement"]["rise"] == 1 and old["displacement"]["rise"] == 0
  assert deaf["displacement"] is None
  # The neutral sentence of the largest rise: b by .4, a by .3.
  assert old["worst"] == {"text": "b", "model_score": 0.5, "baseline_score": 0.1}
  # At the second threshold: .9 alone.
  assert found["model"]["matched"]["false_positive_rate"] == 1 / 3
  assert old["model"]["matched"] == {"false_positive_rate": 0.5, "recall": None}


def test_groups_pool_the_identities_of_a_dimension():
  found = summarize(PROBES, MODEL, BASELINE)
  assert [row["group"] for row in found["groups"]] == ["age", "disability", "g"]
  age, disability, _ = found["groups"]
  assert age["neutral_sentences"] == 2 and age["hostile_sentences"] == 0
  assert age["model"]["false_positive_rate"] == 0.5
  assert disability["model"]["recall"] == disability["baseline"]["recall"] == 1
  without = [probe._replace(group="") for probe in PROBES]
  assert summarize(without, MODEL)["groups"] == []


def test_functionalities_in_their_order():
  rows = summarize(PROBES, MODEL, BASELINE)["functionalities"]
  assert [row["functionality"] for row in rows] == ["self", "quote", "threat"]
  assert rows[1] == {
    "functionality": "quote",
    "label": "shown",
    "sentences": 1,
    "model_positive_rate": 1,
    "baseline_positive_rate": 0,
  }


def test_it_is_json():
  for baseline in (None, BASELINE):
    found = summarize(PROBES, MODEL, baseline, matched_threshold=0.7)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_no_probes_at_all():
  found = summarize([], ProbeScores(np.zeros(0), np.zeros(0)))
  assert found["identities"] == found["functionalities"] == []
  assert found["model"]["positive_rate"] is None


def test_hostile_sentences_alone():
  found = summarize(PROBES[4:], ProbeScores(MODEL[0][4:], MODEL[1][4:]))
  assert found["model"]["false_positive_rate"] is None
  assert found["model"]["mean_distance"] is None and found["model"]["auc"] is None
