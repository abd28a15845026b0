import json
from pathlib import Path

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "clp_in_keras.ipynb"


def cells():
  return [
    cell
    for cell in json.loads(NOTEBOOK.read_text())["cells"]
    if cell["cell_type"] == "code"
  ]


def test_runs_whole_and_removes_the_bias():
  names = {}
  for cell in cells():
    exec(compile("".join(cell["source"]), str(NOTEBOOK), "exec"), names)
  before, after = names["before"], names["after"]
  assert before["flip_rate"] >= 0.1
  assert after["flip_rate"] <= before["flip_rate"] / 5
  assert after["auc"] >= 0.85


def test_outputs_are_stripped():
  assert all(cell["outputs"] == [] for cell in cells())
