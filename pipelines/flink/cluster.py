"""A local Apache Flink cluster for Beam pipelines in Python.

    python -m pipelines.flink.cluster FOLDER

starts a JobManager, TaskManagers with a pool of Beam's Python workers each, and Beam's
job server. It prints the options for `clp-tfx run` and stops everything when it is
interrupted. Everything listens on loopback, on free ports. `make flink` installs the
requirements. From Python:

    with flink_cluster(folder, task_managers=2) as cluster:
      PipelineOptions(cluster.beam_args)

Each TaskManager needs its own pool: Beam numbers workers within a TaskManager, so two
TaskManagers with one pool would ask it for the same worker and wait forever. On
Kubernetes each pool is a sidecar of its TaskManager, and `localhost` is different in
every pod. Here each pool has its own loopback address. All TaskManagers get the same
host name, `worker-pool`, and each has its own hosts file that maps it to the address of
its pool. Network namespaces would need root, and `--environment_type=PROCESS` would
need our own program in place of Beam's to read the arguments of a worker.
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
"""Where `make flink` puts the jars."""

_POOL = "worker-pool"
_POOL_PROGRAM = Path(__file__).with_name("worker_pool.py")
_WORKERS_KEPT_MILLIS = 5_000
_JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
_TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"


class FlinkCluster:
  """A running cluster; use `flink_cluster` to start and stop one.

  Args:
    folder: Folder for configuration, logs and temporary files.
    task_managers: Number of TaskManagers.
    slots: Number of slots per TaskManager.

  Attributes:
    job_endpoint: Host and port of Beam's job server.
    rest_url: URL of Flink's REST API.
    logs: Folder with a log for each program.
    task_managers: Ids of the TaskManagers in the REST API.
    beam_args: Beam's PipelineOptions for a job on all slots.
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
    # A pool starts `python`, which must be this interpreter.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {"PATH": path, "LD_PRELOAD": str(JARS / "loopback.so")}
    self.logs = folder / "logs"
    self._processes = Processes(self.logs, {**os.environ, **environment})

  def start(self) -> None:
    """Starts all programs; returns when the cluster accepts jobs.

    Raises:
      RuntimeError: If a program ends or is not ready in time; names its log.
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
    """Returns the answer of Flink's REST API.

    Args:
      path: Path of the request, such as `/jobs`.
    """
    with urllib.request.urlopen(self.rest_url + path, timeout=10) as answer:
      return json.load(answer)

  def kill(self, task_manager: str) -> None:
    """Kills a TaskManager, its pool and its workers, as if a machine were lost.

    Args:
      task_manager: One of `task_managers`.
    """
    self._processes.kill(task_manager)
    self._processes.kill(f"{task_manager}-pool")

  def stop(self) -> None:
    """Stops all programs."""
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
    # With Beam's jar on the class path, Flink does not reload its classes for each job.
    # It also keeps a job's workers between stages, which it only does for its own
    # classes.
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
    folder: Folder for configuration, logs and temporary files.
    task_managers: Number of TaskManagers.
    slots: Number of slots per TaskManager; a job uses all of them.

  Yields:
    The cluster.

  Raises:
    InputError: If Java or an installation by `make flink` is missing.
    RuntimeError: If the cluster does not start; names a log.
  """
  if not shutil.which("java"):
    raise InputError(
      "Expected Java on the PATH: install version 11 or 17 (Debian: apt-get install "
      "openjdk-17-jre-headless)."
    )
  if not (JARS / ".ready").exists():
    raise InputError(f"Expected Flink in {JARS}: run make flink to install it.")
  cluster = FlinkCluster(Path(folder).absolute(), task_managers, slots)
  try:
    cluster.start()
    yield cluster
  finally:
    cluster.stop()


def main(arguments: Sequence[str] | None = None) -> None:
  """Runs a cluster until it is interrupted."""
  parser = argparse.ArgumentParser(description="Run a local Flink cluster for Beam.")
  parser.add_argument("folder", help="folder for configuration, logs, temporary files")
  parser.add_argument("--task-managers", type=int, default=2)
  parser.add_argument("--slots", type=int, default=1, help="slots per TaskManager")
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
