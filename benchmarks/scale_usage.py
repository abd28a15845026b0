"""What processes use, and what Beam moves between them: for benchmarks/scale.py."""

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

_INTERVAL = 0.2
SUBMITTING, WORKER, ENGINE, OTHER = "submitting", "worker", "engine", "other"


class Usage(threading.Thread):
  """Watches the processes that this one started, until `stop`.

  CPU time counts from the start of the watch on. A process is known by its last look,
  at most a fifth of a second before its end; its peak of memory is the kernel's
  (`VmHWM`), which no look misses but by that.

  Args:
    most_megabytes: All processes are killed when they hold more together.
  """

  def __init__(self, most_megabytes: float):
    super().__init__(daemon=True)
    self._most_megabytes = most_megabytes
    self._before = {key: seconds for key, _, seconds, _, _ in _processes()}
    self._seconds: dict[tuple, float] = {}
    self._peaks: dict[tuple, tuple[str, float]] = {}
    self._stopping = threading.Event()
    self.submitting: int | None = None
    self.is_over = False

  def run(self) -> None:
    """Looks until told to stop."""
    while not self._stopping.wait(_INTERVAL):
      self._look()

  def stop(self) -> None:
    """Looks a last time."""
    self._stopping.set()
    self.join()

  @property
  def cpu_seconds(self) -> float:
    """Of all processes together."""
    return sum(self._seconds.values())

  @property
  def megabytes(self) -> dict[str, float]:
    """The peak of the largest process of each role."""
    largest: dict[str, float] = {}
    for role, peak in self._peaks.values():
      largest[role] = max(largest.get(role, 0.0), peak)
    return largest

  def _look(self) -> None:
    together = 0.0
    for key, command, seconds, peak, resident in _processes():
      together += resident
      self._seconds[key] = seconds - self._before.get(key, 0.0)
      self._peaks[key] = (self._role(key[0], command), peak)
    if together > self._most_megabytes:
      self.is_over = True
      for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
          process.kill()

  def _role(self, pid: int, command: str) -> str:
    if pid == self.submitting:
      return SUBMITTING
    if command.startswith("java "):
      return ENGINE
    return WORKER if "worker" in command else OTHER


def _processes() -> Iterator[tuple[tuple, str, float, float, float]]:
  """Yields key, command, CPU seconds, peak and present megabytes of each."""
  for process in psutil.Process().children(recursive=True):
    with contextlib.suppress(psutil.Error, OSError, KeyError):
      times = process.cpu_times()
      status = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
      )
      yield (
        (process.pid, process.create_time()),
        " ".join(process.cmdline()),
        times.user + times.system,
        *(int(status[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS")),
      )


@dataclasses.dataclass
class Moved:
  """Bytes of coded elements that Beam's DirectRunner took from its workers.

  Attributes:
    grouped: Put into a GroupByKey, after combiners were lifted before it: what an
      engine of many machines sends through its shuffle.
    stored: Kept between two stages that are not grouped, side inputs included.
  """

  grouped: int = 0
  stored: int = 0


@contextlib.contextmanager
def moved_by_direct_runner() -> Iterator[Moved]:
  """Counts in this process while it lasts; other runners leave it at zero."""
  from apache_beam.runners.portability.fn_api_runner import execution

  moved = Moved()

  def counted(buffer: type, name: str) -> Any:
    append = buffer.append

    def count(self, elements: bytes) -> None:
      setattr(moved, name, getattr(moved, name) + len(elements))
      append(self, elements)

    return append, count

  grouping, counting = counted(execution.GroupingBuffer, "grouped")
  storing, counting_stored = counted(execution.ListBuffer, "stored")
  execution.GroupingBuffer.append = counting
  execution.ListBuffer.append = counting_stored
  try:
    yield moved
  finally:
    execution.GroupingBuffer.append = grouping
    execution.ListBuffer.append = storing


def written_by_flink(cluster: Any) -> int:
  """Returns the bytes that tasks of all of a cluster's jobs wrote for others."""
  jobs = cluster.rest("/jobs")["jobs"]
  return sum(
    vertex["metrics"]["write-bytes"]
    for job in jobs
    for vertex in cluster.rest(f"/jobs/{job['id']}")["vertices"]
  )
