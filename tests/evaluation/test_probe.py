"""Models on probes, through their signatures."""

import csv
import json

import pytest

from clp_tfx.errors import InputError
from clp_tfx.evaluation.probe import probe_model

from .models import example_model, text_model

ROWS = [
  ("text", "label", "identity", "functionality", "template"),
  ("I am a gay man.", "ok", "gay", "self", "s1"),  # 0.5
  ("Bad weather, says a gay man.", "ok", "gay", "talk", "t1"),  # 0.875
  ("I am a woman.", "ok", "woman", "self", "s1"),  # 0.25
  ("Bad weather, says a woman.", "ok", "woman", "talk", "t1"),  # 0.625
  ("Gay people are bad.", "hate", "gay", "attack", "a1"),  # 0.875
  ("A woman is bad.", "hate", "woman", "attack", "a1"),  # 0.625
  ("I don't like any woman.", "hate", "woman", "attack", "a2"),  # 0.25
]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  """A model and one whose scores are 0.75 times as high."""
  folder = tmp_path_factory.mktemp("models")
  weaker = text_model(folder / "weaker", outputs=lambda scores: {"p": 0.75 * scores})
  return text_model(folder / "model"), weaker


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
  path = tmp_path_factory.mktemp("suite") / "suite.csv"
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows(ROWS)
  return {
    "probes": str(path),
    "not_toxic": ("ok",),
    "template_column": "template",
  }


def test_figures_by_hand(models, suite):
  model, baseline = models
  found = probe_model(model, baseline=baseline, matched_threshold=0.2, **suite)
  figures = found["model"]
  # Above 0.5: 0.875 and 0.625 of four neutral and of three hostile sentences.
  assert figures["false_positive_rate"] == 0.5
  assert figures["recall"] == pytest.approx(2 / 3)
  assert figures["positive_rate"] == pytest.approx(4 / 7)
  assert figures["mean_distance"] == figures["worst_distance"] == 0
  assert figures["mean_score"] == (0.5 + 0.875 + 0.25 + 0.625) / 4
  # Hostile .875, .625, .25 against .5, .875, .25, .625: 3.5 + 2.5 + 0.5 of 12.
  assert figures["auc"] == pytest.approx(6.5 / 12)
  assert figures["matched"]["false_positive_rate"] == 1
  assert figures["logit_gap"] is None  # The file has no sentences about a person.
  # The baseline's neutral scores: .375, .656, .1875, .469; hostile .656, .469, .1875.
  assert found["baseline"]["false_positive_rate"] == 0.25
  assert found["baseline"]["worst_distance"] == 0.25
  assert found["baseline"]["matched"] is None
  woman, gay = found["identities"]  # The one that lost more comes first.
  assert woman["identity"] == "woman"
  assert woman["displacement"]["rise"] == 0.5 and gay["displacement"]["rise"] == 0
  assert woman["displacement"]["verdict"] == "too little evidence"  # Two templates.
  assert woman["model"]["recall"] == 0.5
  assert woman["worst"] == {
    "text": "Bad weather, says a woman.",
    "model_score": 0.625,
    "baseline_score": 0.75 * 0.625,
  }
  assert found["functionalities"][2] == {
    "functionality": "attack",
    "label": "hostile",
    "sentences": 3,
    "model_positive_rate": pytest.approx(2 / 3),
    "baseline_positive_rate": pytest.approx(1 / 3),
  }
  assert found["groups"] == []  # The file has none.
  json.dumps(found, allow_nan=False)


def test_built_in_probes_without_a_baseline(models):
  found = probe_model(models[0], threshold=0.4)
  assert found["probes"] == "built-in, held_out"
  assert found["templates"] == 204
  # Every sentence about gay people has at least 0.5, and no other word but bad with
  # woman has as much.
  first = found["identities"][0]
  assert first["identity"] == "gay" and first["displacement"] is None
  assert first["model"]["false_positive_rate"] == 1
  assert first["worst"]["baseline_score"] is None
  assert found["baseline"] is None
  # logit(.5) is 0, and without the word the score of nearly every sentence is 0: the
  # gap is that of the smallest score that counts, ln(2 ** 25 - 1), to 0.
  assert first["model"]["logit_gap"] == pytest.approx(17.3, abs=0.5)
  by_name = {row["identity"]: row for row in found["identities"]}
  assert not by_name["gay"]["held_out"] and by_name["black"]["held_out"]
  assert by_name["black"]["model"]["false_positive_rate"] == 0


def test_a_model_that_takes_examples(tmp_path, suite):
  path = example_model(tmp_path / "model", feature="body")
  found = probe_model(path, text_feature="body", **suite)
  assert found["model"]["recall"] == pytest.approx(2 / 3)


def test_a_wrong_baseline_is_named_before_anything_is_scored(models, suite, tmp_path):
  with pytest.raises(InputError, match="nothing does not exist"):
    probe_model(models[0], baseline=str(tmp_path / "nothing"), **suite)
