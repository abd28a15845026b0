import csv
import dataclasses
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from clp_tfx.cli.sweep import _BOUNDS, _print
from clp_tfx.options import names_of
from clp_tfx.sweep import trainings as trainings_module
from clp_tfx.sweep.bounds import Bounds, RatingBounds
from clp_tfx.sweep.candidates import CONTROL, grid
from clp_tfx.sweep.measures import Scores
from clp_tfx.sweep.sweep import run_sweep
from clp_tfx.sweep.trainings import Trainings
from clp_tfx.training.hparams import HParams

pytestmark = pytest.mark.e2e

BOUNDS = Bounds(
  max_flip_rate=1.0,
  max_auc_drop=1.0,
  min_auc=0.0,
  min_positive_ratio=0.0,
  max_positive_ratio=0.0,
  decision_threshold=0.5,
  gate_on="upper_bound",
  min_pairs=8,
)


def trainings(prepared, folder, **hparams):
  defaults = {"epochs": 1, "batch_size": 8, "model_fn": "bag_of_embeddings"}
  return Trainings(prepared, HParams(**{**defaults, **hparams}), folder, "code")


def test_the_command_takes_the_bounds_that_are_used():
  used = {*names_of(Bounds), *names_of(RatingBounds)}
  assert set(_BOUNDS) == used - {"flip_tolerance"}  # Not of the gate.


@pytest.fixture(scope="module")
def swept(prepared, tmp_path_factory):
  folder = tmp_path_factory.mktemp("sweep")
  found = trainings(prepared, folder / "trainings")
  return folder, run_sweep(found, grid((0.5,), ("mse",)), [7], BOUNDS, folder)


def test_what_a_sweep_writes(swept):
  folder, result = swept
  assert json.loads((folder / "sweep.json").read_text()) == result
  names = ["control", "clp-mse-0.5", "blindness", "augmentation"]
  assert [row["name"] for row in result["eval"]] == names
  with open(folder / "sweep.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  assert [row["name"] for row in rows] == names
  assert float(rows[1]["auc_mean"]) == result["eval"][1]["auc"]["mean"]
  assert ET.parse(folder / "sweep.svg").getroot().get("role") == "img"
  # 8 pairs; a blind model sees both texts of each as one.
  blind = result["eval"][2]
  assert blind["pairs"]["mean"] == 8
  assert blind["flip_rate"]["mean"] == 0
  assert blind["score_gap"]["mean"] == pytest.approx(0, abs=1e-6)
  assert result["eval"][0]["score_gap"]["mean"] > 1e-4
  # Plain training meets such wide bounds; only the chosen model has test figures.
  assert result["recommended"] == "control"
  assert [row["name"] for row in result["test"]] == ["control"]
  # All splits have the same comments, so saved weights must give the same scores.
  assert result["test"][0]["auc"] == result["eval"][0]["auc"]
  assert result["test"][0]["score_gap"]["mean"] == pytest.approx(
    result["eval"][0]["score_gap"]["mean"], rel=1e-5
  )


def test_a_second_sweep_trains_nothing(swept, prepared, monkeypatch):
  folder, result = swept
  monkeypatch.setattr(trainings_module, "fit", None)
  again = trainings(prepared, folder / "trainings")
  assert run_sweep(again, grid((0.5,), ("mse",)), [7], BOUNDS, folder) == result
  # Bounds do not affect a training.
  tight = dataclasses.replace(BOUNDS, max_flip_rate=0.0, decision_threshold=0.99)
  run_sweep(again, grid((0.5,), ("mse",)), [7], tight, folder)


def test_an_interrupted_sweep_goes_on_with_what_is_missing(swept, prepared):
  folder, _ = swept
  again = trainings(prepared, folder / "trainings")
  assert again.is_done(CONTROL, 7)
  assert not again.is_done(CONTROL, 8)
  # Weights without a result next to them: killed while scoring.
  (done,) = (folder / "trainings").glob("control-7-*.json")
  kept = done.read_text()
  done.unlink()
  assert not again.is_done(CONTROL, 7)
  again.train(CONTROL, 7)
  found, expected = (json.loads(text)["scores"] for text in (done.read_text(), kept))
  for name, values in expected.items():
    assert found[name] == pytest.approx(values, abs=1e-5)


class Given:
  """Scores that are there: of a split of one class, or without pairs."""

  def __init__(self, label, pairs):
    rows = np.arange(pairs)
    self._scores = Scores(
      np.linspace(0.1, 0.9, 10), label, np.ones(10), np.full(pairs, 0.2), rows
    )

  def is_done(self, candidate, seed):
    return True

  def scores(self, candidate, seed, split):
    return {"": self._scores}


@pytest.mark.parametrize(
  ("given", "undefined"),
  [
    (Given(np.ones(10), 10), "auc"),
    (Given(np.arange(10) % 2.0, 0), "flip_rate"),
  ],
)
def test_what_is_undefined_is_written_and_recommends_nothing(
  given, undefined, tmp_path, capsys
):
  result = run_sweep(given, grid((0.5,), ("mse",)), [7, 8], BOUNDS, tmp_path)
  assert result["recommended"] is None
  assert result["test"] == []
  assert "None can be recommended" in result["reason"]
  assert "NaN" not in (tmp_path / "sweep.json").read_text()
  assert json.loads((tmp_path / "sweep.json").read_text()) == result
  for row in result["eval"]:
    assert row[undefined] == {"mean": None, "deviation": None}
    assert row["passes"] == 0
  with open(tmp_path / "sweep.csv", newline="", encoding="utf-8") as file:
    assert [row[f"{undefined}_mean"] for row in csv.DictReader(file)] == [""] * 4
  assert ET.parse(tmp_path / "sweep.svg").getroot().get("role") == "img"
  _print(result, tmp_path)
  assert "None can be recommended" in capsys.readouterr().out


def test_another_base_model_under_the_same_name_trains_anew(
  prepared, tmp_path, monkeypatch
):
  base = tmp_path / "base.keras"
  base.write_bytes(b"one")
  first = trainings(prepared, tmp_path, base_model=str(base))
  path = first._path(CONTROL, 7, ".json")
  path.write_text("{}")
  assert trainings(prepared, tmp_path, base_model=str(base)).is_done(CONTROL, 7)
  copy = tmp_path / "copy.keras"
  copy.write_bytes(b"one")
  assert trainings(prepared, tmp_path, base_model=str(copy)).is_done(CONTROL, 7)
  base.write_bytes(b"two")
  assert not trainings(prepared, tmp_path, base_model=str(base)).is_done(CONTROL, 7)
  monkeypatch.setattr(trainings_module.keras, "__version__", "other")
  assert not trainings(prepared, tmp_path, base_model=str(copy)).is_done(CONTROL, 7)


def test_other_hyperparameters_data_or_code_train_anew(swept, prepared, tmp_path):
  folder, _ = swept
  assert not trainings(prepared, folder / "trainings", epochs=2).is_done(CONTROL, 7)
  # The scores that are kept are the same at any threshold.
  elsewhere = trainings(prepared, folder / "trainings", decision_threshold=0.25)
  assert elsewhere.is_done(CONTROL, 7)
  hparams = HParams(epochs=1, batch_size=8, model_fn="bag_of_embeddings")
  other_code = Trainings(prepared, hparams, folder / "trainings", "other")
  assert not other_code.is_done(CONTROL, 7)
  assert prepared.digest() == prepared.digest()
  other = prepared._replace(examples=str(tmp_path))
  assert other.digest() != prepared.digest()
