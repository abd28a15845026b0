"""Walks a newcomer's path, typing only what the pages say, and times it.

python benchmarks/newcomer.py FOLDER

From the clone and the demo to one's own comments, own model, own pipeline, a function
measured, and a refusal understood. The files of one's own are the code blocks of the
pages, as they stand; the commands are theirs, with the names of these files. Each step
says whether what its reader looks for is on the screen. FOLDER must not exist; it keeps
everything.
"""

import csv
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from clp_tfx.runners import write_demo_comments

ROOT = Path(__file__).parents[1]


class Step(NamedTuple):
  """A step of the path.

  Attributes:
    name: What the newcomer wants.
    command: What they type.
    exit_code: What has to come of it.
    seen: Regular expression of what has to be on the first screen of the output's end.
    cwd: Where they are.
  """

  name: str
  command: str
  exit_code: int
  seen: str
  cwd: str = ""


CLONE = "clp_tfx"
STEPS = (
  Step("clone", f"git clone {ROOT} {CLONE}", 0, r""),
  Step("set-up and demo", "make demo", 0, r"Pushed: ", CLONE),
  Step(
    "own comments", "clp-tfx run --comments comments.csv --output own", 3, r"Report: "
  ),
  Step(
    "own model function",
    "clp-tfx run --comments comments.csv --output model"
    " --model-fn my_module.build_model",
    3,
    r"Report: ",
  ),
  Step("own stock pipeline", "python my_pipeline.py comments/ pipeline", 0, r""),
  Step("a function evaluated", "python evaluate.py", 0, r"^0\.\d+$|^0\.0$"),
  Step(
    "a refused push",
    "clp-tfx run --comments comments.csv --max-flip-rate 0.000001 --output refused",
    3,
    r"Refused by the gate:\n(?:  .*\n)*  flip_rate.*, but must be at most 1e-06",
  ),
)
_SCREEN = 40  # Lines of a terminal.


def blocks(page: str) -> list[str]:
  """Returns the Python code blocks of a page."""
  text = (ROOT / "docs" / page).read_text(encoding="utf-8")
  return re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


def prepare(folder: Path) -> None:
  """Writes the files that the pages tell a newcomer to have."""
  folder.mkdir(parents=True)
  trainer, pipeline, *_ = blocks("own_pipeline.md")
  files = {
    "my_trainer.py": trainer,
    "my_pipeline.py": pipeline,
    "my_module.py": blocks("models.md")[0],
    "evaluate.py": blocks("evaluate.md")[0],
  }
  for name, text in files.items():
    (folder / name).write_text(text, encoding="utf-8")
  write_demo_comments(folder / "all.csv")
  with open(folder / "all.csv", newline="", encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["toxicity"]]
  (folder / "comments").mkdir()
  for path in (folder / "comments.csv", folder / "comments" / "comments.csv"):
    with open(path, "w", newline="", encoding="utf-8") as file:
      writer = csv.writer(file)
      writer.writerow(["comment_text", "toxicity"])
      writer.writerows(
        [row["comment_text"], row["toxicity"]]
        for row in rows
        if "\n" not in row["comment_text"]
      )


def walk(step: Step, folder: Path) -> tuple[float, str]:
  """Takes a step; returns its seconds and what is wrong, empty if nothing is."""
  path = f"{folder / CLONE / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
  started = time.monotonic()
  done = subprocess.run(
    step.command.split(),
    cwd=folder / step.cwd,
    env=os.environ | {"PATH": path},
    capture_output=True,
    text=True,
    check=False,
  )
  seconds = time.monotonic() - started
  (folder / f"{step.name}.log").write_text(done.stderr + done.stdout)
  if done.returncode != step.exit_code:
    return seconds, f"exit code {done.returncode}, expected {step.exit_code}"
  screen = "\n".join(done.stdout.splitlines()[-_SCREEN:])
  if not re.search(step.seen, screen, re.M):
    return seconds, f"not on the first screen: {step.seen}"
  return seconds, ""


def main(folder: str) -> int:
  """Walks the path; returns 1 if a step went wrong."""
  prepare(Path(folder).absolute())
  wrong, total = 0, 0.0
  for step in STEPS:
    seconds, fault = walk(step, Path(folder).absolute())
    total += seconds
    wrong += bool(fault)
    print(f"{seconds:6.1f} s  {step.name}: {fault or 'as the page says'}", flush=True)
  print(f"{total:6.1f} s  in all")
  return 1 if wrong else 0


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
