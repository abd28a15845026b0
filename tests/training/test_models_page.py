"""The examples of docs/models.md, run as they are on the page."""

import re
from pathlib import Path

import keras
import pytest
import tensorflow_transform as tft

from clp_tfx.modules import model_inputs
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import fit
from clp_tfx.training.optimizers import configured_optimizer

from .transformed import ROWS, transform

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def blocks(section, language):
  """Returns the examples of a section in a language."""
  text = PAGE.partition(f"# {section}\n")[2].partition("\n## ")[0]
  return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def configured(section, folder):
  (block,) = blocks(section, "yaml")
  (folder / "config.yaml").write_text(block)
  return PipelineConfig.of(**load_config(str(folder / "config.yaml")))


def module(section, name, folder, monkeypatch):
  (block,) = blocks(section, "python")
  (folder / f"{name}.py").write_text(block)
  monkeypatch.syspath_prepend(folder)


@pytest.mark.e2e
def test_a_model_of_your_own(tmp_path, transformed, monkeypatch):
  module("Models, inputs and optimizers", "page_model", tmp_path, monkeypatch)
  hparams = HParams(model_fn="page_model.build_model", epochs=1)
  file = [transformed[1]]
  _, (row,) = fit(file, file, hparams, tft.TFTransformOutput(transformed[0]))
  assert row["val_counterfactual_loss"] > 0


@pytest.mark.e2e
def test_inputs_of_your_own(tmp_path, monkeypatch):
  module("Inputs of your own", "my_module", tmp_path, monkeypatch)
  config = configured("Inputs of your own", tmp_path)
  given = {
    "text_feature": "comment_text",
    "inputs_fn": config.training.inputs_fn,
    "preprocessing": config.training.preprocessing,
  }
  path, file = transform(ROWS, tmp_path, given, model_inputs.preprocessing_fn)
  output = tft.TFTransformOutput(path)
  _, (row, *_) = fit([file], [file], config.hparams, output)
  assert row["val_counterfactual_loss"] > 0


def test_an_optimizer(tmp_path):
  config = configured("Optimizer", tmp_path)
  optimizer = configured_optimizer(config.training.optimizer)
  assert type(optimizer) is keras.optimizers.AdamW
  assert optimizer.weight_decay == 0.01
  # After the warm-up of 500 steps.
  schedule = config.training.optimizer["config"]["learning_rate"]["config"]
  assert schedule["warmup_target"] == 0.00003
