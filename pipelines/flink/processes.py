"""Programs that run beside this one, each with a log, and end with it."""

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
  """Starts programs, and stops all of them.

  Args:
    logs: Folder for a log of each.
    environment: Their environment variables.
  """

  def __init__(self, logs: Path, environment: Mapping[str, str]):
    self._logs = logs
    self._environment = dict(environment)
    self._started: dict[str, subprocess.Popen] = {}

  def start(self, name: str, command: Sequence[str]) -> None:
    """Starts a program, in a process group of its own.

    Args:
      name: What it and its log are called.
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
    """Waits until something is so.

    Args:
      is_ready: Whether it is; an OSError means no.

    Raises:
      RuntimeError: If a program ends meanwhile, or it takes too long.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(is_ready):
      for name, process in self._started.items():
        if process.poll() is not None:
          raise RuntimeError(f"{name} ended; its log {self._logs}/{name}.log says why.")
      if time.monotonic() > deadline:
        raise RuntimeError(
          f"Not ready after {_READY_SECONDS} seconds; {self._logs} has the logs."
        )
      time.sleep(0.2)

  def kill(self, name: str) -> None:
    """Kills a program and those that it has started, without a warning."""
    process = self._started[name]
    with contextlib.suppress(ProcessLookupError):
      os.killpg(process.pid, signal.SIGKILL)
    process.wait()

  def stop(self) -> None:
    """Kills everything: none of it holds what anyone would miss."""
    for name in reversed(self._started):
      self.kill(name)


def free_port(host: str) -> int:
  """Returns a port that nothing listens on."""
  with socket.socket() as free:
    free.bind((host, 0))
    return free.getsockname()[1]


def can_connect(host: str, port: int) -> bool:
  """Whether something listens."""
  with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
    return True
  return False


def _answers(is_ready: Callable[[], bool]) -> bool:
  with contextlib.suppress(OSError):
    return is_ready()
  return False


def _end_with_parent() -> None:
  """Has Linux end a program with the one that started it, however that one ends."""
  ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
