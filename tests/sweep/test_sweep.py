import csv
import json
import xml.etree.ElementTree as ET

import pytest

from clp_tfx.sweep import trainings as trainings_module
from clp_tfx.sweep.candidates import CONTROL, grid
from clp_tfx.sweep.sweep import Bounds, run_sweep
from clp_tfx.sweep.trainings import Trainings
from clp_tfx.training.hparams import HParams

pytestmark = pytest.mark.e2e

BOUNDS = Bounds(max_flip_rate=1.0, max_auc_drop=1.0, decision_threshold=0.5)


def trainings(prepared, folder, **hparams):
  defaults = {"epochs": 1, "batch_size": 8, "model_fn": "bag_of_embeddings"}
  return Trainings(prepared, HParams(**{**defaults, **hparams}), folder, "code")


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
  tight = Bounds(max_flip_rate=0.0, max_auc_drop=0.0, decision_threshold=0.99)
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
