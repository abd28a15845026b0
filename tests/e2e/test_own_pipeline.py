"""The files of docs/own_pipeline.md, run as they stand there."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clp_tfx.runners.demo_comments import write_demo_comments

PAGE = Path(__file__).parents[2] / "docs" / "own_pipeline.md"


def write_files(folder):
  """Writes the page's files, and comments as it wants them."""
  blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S)
  for name, block in zip(("my_trainer", "my_pipeline", "show"), blocks, strict=True):
    (folder / f"{name}.py").write_text(block)
  write_demo_comments(folder / "demo.csv")
  (folder / "comments").mkdir()
  with (
    open(folder / "demo.csv", newline="") as demo,
    open(folder / "comments" / "comments.csv", "w", newline="") as file,
  ):
    rows = csv.writer(file)
    rows.writerow(["comment_text", "toxicity"])
    for row in csv.DictReader(demo):
      if row["toxicity"] and "\n" not in row["comment_text"]:
        rows.writerow([row["comment_text"], int(float(row["toxicity"]) >= 0.5)])


@pytest.mark.e2e
def test_the_pipeline_of_the_page_pushes_a_model_and_shows_its_figures(tmp_path):
  write_files(tmp_path)
  for command in ("my_pipeline.py comments/ out", "show.py"):
    done = subprocess.run(
      [sys.executable, *command.split()],
      cwd=tmp_path,
      capture_output=True,
      text=True,
      check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
  (pushed,) = (tmp_path / "out" / "serving_model").iterdir()
  assert (pushed / "saved_model.pb").is_file()
  # Of each of the worst pairs its gap, its edit and the comment.
  lines = done.stdout.splitlines()
  assert len(lines) == 5
  assert all(re.match(r"0\.\d\d \S*→", line) for line in lines)
  page = (tmp_path / "indicators.html").read_text()
  assert "flip_rate/overall@0.5" in page
