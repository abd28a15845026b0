"""The notebooks' stored outputs are those of a run, on any machine, about."""

import importlib.util
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = ["clp_end_to_end", "encoder"]
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Another processor rounds differently, and training makes more of it. Percent have a
# scale of their own; one pair of nine is 11 of them.
_SHARE, _PERCENT = 0.05, 12.0


def make():
  """Returns notebooks/make.py; loading what it needs takes seconds."""
  spec = importlib.util.spec_from_file_location("make", FOLDER / "make.py")
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


def shown(notebook):
  """Yields what a reader sees of each output: texts, or the words of an image."""
  for cell in notebook.cells:
    for output in cell.get("outputs", []):
      data = output.get("data", {})
      if "image/svg+xml" in data:
        yield re.search('aria-label="(.*?)"', data["image/svg+xml"])[1]
      elif "text/html" in data:
        # Which pairs are the worst hangs on the last digit.
        yield f"{data['text/html'].count('<tr>')} rows"
      else:
        yield data.get("text/plain", output.get("text"))


def assert_alike(stored, found):
  assert _NUMBER.sub("0", stored) == _NUMBER.sub("0", found)
  for before, after in zip(
    _NUMBER.finditer(stored), _NUMBER.finditer(found), strict=True
  ):
    tolerance = _PERCENT if stored[before.end() :].startswith("%") else _SHARE
    first, second = (float(each[0].replace(",", "")) for each in (before, after))
    assert second == pytest.approx(first, abs=tolerance), (stored, found)


@pytest.mark.e2e
@pytest.mark.parametrize("name", NAMES)
def test_a_run_gives_what_is_stored_and_no_message(name):
  if name == "encoder":
    pytest.importorskip("keras_hub", reason="Needs pip install 'clp-tfx[encoder]'.")
  import nbformat

  path = FOLDER / f"{name}.ipynb"
  expected = [*shown(nbformat.read(path, as_version=4))]
  module = make()
  found = [*shown(module.stored(module.run(path)))]
  assert len(found) == len(expected) > 4
  for pair in zip(expected, found, strict=True):
    assert_alike(*pair)
  # The bias is there, and goes.
  (line,) = re.findall(r"flip_rate +(\S+) → (\S+)", "\n".join(found))
  before, after = map(float, line)
  assert before >= 0.05 and after <= before / 5


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_stored_and_no_more_than_that(name):
  import nbformat

  notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
  code = [cell for cell in notebook.cells if cell.cell_type == "code"]
  assert [cell.execution_count for cell in code] == [*range(1, len(code) + 1)]
  assert sum("image/svg+xml" in str(cell.outputs) for cell in code) >= 2
  text = "\n".join(cell.source for cell in notebook.cells)
  assert "$$L = L_{task}" in text and "%pip install" in text and "Exercise" in text
  assert (FOLDER / f"{name}.ipynb").stat().st_size < 100_000


@pytest.mark.parametrize(
  "stored, found, alike",
  [
    ("a 12.0%", "a 23.9%", True),
    ("a 12.0%", "a 24.1%", False),
    ("AUC 0.94", "AUC 0.98", True),
    ("AUC 0.94", "AUC 0.88", False),
    ("passed", "refused", False),
    ("1,200 comments", "1,201 comments", False),
  ],
)
def test_what_is_not_alike_is_found(stored, found, alike):
  if alike:
    assert_alike(stored, found)
  else:
    with pytest.raises(AssertionError):
      assert_alike(stored, found)
