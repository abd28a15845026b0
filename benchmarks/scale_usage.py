"""Measures what processes use and what Beam moves, for benchmarks/scale.py."""

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
  """Watches the child processes of this process until `stop` is called.

  CPU time is counted from the start of the watch. The last sample of a process is taken
  at most a fifth of a second before it ends. Peak memory comes from the kernel
  (`VmHWM`), so it misses nothing before the last sample.

  Args:
    most_megabytes: All processes are killed if they use more than this in total.
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
    """Takes samples until told to stop."""
    while not self._stopping.wait(_INTERVAL):
      self._look()

  def stop(self) -> None:
    """Takes the last sample."""
    self._stopping.set()
    self.join()

  @property
  def cpu_seconds(self) -> float:
    """The total for all processes."""
    return sum(self._seconds.values())

  @property
  def megabytes(self) -> dict[str, float]:
    """The peak memory of the largest process in each role."""
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
  """Yields key, command, CPU seconds, peak and current megabytes of each process."""
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
  """Bytes of coded elements that Beam's DirectRunner received from its workers.

  Attributes:
    grouped: Bytes that entered a GroupByKey, after the combiners lifted before it; a
      distributed engine sends them through its shuffle.
    stored: Bytes kept between two stages without grouping, including side inputs.
  """

  grouped: int = 0
  stored: int = 0


@contextlib.contextmanager
def moved_by_direct_runner() -> Iterator[Moved]:
  """Counts in this process inside the context; stays zero with other runners."""
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
  """Returns the bytes that the tasks of all jobs on a cluster wrote for other tasks."""
  jobs = cluster.rest("/jobs")["jobs"]
  return sum(
    vertex["metrics"]["write-bytes"]
    for job in jobs
    for vertex in cluster.rest(f"/jobs/{job['id']}")["vertices"]
  )
