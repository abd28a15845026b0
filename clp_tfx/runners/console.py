"""Sends the libraries' logs to a file and shows the pipeline's progress."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import absl.logging


@contextlib.contextmanager
def logs_in(path: Path) -> Iterator[TextIO]:
  """Redirects stdout and stderr, including C++ logs, to a file.

  Example:
    >>> import os
    >>> from pathlib import Path
    >>> with logs_in(Path("run.log")) as terminal:
    ...   _ = os.system("echo for the log")
    >>> Path("run.log").read_text()
    'for the log\\n'

  Args:
    path: Log file to append to.

  Yields:
    The terminal, which is the original stderr.
  """
  sys.stdout.flush()
  sys.stderr.flush()
  saved = os.dup(1), os.dup(2)
  root = logging.getLogger()
  level = root.level
  with open(path, "ab") as log, os.fdopen(os.dup(2), "w") as terminal:
    handler = logging.StreamHandler(open(os.dup(log.fileno()), "w"))  # noqa: SIM115
    try:
      os.dup2(log.fileno(), 1)
      os.dup2(log.fileno(), 2)
      root.addHandler(handler)
      root.setLevel(logging.INFO)
      yield terminal
    finally:
      root.removeHandler(handler)
      root.setLevel(level)
      sys.stdout.flush()
      sys.stderr.flush()
      handler.stream.close()
      for fd, copy in enumerate(saved, start=1):
        os.dup2(copy, fd)
        os.close(copy)


class Progress(logging.Handler):
  """Turns log messages into one line per component, which fills with its time.

  On a screen, the line of a component that trains counts its steps and says how long
  the rest will take; elsewhere, such as in a file, nothing is written twice.

  Attributes:
    seconds: Wall-clock seconds of each finished component.
    cached: Components whose results came from the cache.

  Args:
    terminal: Where to write.
    num_components: Number of components.
    clock: Returns seconds; for tests.
  """

  def __init__(
    self,
    terminal: TextIO,
    num_components: int,
    clock: Callable[[], float] = time.monotonic,
  ):
    super().__init__()
    self.seconds: dict[str, float] = {}
    self.cached: list[str] = []
    self._terminal = terminal
    self._num_components = num_components
    self._clock = clock
    self._from_cache = False
    self._started = 0.0
    # The line of the component that runs, until it ends with its time or a message.
    self._line = ""
    # When a component told of its steps first, and how many there were by then.
    self._first: tuple[float, int] | None = None

  def emit(self, record: logging.LogRecord) -> None:
    """Shows messages about the run's progress and ignores all others."""
    if steps := getattr(record, "steps", None):
      self._count(*steps)
    elif record.name.startswith("clp_tfx"):
      self._show(record.getMessage())
    elif record.msg == "Component %s is running.":
      self._begin(record.args[0])
    elif record.msg == "A cached execution %d is used.":
      self._from_cache = True
    elif record.msg == "Component %s is finished.":
      self._finish(record.args[0])

  def end(self) -> None:
    """Ends the line of a component that failed."""
    if self._line:
      self._write("\n")
    self._line = ""

  def _begin(self, component: str) -> None:
    self.end()
    self._started = self._clock()
    self._from_cache, self._first = False, None
    position = f"[{len(self.seconds) + 1}/{self._num_components}]"
    self._line = f"{position:>7} {component} ..."
    self._write(self._line)

  def _finish(self, component: str) -> None:
    seconds = self._clock() - self._started
    self.seconds[component] = round(seconds, 2)
    if self._from_cache:
      self.cached.append(component)
    told = "cached" if self._from_cache else f"{seconds:.1f} s"
    self._rewrite(f"{self._line or '       '} {told}", beside=f" {told}")
    self._write("\n")
    self._line = ""

  def _count(self, done: int, most: int) -> None:
    if not self._terminal.isatty():
      return
    now = self._clock()
    first, before = self._first = self._first or (now, done)
    left = ""
    if done > before:
      left = f", {_duration((now - first) / (done - before) * (most - done))} left"
    line = f"{self._line or '       '} step {done:,} of at most {most:,}{left}"
    self._rewrite(line)

  def _show(self, line: str) -> None:
    if self._line:
      self._rewrite(self._line, beside="")
      self._write("\n")
      self._line = ""
    self._rewrite(line)
    self._write("\n")

  def _rewrite(self, line: str, beside: str | None = None) -> None:
    """Writes a line over the one that is there.

    Args:
      line: The whole line.
      beside: What it adds to the component's line, for where nothing is written over.
    """
    if self._terminal.isatty():
      self._write(f"\r\x1b[K{line}")
    else:
      self._write(line if beside is None or not self._line else beside)

  def _write(self, text: str) -> None:
    self._terminal.write(text)
    self._terminal.flush()


def _duration(seconds: float) -> str:
  """Returns about how long something takes, in words."""
  return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


@contextlib.contextmanager
def progress_on(terminal: TextIO, num_components: int) -> Iterator[Progress]:
  """Shows progress on a terminal while a pipeline runs.

  Args:
    terminal: Where to write the lines.
    num_components: Number of components.

  Yields:
    The progress so far.
  """
  progress = Progress(terminal, num_components)
  tfx_log, own_log = logging.getLogger("absl"), logging.getLogger("clp_tfx")
  level = own_log.level
  verbosity = absl.logging.get_verbosity()
  # Set through absl, because TensorFlow resets the logger's level to absl's verbosity.
  absl.logging.set_verbosity(absl.logging.INFO)
  own_log.setLevel(logging.INFO)
  for logger in (tfx_log, own_log):
    logger.addHandler(progress)
  try:
    yield progress
  finally:
    progress.end()
    for logger in (tfx_log, own_log):
      logger.removeHandler(progress)
    own_log.setLevel(level)
    absl.logging.set_verbosity(verbosity)
