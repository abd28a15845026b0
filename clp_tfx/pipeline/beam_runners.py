"""Arguments of the Beam runners, and checks that they are complete.

Without these checks the runners fail late or with unclear errors.
"""

import argparse
import contextlib
import re
import socket
from collections.abc import Iterator, Sequence

from clp_tfx.errors import InputError

DIRECT, FLINK = "DirectRunner", "FlinkRunner"
PORTABLE, DATAFLOW = "PortableRunner", "DataflowRunner"
RUNNERS = (DIRECT, FLINK, PORTABLE, DATAFLOW)
# Any image name works. Without one, TFX builds a package of itself for the workers in
# every component, which takes seconds, and they would install it over what they have.
_INSTALLED = "--sdk_container_image=installed"
LOCAL_BEAM_ARGS = ("--runner=clp_tfx.pipeline.LocalBeamRunner", _INSTALLED)
"""What the DirectRunner is here: Beam's own would download another one."""

_SERVER_SECONDS = 3
_LOCAL_MASTERS = ("[local]", "[auto]")
# What to add if an argument is missing.
_ADD = {
  "project": "--project PROJECT",
  "region": "--region REGION",
  "temp_location": "--beam-args=--temp_location=gs://BUCKET/tmp",
  "job_endpoint": "--beam-args=--job_endpoint=HOST:PORT of a Beam job server",
  "environment_type": "--beam-args=--environment_type=EXTERNAL and "
  "--beam-args=--environment_config=HOST:PORT of a pool of workers with this package",
  "environment_config": "--beam-args=--environment_config=, a pool's HOST:PORT "
  "(EXTERNAL), an image (DOCKER) or a command (PROCESS)",
}
# Beam's name for a job server within the process.
_EMBEDDED = "embed"
# Types of environments that need a configuration.
_CONFIGURED = ("DOCKER", "EXTERNAL", "PROCESS")


def beam_pipeline_args(
  runner: str,
  args: Sequence[str] = (),
  workers: int = 1,
  project: str | None = None,
  region: str | None = None,
  image: str | None = None,
) -> list[str]:
  """Returns the arguments of the pipeline's Beam components.

  Args:
    runner: One of `RUNNERS`.
    args: Further arguments; they come last and override the others.
    workers: Number of processes of the DirectRunner; 1 means this process only.
    project: Google Cloud project.
    region: Google Cloud region.
    image: Container image with this package; workers use it unless `args` name another.

  Returns:
    The arguments, starting with `--runner`.

  Raises:
    InputError: If arguments are missing or contradict each other.
  """
  given = _parsed(args)
  if given.runner:
    raise InputError(
      f"Expected the Beam runner as --beam-runner {given.runner}. Received: --runner "
      "in --beam-args."
    )
  if runner == DIRECT:
    return [*LOCAL_BEAM_ARGS, *_processes(workers), *args]
  if workers != 1:
    raise InputError(
      f"Expected --workers with the DirectRunner only. Received: {workers} with the "
      f"{runner}, which has its own arguments (--parallelism of Flink, --num_workers "
      "of Dataflow): give one of them in --beam-args."
    )
  cloud = {"project": project, "region": region}
  complete = [
    f"--runner={runner}",
    *(f"--{name}={value}" for name, value in cloud.items() if value),
    *_workers_image(runner, given, image),
    *args,
  ]
  _check_complete(runner, _parsed(complete))
  return complete


def check_servers(beam_args: Sequence[str]) -> None:
  """Checks that the server to send jobs to accepts connections.

  Args:
    beam_args: As `beam_pipeline_args` returns them.

  Raises:
    InputError: If it does not.
  """
  given = _parsed(beam_args)
  for name, address in _servers(given).items():
    host, port = _host_and_port(name, address)
    try:
      socket.create_connection((host, port), timeout=_SERVER_SECONDS).close()
    except OSError as error:
      raise InputError(
        f"Nothing answers at --{name} {address} ({error.strerror or error}): start the "
        f"{given.runner}'s server or give another address in --beam-args."
      ) from error


@contextlib.contextmanager
def told_by_workers() -> Iterator[None]:
  """Re-raises the `InputError` of a worker process.

  Exceptions of other processes arrive as text in a traceback.

  Raises:
    InputError: If the text of a RuntimeError contains one.
  """
  try:
    yield
  except RuntimeError as error:
    name = f"{InputError.__module__}.{InputError.__name__}"
    found = re.search(rf"{re.escape(name)}: (.*)", str(error))
    if not found:
      raise
    raise InputError(found.group(1)) from error


def _processes(workers: int) -> list[str]:
  if workers == 1:
    return []
  return ["--direct_running_mode=multi_processing", f"--direct_num_workers={workers}"]


def _workers_image(
  runner: str, given: argparse.Namespace, image: str | None
) -> list[str]:
  """Returns arguments that make workers use the image or their installed packages."""
  if given.sdk_container_image or given.worker_harness_container_image:
    return []
  if runner == DATAFLOW:
    return [f"--sdk_container_image={image}"] if image else []
  if given.environment_type == "DOCKER" and image and not given.environment_config:
    return [f"--environment_config={image}", _INSTALLED]
  return [_INSTALLED]


def _check_complete(runner: str, given: argparse.Namespace) -> None:
  if runner == DATAFLOW:
    _require(runner, given, "project", "region", "temp_location")
    return
  if runner == PORTABLE:
    _require(runner, given, "job_endpoint")
  if not (given.job_endpoint or given.flink_master):
    raise InputError(
      f"The {runner} needs --job_endpoint or --flink_master as well: add "
      "--beam-args=--job_endpoint=HOST:PORT of a Beam job server."
    )
  for name, address in _servers(given).items():
    _host_and_port(name, address)
  if given.flink_master not in _LOCAL_MASTERS:
    _require(runner, given, "environment_type")
  if given.environment_type in _CONFIGURED and not given.environment_option:
    _require(runner, given, "environment_config")


def _require(runner: str, given: argparse.Namespace, *names: str) -> None:
  for name in names:
    if not getattr(given, name):
      raise InputError(f"The {runner} needs --{name} as well: add {_ADD[name]}.")


def _servers(given: argparse.Namespace) -> dict[str, str]:
  """Returns the addresses of servers outside this process, by argument."""
  if given.job_endpoint:
    embedded = given.job_endpoint == _EMBEDDED
    return {} if embedded else {"job_endpoint": given.job_endpoint}
  master = given.flink_master
  return {"flink_master": master} if master and master not in _LOCAL_MASTERS else {}


def _host_and_port(name: str, address: str) -> tuple[str, int]:
  host, _, port = re.sub("^https?://", "", address).rpartition(":")
  if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
    raise InputError(f"Expected --{name} to be HOST:PORT. Received: {address!r}.")
  return host.strip("[]"), int(port)


def _parsed(args: Sequence[str]) -> argparse.Namespace:
  """Returns the arguments that this module checks, None if not given."""
  parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
  images = ("sdk_container_image", "worker_harness_container_image")
  for name in ("runner", "flink_master", *_ADD, *images):
    parser.add_argument(f"--{name}")
  parser.add_argument("--environment_option", "--environment_options")
  return parser.parse_known_args(list(args))[0]
