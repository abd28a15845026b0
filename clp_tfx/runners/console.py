"""Sends the libraries' logs to a file and shows the pipeline's progress."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator
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
  """Turns the local runner's log messages into one line per component.

  Attributes:
    seconds: Wall-clock seconds of each finished component.
    cached: Components whose results came from the cache.
  """

  def __init__(self, terminal: TextIO, num_components: int):
    super().__init__()
    self.seconds: dict[str, float] = {}
    self.cached: list[str] = []
    self._terminal = terminal
    self._num_components = num_components
    self._from_cache = False
    self._started = 0.0

  def emit(self, record: logging.LogRecord) -> None:
    """Shows messages about the run's progress and ignores all others."""
    if record.name.startswith("clp_tfx"):
      self._show(record.getMessage())
    elif record.msg == "Component %s is running.":
      self._started = time.monotonic()
      self._from_cache = False
      position = f"[{len(self.seconds) + 1}/{self._num_components}]"
      self._show(f"{position:>7} {record.args[0]} ...")
    elif record.msg == "A cached execution %d is used.":
      self._from_cache = True
    elif record.msg == "Component %s is finished.":
      (component,) = record.args
      seconds = time.monotonic() - self._started
      self.seconds[component] = round(seconds, 2)
      if self._from_cache:
        self.cached.append(component)
      self._show("        " + ("cached" if self._from_cache else f"{seconds:.1f} s"))

  def _show(self, line: str) -> None:
    print(line, file=self._terminal, flush=True)


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
    for logger in (tfx_log, own_log):
      logger.removeHandler(progress)
    own_log.setLevel(level)
    absl.logging.set_verbosity(verbosity)
