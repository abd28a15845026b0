import dataclasses
import shutil

import pytest

from clp_tfx.training.digest import training_digest
from clp_tfx.training.hparams import HParams


@pytest.fixture
def arguments(tmp_path):
  for name in ("train", "eval"):
    (tmp_path / name).mkdir()
    (tmp_path / name / "part-0").write_text(name)
  (tmp_path / "transform" / "assets").mkdir(parents=True)
  (tmp_path / "transform" / "assets" / "tokens").write_text("a")
  return {
    "train_files": [f"{tmp_path}/train/*"],
    "eval_files": [f"{tmp_path}/eval/*"],
    "hparams": HParams(),
    "transform_folder": f"{tmp_path}/transform",
  }


def test_it_goes_by_contents_not_by_places(arguments, tmp_path):
  digest = training_digest(**arguments)
  for name in ("train", "eval", "transform"):
    shutil.move(tmp_path / name, tmp_path / f"{name}_moved")
  hparams = HParams(checkpoint_dir="elsewhere", checkpoint_steps=7)
  assert digest == training_digest(
    [f"{tmp_path}/train_moved/*"],
    [f"{tmp_path}/eval_moved/*"],
    hparams,
    f"{tmp_path}/transform_moved",
  )


@pytest.mark.parametrize(
  "file", ["train/part-0", "eval/part-0", "transform/assets/tokens"]
)
def test_any_change_of_the_contents_shows(arguments, tmp_path, file):
  digest = training_digest(**arguments)
  (tmp_path / file).write_text("x")
  assert training_digest(**arguments) != digest


def test_more_files_and_other_hyperparameters_show(arguments, tmp_path):
  digest = training_digest(**arguments)
  changed = dataclasses.replace(HParams(), counterfactual_loss_weight=0.0)
  assert training_digest(**{**arguments, "hparams": changed}) != digest
  (tmp_path / "train" / "part-1").write_text("")
  assert training_digest(**arguments) != digest


def test_the_code_of_the_model_shows(arguments, tmp_path, monkeypatch):
  monkeypatch.syspath_prepend(tmp_path)
  (tmp_path / "digested_model.py").write_text("from digested_layers import build_model")
  (tmp_path / "digested_layers.py").write_text("def build_model(h, t): ...\n")
  arguments["hparams"] = HParams(model_fn="digested_model.build_model")
  digest = training_digest(**arguments)
  (tmp_path / "digested_layers.py").write_text("def build_model(h, t): pass\n")
  assert training_digest(**arguments) != digest


def test_the_contents_of_the_base_model_show(arguments, tmp_path):
  base = tmp_path / "base.keras"
  base.write_text("a")
  arguments["hparams"] = HParams(base_model=str(base))
  digest = training_digest(**arguments)
  shutil.copy(base, tmp_path / "copy.keras")
  arguments["hparams"] = HParams(base_model=str(tmp_path / "copy.keras"))
  assert training_digest(**arguments) == digest
  base.write_text("b")
  arguments["hparams"] = HParams(base_model=str(base))
  assert training_digest(**arguments) != digest
