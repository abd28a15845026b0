"""A cluster of Apache Flink on this machine, for Beam pipelines in Python.

    python -m pipelines.flink.cluster FOLDER

starts a JobManager, TaskManagers, a pool of Beam's Python workers for each of them and
Beam's job server, prints the options that `clp-tfx run` takes for it, and stops all of
it when it is interrupted. Everything listens on loopback, on free ports. `make flink`
gets what it needs. From Python:

    with flink_cluster(folder, task_managers=2) as cluster:
      PipelineOptions(cluster.beam_args)

What keeps the pools apart: Beam numbers workers within a TaskManager, so two of them on
one pool ask it for the same worker, and wait forever. On Kubernetes a pool is a sidecar
of its TaskManager, and `localhost` another place in every pod. Here each pool has a
loopback address of its own, and each TaskManager a file of hosts of its own, in which
the one name that all of them are told, `worker-pool`, is the address of its pool.
Network namespaces would need root, and `--environment_type=PROCESS` a program of our
own that reads what a worker is told, in place of Beam's.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clp_tfx.errors import InputError
from pipelines.flink import settings
from pipelines.flink.processes import Processes, can_connect, free_port
from pipelines.flink.settings import HOST

JARS = Path(__file__).parents[2] / ".flink"
"""Where `make flink` puts them."""

_POOL = "worker-pool"
_POOL_PROGRAM = Path(__file__).with_name("worker_pool.py")
_WORKERS_KEPT_MILLIS = 5_000
_JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
_TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"


class FlinkCluster:
  """A cluster that runs; `flink_cluster` starts and stops one.

  Args:
    folder: For configuration, logs and temporary files.
    task_managers: How many.
    slots: Of each TaskManager.

  Attributes:
    job_endpoint: Of Beam's job server, host and port.
    rest_url: Of Flink's REST API.
    logs: Folder with a log of each program.
    task_managers: The ids that the REST API knows the TaskManagers by.
    beam_args: What Beam's PipelineOptions take for a job on all of the slots.
  """

  def __init__(self, folder: Path, task_managers: int, slots: int):
    self._folder = folder
    self._slots = slots
    self._pool_port = free_port(HOST)
    rpc_port, rest_port, job_port = (free_port(HOST) for _ in range(3))
    self.job_endpoint = f"{HOST}:{job_port}"
    self.rest_url = f"http://{HOST}:{rest_port}"
    self._pools = {
      f"task-manager-{number}": f"127.0.0.{number + 1}"
      for number in range(1, task_managers + 1)
    }
    self.task_managers = list(self._pools)
    self.beam_args = [
      "--runner=FlinkRunner",
      f"--job_endpoint={self.job_endpoint}",
      "--environment_type=EXTERNAL",
      f"--environment_config={_POOL}:{self._pool_port}",
      f"--environment_cache_millis={_WORKERS_KEPT_MILLIS}",
      f"--parallelism={slots * task_managers}",
    ]
    for name in ("conf", "logs", "tmp"):
      (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "config.yaml").write_text(
      settings.CONFIG.format(
        host=HOST, rpc_port=rpc_port, rest_port=rest_port, slots=slots, folder=folder
      )
    )
    # A pool starts `python`, which has to be this one.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {"PATH": path, "LD_PRELOAD": str(JARS / "loopback.so")}
    self.logs = folder / "logs"
    self._processes = Processes(self.logs, {**os.environ, **environment})

  def start(self) -> None:
    """Starts everything; returns when jobs can be sent.

    Raises:
      RuntimeError: If something ends or is not there in time; names its log.
    """
    start = self._processes.start
    start("job-manager", self._flink(_JOB_MANAGER, [settings.JOB_MANAGER_HEAP]))
    start("job-server", self._job_server())
    for name, address in self._pools.items():
      pool = [str(_POOL_PROGRAM), f"{address}:{self._pool_port}"]
      start(f"{name}-pool", [sys.executable, *pool])
      start(name, self._task_manager(name, address))
    self._processes.wait_for(self._is_ready)

  def rest(self, path: str) -> Any:
    """Returns what Flink's REST API answers.

    Args:
      path: Such as `/jobs`.
    """
    with urllib.request.urlopen(self.rest_url + path, timeout=10) as answer:
      return json.load(answer)

  def kill(self, task_manager: str) -> None:
    """Kills a TaskManager, its pool and the workers, as when a machine is lost.

    Args:
      task_manager: One of `task_managers`.
    """
    self._processes.kill(task_manager)
    self._processes.kill(f"{task_manager}-pool")

  def stop(self) -> None:
    """Ends everything that was started."""
    self._processes.stop()

  def _is_ready(self) -> bool:
    _, _, port = self.job_endpoint.rpartition(":")
    return (
      can_connect(HOST, int(port))
      and all(can_connect(pool, self._pool_port) for pool in self._pools.values())
      and self.rest("/overview")["slots-total"] == len(self._pools) * self._slots
    )

  def _task_manager(self, name: str, pool_address: str) -> list[str]:
    hosts = self._folder / "conf" / f"{name}.hosts"
    known = {"localhost": HOST, socket.gethostname(): HOST, _POOL: pool_address}
    hosts.write_text("".join(f"{known[each]} {each}\n" for each in known))
    options = [*settings.TASK_MANAGER_HEAP, f"-Djdk.net.hosts.file={hosts}"]
    command = self._flink(_TASK_MANAGER, options)
    return [*command, f"-Dtaskmanager.resource-id={name}"]

  def _flink(self, main_class: str, options: Sequence[str]) -> list[str]:
    # With Beam's jar Flink need not load its classes anew for each job; and keeps the
    # workers of a job between its stages, which it does for classes of its own only.
    jars = [str(JARS / "flink" / "*"), str(JARS / "job-server.jar")]
    class_path = ["-cp", os.pathsep.join(jars)]
    config = ["--configDir", str(self._folder / "conf")]
    return [*settings.JAVA, *options, *class_path, main_class, *config]

  def _job_server(self) -> list[str]:
    host, _, port = self.job_endpoint.rpartition(":")
    return [
      *(*settings.JAVA, settings.JOB_SERVER_HEAP),
      *("-jar", str(JARS / "job-server.jar")),
      *("--flink-master", self.rest_url.removeprefix("http://")),
      *("--job-host", host, "--job-port", port),
      *("--artifact-port", "0", "--expansion-port", "0"),
      *("--artifacts-dir", str(self._folder / "artifacts")),
    ]


@contextlib.contextmanager
def flink_cluster(
  folder: str | Path, task_managers: int = 2, slots: int = 1
) -> Iterator[FlinkCluster]:
  """Starts a cluster and stops it.

  Args:
    folder: For its configuration, logs and temporary files.
    task_managers: How many.
    slots: Of each TaskManager; a job takes them all.

  Yields:
    The cluster.

  Raises:
    InputError: If Java or what `make flink` gets is missing.
    RuntimeError: If it does not start; names a log.
  """
  if not shutil.which("java"):
    raise InputError(
      "Expected Java on the PATH: install version 11 or 17 (Debian: apt-get install "
      "openjdk-17-jre-headless)."
    )
  if not (JARS / ".ready").exists():
    raise InputError(f"Expected Flink in {JARS}: make flink puts it there.")
  cluster = FlinkCluster(Path(folder).absolute(), task_managers, slots)
  try:
    cluster.start()
    yield cluster
  finally:
    cluster.stop()


def main(arguments: Sequence[str] | None = None) -> None:
  """Runs a cluster until it is interrupted."""
  parser = argparse.ArgumentParser(description="Apache Flink on this machine, for Beam")
  parser.add_argument("folder", help="for configuration, logs and temporary files")
  parser.add_argument("--task-managers", type=int, default=2)
  parser.add_argument("--slots", type=int, default=1, help="of each TaskManager")
  options = parser.parse_args(arguments)
  for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, lambda number, frame: sys.exit(128 + number))
  try:
    with flink_cluster(options.folder, options.task_managers, options.slots) as cluster:
      beam_args = " ".join(f"--beam-args={each}" for each in cluster.beam_args[1:])
      print(f"Flink's page: {cluster.rest_url}")
      print(f"clp-tfx run --beam-runner FlinkRunner {beam_args}", flush=True)
      signal.pause()
  except (InputError, RuntimeError) as error:
    sys.exit(str(error))


if __name__ == "__main__":
  main()
