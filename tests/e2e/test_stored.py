"""Files stored by version 0.1, before the modules moved, can still be read."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner

import clp_tfx.keras  # noqa: F401, registers the classes in the file
from clp_tfx.cli import cli
from clp_tfx.sweep.measures import Scores, measure
from clp_tfx.training.keras_file import load_classifier

STORED = Path(__file__).parents[1] / "testdata" / "stored_0_1"

pytestmark = pytest.mark.e2e


def stored(folder, tmp_path):
  """Copies a stored output, whose absolute paths were replaced by OUTPUT."""
  output = tmp_path / folder
  shutil.copytree(STORED / folder, output)
  for path in output.rglob("*.json"):
    path.write_text(path.read_text().replace("OUTPUT", str(output)))
  return output


def test_a_run_gives_its_report_and_statistics_again(tmp_path):
  output = stored("run", tmp_path)
  done = CliRunner().invoke(cli, ["report", str(output)])
  assert done.exit_code == 0, done.output
  page = (output / "report.html").read_text()
  assert "0.8717" in page  # The AUC in summary.json is 0.87171.
  done = CliRunner().invoke(cli, ["statistics", str(output), "--json"])
  assert done.exit_code == 0, done.output
  splits = json.loads(done.output)["splits"]
  assert splits == json.loads((output / "summary.json").read_text())["coverage"]


def test_a_sweep_training_measures_as_its_table_says(tmp_path):
  output = stored("sweep", tmp_path)
  (path,) = (output / "trainings").iterdir()
  scores = Scores.from_json(json.loads(path.read_text())["scores"])
  rows = json.loads((output / "sweep.json").read_text())["eval"]
  (row,) = (row for row in rows if row["name"] == "clp-mse-1")
  measured = measure(scores, 0.5)
  for name in ("auc", "flip_rate", "score_gap", "pairs"):
    assert getattr(measured, name) == pytest.approx(row[name]["mean"], abs=1e-12)


def test_a_classifier_is_continued_with_its_own_words():
  tokens = keras.saving.load_model(STORED / "classifier.keras").layers[1]
  known = load_classifier(str(STORED / "classifier.keras"), [b"the", b"unheard-of"])
  embedding = next(x for x in known.layers if isinstance(x, keras.layers.Embedding))
  assert isinstance(tokens, keras.layers.Embedding)
  # Row 0 is padding; then a row per word, and one for words out of vocabulary.
  assert embedding.get_weights()[0].shape == (4, tokens.output_dim)


def test_a_compiled_counterfactual_model_loads_with_its_loss_and_state():
  model = keras.saving.load_model(STORED / "counterfactual_model.keras")
  # The model's output at the time it was saved.
  expected = [[-0.5902451872825623], [0.8938047885894775], [1.0790148973464966]]
  assert model.predict(np.eye(3), verbose=0) == pytest.approx(
    np.array(expected), abs=1e-6
  )
  assert int(model.optimizer.iterations) == 3
