import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "clp_end_to_end.ipynb"


@pytest.mark.e2e
def test_runs_whole_and_removes_the_bias(tmp_path):
  # Here, as loading these takes seconds that no other test needs.
  import nbformat
  from nbclient import NotebookClient

  notebook = nbformat.read(NOTEBOOK, as_version=4)
  # The output that a reader would look at, as text.
  notebook.cells.append(
    nbformat.v4.new_code_cell(
      "import json; print(json.dumps([before, after, summary['gate']]))"
    )
  )
  resources = {"metadata": {"path": str(tmp_path)}}
  NotebookClient(notebook, timeout=300, resources=resources).execute()
  *_, shown, last = notebook.cells
  before, after, gate = json.loads(last.outputs[0]["text"])
  assert before["flip_rate"] >= 0.05
  assert after["flip_rate"] <= before["flip_rate"] / 5
  assert after["auc"] >= 0.85
  assert all(check["passed"] for check in gate.pop("checks"))
  assert gate == {"blessed": True, "failures": [], "inactive": [], "not_judged": []}
  assert "fairness-nb-container" in shown.outputs[0]["data"]["text/html"]


def test_outputs_are_stripped():
  cells = json.loads(NOTEBOOK.read_text())["cells"]
  code = [cell for cell in cells if cell["cell_type"] == "code"]
  assert code
  assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
