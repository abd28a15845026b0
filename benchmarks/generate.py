"""Measures what `clp-tfx generate` costs beside CounterfactualGen on the same comments.

python benchmarks/generate.py [COMMENTS] [OUTPUT]

Target: the processor time of `generate`, which reads the file of comments and writes
the texts of pairs, placebos and comments as a table, is at most 1.5 times that of the
component, which reads and writes tf.Examples. Both run three times in turn, each in a
process of its own on one core, with the default lexicon; the fastest of each counts.

Prints a table, writes OUTPUT/generate.json, and exits with 1 if the target is missed.
Prints a message and skips if the comments file does not exist.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
BAR = 1.5
REPEATS = 3
COMPONENT, FORMATS = "CounterfactualGen", ("parquet", "csv", "jsonl")


def main(comments: str = str(COMMENTS), output: str = "out/generate") -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
  with tempfile.TemporaryDirectory() as folder:
    write_examples(comments, Path(folder, "examples"))
    runs = [
      {kind: measured(comments, folder, kind) for kind in (COMPONENT, *FORMATS)}
      for _ in range(REPEATS)
    ]
  best = {
    kind: {name: min(run[kind][name] for run in runs) for name in runs[0][kind]}
    for kind in runs[0]
  }
  table = Table("", "CPU s", "MB", f"times as long as {COMPONENT}", "target", "")
  ratios = {}
  for kind, cost in best.items():
    ratios[kind] = cost["seconds"] / best[COMPONENT]["seconds"]
    verdict = ("ok" if ratios[kind] <= BAR else "MISSED", f"<= {BAR}")
    row = (f"{ratios[kind]:.2f}", *reversed(verdict)) if kind in FORMATS else ()
    table.add_row(kind, f"{cost['seconds']:.1f}", f"{cost['megabytes']:.0f}", *row)
  Console().print(table)
  Path(output).mkdir(parents=True, exist_ok=True)
  Path(output, "generate.json").write_text(
    json.dumps({"bar": BAR, "costs": best, "ratios": ratios}, indent=2) + "\n"
  )
  return int(max(ratios.values()) > BAR)


def write_examples(comments: str, folder: Path) -> None:
  """Writes the comments as CommentsExampleGen does, in one split."""
  from counterfactual_gen import write_records

  from clp_tfx.components import ExampleConfig, read_examples

  found = read_examples(comments, ExampleConfig(), needs_label=False)
  write_records((each.serialized for each in found), folder)


def measured(comments: str, folder: str, kind: str) -> dict[str, float]:
  """Runs one of them in a process of its own."""
  command = [sys.executable, __file__, "--child", comments, folder, kind]
  found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
  return json.loads(found.stdout.splitlines()[-1])


def child(comments: str, folder: str, kind: str) -> None:
  """Runs one of them and prints its CPU seconds, without imports, and memory."""
  from counterfactual_gen import LARGE_LEXICON, generate

  from clp_tfx.evaluation import generate_texts

  with tempfile.TemporaryDirectory(dir=folder) as target:
    started = time.process_time()
    if kind == COMPONENT:
      generate(Path(folder, "examples"), Path(target), lexicon=LARGE_LEXICON)
    else:
      generate_texts(comments, f"{target}/texts.{kind}", split="all")
    seconds = time.process_time() - started
  megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
  print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
  if sys.argv[1:2] == ["--child"]:
    child(*sys.argv[2:])
  else:
    sys.exit(main(*sys.argv[1:]))
