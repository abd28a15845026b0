"""Child processes, each with a log, that end when this process ends."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_READY_SECONDS = 120
_PR_SET_PDEATHSIG = 1


class Processes:
  """Starts programs and stops all of them.

  Args:
    logs: Folder for the logs, one per program.
    environment: Environment variables for the programs.
  """

  def __init__(self, logs: Path, environment: Mapping[str, str]):
    self._logs = logs
    self._environment = dict(environment)
    self._started: dict[str, subprocess.Popen] = {}

  def start(self, name: str, command: Sequence[str]) -> None:
    """Starts a program in its own process group.

    Args:
      name: Name of the program and its log.
      command: Program and arguments.
    """
    with open(self._logs / f"{name}.log", "wb") as log:
      self._started[name] = subprocess.Popen(
        command,
        env=self._environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=_end_with_parent,
      )

  def wait_for(self, is_ready: Callable[[], bool]) -> None:
    """Waits until a condition is true.

    Args:
      is_ready: Returns the condition; an OSError counts as false.

    Raises:
      RuntimeError: If a program ends in the meantime, or the wait takes too long.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(is_ready):
      for name, process in self._started.items():
        if process.poll() is not None:
          raise RuntimeError(f"{name} ended; see its log {self._logs}/{name}.log.")
      if time.monotonic() > deadline:
        raise RuntimeError(
          f"Not ready after {_READY_SECONDS} seconds; see the logs in {self._logs}."
        )
      time.sleep(0.2)

  def kill(self, name: str) -> None:
    """Kills a program and all programs that it started."""
    process = self._started[name]
    with contextlib.suppress(ProcessLookupError):
      os.killpg(process.pid, signal.SIGKILL)
    process.wait()

  def stop(self) -> None:
    """Kills all programs; none of them has anything to save."""
    for name in reversed(self._started):
      self.kill(name)


def free_port(host: str) -> int:
  """Returns a free port."""
  with socket.socket() as free:
    free.bind((host, 0))
    return free.getsockname()[1]


def can_connect(host: str, port: int) -> bool:
  """Returns whether something listens on the port."""
  with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
    return True
  return False


def _answers(is_ready: Callable[[], bool]) -> bool:
  with contextlib.suppress(OSError):
    return is_ready()
  return False


def _end_with_parent() -> None:
  """Makes Linux kill this process when its parent ends, for whatever reason."""
  ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
