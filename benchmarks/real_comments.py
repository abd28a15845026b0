"""Runs the whole pipeline on real comments and checks the results against targets.

python benchmarks/real_comments.py [COMMENTS] [OUTPUT]

Prints a table, writes OUTPUT/benchmark.json, and exits with 1 if a target is missed.
Prints a message and skips if the comments file does not exist.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"


def main(comments: str = str(COMMENTS), output: str = "out/real") -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  command = [str(Path(sys.executable).with_name("clp-tfx")), "run"]
  started = time.monotonic()
  done = subprocess.run([*command, "--comments", comments, "--output", output])
  minutes = (time.monotonic() - started) / 60
  if done.returncode not in (0, 3):
    return done.returncode
  summary = json.loads((Path(output) / "summary.json").read_text())
  before, after = summary["baseline"], summary["clp"]
  # Name, figure, target: each figure must be at most its target.
  rows = [
    ("minutes", minutes, 25),
    ("flip rate, CLP / control", after["flip_rate"] / before["flip_rate"], 1 / 5),
    ("AUC drop", before["auc"] - after["auc"], 0.01),
    (
      "positive rate, |change| / control",
      abs(after["positive_rate"] / before["positive_rate"] - 1),
      0.1,
    ),
  ]
  table = Table("", "figure", "target", "")
  for name, figure, bar in rows:
    table.add_row(
      name, f"{figure:.4f}", f"{bar:g}", "ok" if figure <= bar else "MISSED"
    )
  Console().print(table)
  figures = {name: {"figure": figure, "bar": bar} for name, figure, bar in rows}
  (Path(output) / "benchmark.json").write_text(
    json.dumps({**figures, "cached": summary["cached"]}, indent=2) + "\n"
  )
  return int(any(figure > bar for _, figure, bar in rows))


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
