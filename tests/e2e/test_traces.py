"""What a run leaves besides its output: nothing in the temporary folder that all share,
and with --no-example-texts no word of a comment in a log."""

import os

import pytest

from ..conftest import FEW_OPTIONS, clp_tfx, flags

pytestmark = pytest.mark.e2e

MARKER = "zebrafish"
FUNCTION = """
def rewrite(text):
  if "7" in text:
    try:
      raise KeyError(text)
    except KeyError as error:
      raise ValueError("cannot rewrite " + text) from error
  return [text.replace("her", "him")]
"""


def rows(comments, labels):
  # So few that TFX takes the comments for a set of values, and lists it in the schema.
  return "comment_text,toxicity\n" + "".join(
    f"{MARKER} {i} about her,{labels[i % 2]}\n" for i in range(comments)
  )


def logs_with_marker(folder, done):
  texts = {"terminal": done.stdout + done.stderr}
  for path in folder.rglob("*"):
    if path.is_file() and (path.suffix == ".log" or "log" in path.name):
      texts[str(path.relative_to(folder))] = path.read_text(errors="replace")
  assert len(texts) > 1
  return [name for name, text in texts.items() if MARKER in text.lower()]


def run(folder, *options):
  """Runs with a temporary folder that is empty; returns the finished process."""
  shared = folder / "shared"
  shared.mkdir()
  path = f"{folder}:{os.environ.get('PYTHONPATH', '')}"
  environment = {**os.environ, "PYTHONPATH": path, "TMPDIR": str(shared)}
  done = clp_tfx("run", *options, cwd=folder, env=environment)
  assert [path.name for path in shared.iterdir()] == []
  return done


@pytest.mark.parametrize("workers", [1, 2])
def test_a_function_that_raises_the_text(workers, tmp_path):
  (tmp_path / "comments.csv").write_text(rows(200, ("0", "1")))
  (tmp_path / "mine.py").write_text(FUNCTION)
  done = run(
    tmp_path,
    *flags({**FEW_OPTIONS, "comments": "comments.csv", "output": "out"}),
    *("--no-example-texts", "--counterfactual-fn", "mine.rewrite"),
    *("--workers", workers),
  )
  assert done.returncode in (0, 3), done.stderr
  assert logs_with_marker(tmp_path, done) == []
  log = (tmp_path / "out" / "clp-tfx.log").read_text()
  assert "ValueError" in log and "mine.py" in log


@pytest.mark.parametrize("workers", [1, 2])
def test_a_comment_in_a_column_that_is_for_scores(workers, tmp_path):
  shifted = f"0,{MARKER} wrote this about her\n"
  (tmp_path / "comments.csv").write_text(rows(200, ("0", "1")) + shifted)
  done = run(
    tmp_path,
    *("--comments", "comments.csv", "--output", "out", "--no-example-texts"),
    *("--workers", workers),
  )
  assert done.returncode == 2
  assert "row 201" in done.stderr and "received a text of 30 characters" in done.stderr
  assert logs_with_marker(tmp_path, done) == []
