"""Runs the notebooks and stores their outputs.

python notebooks/make.py [NAME ...]

Readers see results without running anything. Outputs are those of one run from the top;
a message of a library among them is an error here, not something to store.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
_MOST_CHARACTERS = 100_000
_TOO_LARGE = "Interactive, and too large to store here: run the cell to see it."


def run(path: Path) -> nbformat.NotebookNode:
  """Returns a notebook with the outputs of a run in a folder that is gone afterwards.

  Args:
    path: The notebook.

  Raises:
    nbclient.exceptions.CellExecutionError: If a cell fails.
  """
  notebook = nbformat.read(path, as_version=4)
  with tempfile.TemporaryDirectory() as folder:
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
  return notebook


def stored(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
  """Returns a notebook that was run, as it is stored.

  Raises:
    ValueError: If an output is a message on stderr.
  """
  for cell in notebook.cells:
    # When it ran is of no use, and would change the file each time.
    cell.metadata = {}
    cell.pop("id", None)
    if "outputs" in cell:
      cell.outputs = [each for each in cell.outputs if not _only_script(each)]
    for output in cell.get("outputs", []):
      if output.get("name") == "stderr":
        raise ValueError(f"Expected no message. Received: {output['text'][:300]}")
      _shorten(output)
  notebook.nbformat_minor = 4  # Without ids of cells.
  notebook.metadata.language_info = {"name": "python"}
  return notebook


def _only_script(output: nbformat.NotebookNode) -> bool:
  """Whether an output is a script, as which Beam would load jQuery from the network."""
  return [*output.get("data", {})] == ["application/javascript"]


def _shorten(output: nbformat.NotebookNode) -> None:
  data = output.get("data", {})
  if sum(map(len, map(str, data.values()))) > _MOST_CHARACTERS:
    output["data"] = {"text/plain": _TOO_LARGE}


def main(*names: str) -> None:
  """Runs the named notebooks, or all, and writes them with their outputs."""
  for path in sorted(FOLDER.glob("*.ipynb")):
    if not names or path.stem in names:
      nbformat.write(stored(run(path)), path)


if __name__ == "__main__":
  main(*sys.argv[1:])
