"""Measures how CounterfactualGen and the Evaluator scale, for each engine.

python benchmarks/scale.py [--comments FILE] [--sizes N,...] [--parts NAME,...]
  [--engines NAME,...] [--output FOLDER] [--most-gigabytes N]

The comments are repeated and numbered up to each size. A cell of the table is a part on
an engine at a size. It runs in its own process and, on Flink, its own cluster. The
Evaluator has the pipeline's gate and slices, and two untrained models. Finished cells
are added to FOLDER/scale.json and not measured again. If the processes of a cell
together use more than N gigabytes, the cell is stopped and the table says so. Prints a
message and skips if the comments file does not exist. Flink needs
its jars: `make flink`.

Prints a table of the cells and one of the growth. The growth is fitted by least squares
on the relative error as `time = fixed + per record * records`; the table also has the
slope of the logarithms (1: twice the comments take twice as long).
"""

import argparse
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
SIZES = "100000,300000,1000000,3000000"
DIRECT, FLINK = "direct", "flink"
ENGINES = tuple(f"{name}-{workers}" for name in (DIRECT, FLINK) for workers in (1, 2))
_KEY = ("part", "engine", "records")


def main() -> int:
  from scale_parts import PARTS, Data

  parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
  )
  parser.add_argument("--comments", default=str(COMMENTS))
  parser.add_argument("--sizes", default=SIZES)
  parser.add_argument("--parts", default=",".join(PARTS))
  parser.add_argument("--engines", default=",".join(ENGINES))
  parser.add_argument("--output", default="out/scale")
  parser.add_argument("--most-gigabytes", type=float, default=8.0)
  parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
  options = parser.parse_args()
  if options.child:
    return _child(*options.child)
  if not Path(options.comments).is_file():
    print(f"Skipped: {options.comments} does not exist; name a file of comments.")
    return 0
  folder = Path(options.output).absolute()
  folder.mkdir(parents=True, exist_ok=True)
  data = Data(options.comments, folder / "data")
  cells = Cells(folder / "scale.json")
  sizes = sorted(int(size) for size in options.sizes.split(","))
  wanted = itertools.product(
    sizes, options.engines.split(","), options.parts.split(",")
  )
  for records, engine, part in cells.missing(wanted):
    print(f"{part} on {engine}, {records:,} comments ...", flush=True)
    cells.add(
      {
        **dict(zip(_KEY, (part, engine, records), strict=True)),
        **measure(part, engine, records, data, folder, options.most_gigabytes * 1024),
      }
    )
  show(cells.all)
  return 0


class Cells:
  """The measurements, in a file that is replaced atomically.

  Args:
    path: Path of the file.
  """

  def __init__(self, path: Path):
    self._path = path
    self.all = json.loads(path.read_text()) if path.exists() else []

  def missing(
    self, wanted: Iterator[tuple[int, str, str]]
  ) -> Iterator[tuple[int, str, str]]:
    """Yields the records, engine and part of each missing cell."""
    done = {tuple(cell[name] for name in _KEY) for cell in self.all}
    for records, engine, part in wanted:
      if (part, engine, records) not in done:
        yield records, engine, part

  def add(self, cell: dict[str, Any]) -> None:
    """Adds a cell and writes the file."""
    self.all.append(cell)
    fresh = self._path.with_suffix(".new")
    fresh.write_text(json.dumps(self.all, indent=2) + "\n")
    fresh.replace(self._path)


def measure(
  part: str, engine: str, records: int, data: Any, folder: Path, most_megabytes: float
) -> dict[str, Any]:
  """Runs a cell.

  Raises:
    RuntimeError: If the cell fails; names its log.
  """
  from scale_usage import Usage, written_by_flink

  source, models = data.examples(part, records), data.models()
  target = folder / "cell"
  shutil.rmtree(target, ignore_errors=True)
  target.mkdir()
  log = folder / "logs" / f"{part}-{engine}-{records}.log"
  log.parent.mkdir(exist_ok=True)
  with engine_args(engine, target) as (beam_args, cluster), log.open("wb") as errors:
    usage = Usage(most_megabytes)
    started = time.monotonic()
    child = subprocess.Popen(
      [
        *(sys.executable, __file__, "--child", part),
        *map(str, (source, target, models)),
        *beam_args,
      ],
      stdout=subprocess.PIPE,
      stderr=errors,
    )
    usage.submitting = child.pid
    usage.start()
    output, _ = child.communicate()
    seconds = time.monotonic() - started
    usage.stop()
    if child.returncode and not usage.is_over:
      raise RuntimeError(f"{part} on {engine} failed: {log} says why.")
    moved = json.loads(output.splitlines()[-1]) if not child.returncode else {}
    if cluster and moved:
      moved = {"written": written_by_flink(cluster)}
  shutil.rmtree(target)
  return {
    "seconds": round(seconds, 2),
    "cpu_seconds": round(usage.cpu_seconds, 2),
    "megabytes": {role: round(peak) for role, peak in usage.megabytes.items()},
    "moved_bytes": moved,
    "over_memory": usage.is_over,
  }


@contextlib.contextmanager
def engine_args(engine: str, folder: Path) -> Iterator[tuple[list[str], Any]]:
  """Yields an engine's Beam arguments, and its cluster if it has one."""
  from counterfactual_gen import LOCAL

  name, _, workers = engine.partition("-")
  if name == DIRECT:
    several = ["--direct_running_mode=multi_processing"]
    number = f"--direct_num_workers={workers}"
    yield [*LOCAL, number, *(several if workers != "1" else [])], None
    return
  # Python puts the folder of a script on its path, but not the parent folder.
  sys.path.append(str(Path(__file__).parents[1]))
  from pipelines.flink.cluster import flink_cluster

  with flink_cluster(folder / "flink", task_managers=int(workers)) as cluster:
    yield cluster.beam_args, cluster


def _child(part: str, source: str, target: str, models: str, *beam_args: str) -> int:
  from scale_parts import run_part
  from scale_usage import moved_by_direct_runner

  # TFX reads the command line as flags.
  del sys.argv[1:]
  with moved_by_direct_runner() as moved:
    run_part(part, Path(source), Path(target) / "out", Path(models), beam_args)
  print(json.dumps(vars(moved)), flush=True)
  return 0


class Growth(NamedTuple):
  """`seconds = fixed + per_record * records`, and the slope of the logarithms."""

  fixed: float
  per_record: float
  slope: float


def growth(records: Sequence[int], seconds: Sequence[float]) -> Growth | None:
  """Fits two or more sizes by least squares on the relative error, or returns None."""
  if len(records) < 2:
    return None
  times = np.array(seconds, float)
  per_record, fixed = np.polyfit(records, times, 1, w=1 / times)
  slope, _ = np.polyfit(np.log(records), np.log(times), 1)
  return Growth(float(fixed), float(per_record), float(slope))


def show(cells: list[dict[str, Any]]) -> None:
  """Prints both tables."""
  console = Console(width=int(os.environ.get("COLUMNS", "140")))
  ordered = sorted(cells, key=lambda cell: [cell[name] for name in _KEY])
  table = Table(
    *("part", "engine", "comments", "wall s", "CPU s", "µs per comment"),
    *("submitting MB", "worker MB", "engine MB", "bytes moved per comment"),
  )
  for cell in ordered:
    records, peaks = cell["records"], cell["megabytes"]
    moved = ", ".join(
      f"{name} {number / records:,.0f}" for name, number in cell["moved_bytes"].items()
    )
    table.add_row(
      *(cell["part"], cell["engine"], f"{records:,}"),
      *(f"{cell[name]:,.1f}" for name in ("seconds", "cpu_seconds")),
      f"{cell['cpu_seconds'] / records * 1e6:,.0f}",
      *(
        f"{peaks[r]:,}" if r in peaks else ""
        for r in ("submitting", "worker", "engine")
      ),
      "ended: over memory" if cell["over_memory"] else moved,
    )
  console.print(table)
  table = Table("part", "engine", "time", "fixed s", "µs per comment", "log-log slope")
  for (part, engine), group in itertools.groupby(
    ordered, lambda cell: (cell["part"], cell["engine"])
  ):
    whole = [cell for cell in group if not cell["over_memory"]]
    for name in ("seconds", "cpu_seconds"):
      fit = growth([c["records"] for c in whole], [c[name] for c in whole])
      if fit:
        label = "wall" if name == "seconds" else "CPU"
        figures = f"{fit.fixed:.1f}", f"{fit.per_record * 1e6:.1f}", f"{fit.slope:.2f}"
        table.add_row(part, engine, label, *figures)
  console.print(table)


if __name__ == "__main__":
  sys.exit(main())
