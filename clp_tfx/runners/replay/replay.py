"""Runs the containers of a compiled job one after another on this machine."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from clp_tfx.errors import ComponentError, InputError
from clp_tfx.files import own_temporary_folder
from clp_tfx.pipeline.beam_runners import LOCAL_BEAM_ARGS
from clp_tfx.pipeline.output import prepare_output
from clp_tfx.report.results import (
  JobArtifact,
  artifacts_of_job,
  check_tasks,
  write_pipeline_results,
)
from clp_tfx.runners.paths import check_artifacts_folder
from clp_tfx.runners.replay.artifacts import (
  Artifacts,
  ArtifactStore,
  executor_input,
  imported,
  set_outputs,
)
from clp_tfx.runners.replay.job import Job, Task, read_job
from clp_tfx.runners.vertex.placement import LOCAL_EXECUTORS
from clp_tfx.tfma.results import decision_threshold_of

_BUCKET = re.compile(r"\b(?:gs|s3|minio)://")


@own_temporary_folder()
def replay_job(
  path: str, output: str, parameters: Mapping[str, str], terminal: TextIO
) -> dict[str, Any]:
  """Runs a compiled job as its backend would, and writes the results of a local run.

  Every container's command runs in a separate process with the `ExecutorInput` that the
  backend would pass. The current environment replaces the image, and the folder
  `OUTPUT/buckets` replaces object stores: `gs://bucket/a.csv` becomes `bucket/a.csv` in
  it. Resolvers find the artifacts of earlier replays into the same folder. Beam runs on
  the DirectRunner, custom jobs train locally, and models for an endpoint are pushed to
  the serving folder.

  Example:
    >>> import sys
    >>> summary = replay_job("job.json", "replay", {"epochs": "1"}, sys.stderr)
    >>> summary["gate"]["blessed"]
    True

  Args:
    path: The job file.
    output: Output folder of the replay.
    parameters: Values of the job's runtime parameters, as text.
    terminal: Where to show progress.

  Returns:
    The summary, as written to `OUTPUT/summary.json`; see `write_results`.

  Raises:
    InputError: If the job cannot be read or is not one of this pipeline.
    ComponentError: If a component fails.
  """
  job = read_job(path, parameters)
  check_tasks([task.name for task in job.tasks], path)
  replay = _Replay(job, prepare_output(output), terminal)
  for position, task in enumerate(job.tasks, start=1):
    replay.run(task, f"[{position}/{len(job.tasks)}]")
  return replay.results(path)


class _Replay:
  """One replay of a job, with the outputs of its tasks so far."""

  def __init__(self, job: Job, output: Path, terminal: TextIO):
    self._job = job
    self._output = output
    self._terminal = terminal
    self._buckets = f"{output / 'buckets'}/"
    if set('"\\') & set(self._buckets):
      raise InputError(
        f"Expected --output without quotes or backslashes. Received: {output}."
      )
    check_artifacts_folder(self._buckets, "--output")
    self._folder = _new_folder(
      Path(self._local(job.pipeline_root)) / "replays", output / "logs"
    )
    self._store = ArtifactStore(output / "artifacts.json")
    self._outputs: dict[str, Artifacts] = {}
    self._seconds: dict[str, float] = {}

  def run(self, task: Task, position: str) -> None:
    """Runs a task and stores its outputs."""
    print(f"{position:>7} {task.name} ...", file=self._terminal, flush=True)
    started = time.monotonic()
    inputs = {
      key: self._outputs[source.task_output_artifact.producer_task][
        source.task_output_artifact.output_artifact_key
      ]
      for key, source in task.spec.inputs.artifacts.items()
    }
    kind = task.executor.WhichOneof("spec")
    if kind == "resolver":
      made = self._store.resolved(task, inputs)
    elif kind == "importer":
      made = imported(task, self._job.parameters)
      for each in made.values():
        each.artifacts[0].uri = self._local(each.artifacts[0].uri)
    else:
      made = self._run_container(task, inputs)
      self._store.add(made)
    self._outputs[task.name] = made
    self._seconds[task.name] = round(time.monotonic() - started, 2)
    print(f"        {self._seconds[task.name]:.1f} s", file=self._terminal, flush=True)

  def results(self, path: str) -> dict[str, Any]:
    """Writes the results of a job that has ended."""
    artifacts = artifacts_of_job(
      {
        task: {key: _first(found) for key, found in outputs.items() if found.artifacts}
        for task, outputs in self._outputs.items()
      }
    )
    return write_pipeline_results(
      self._output,
      artifacts,
      decision_threshold_of(artifacts.evaluation),
      seconds=self._seconds,
      cached=[],
      comments={"source": [f"comments of the job {path}"]},
      configuration={"job": path, "parameters": self._job.parameters},
    )

  def _run_container(self, task: Task, inputs: Artifacts) -> Artifacts:
    folder = self._folder / task.name
    folder.mkdir(parents=True)
    told = executor_input(task, inputs, self._job.parameters, str(folder))
    container = task.executor.container
    hook = container.lifecycle.pre_cache_check
    for command in ([*hook.command, *hook.args], [*container.command, *container.args]):
      if command:
        self._run_command(task, _with_local_beam(_with_local_executor(command)), told)
        set_outputs(told)
    return dict(told.outputs.artifacts)

  def _run_command(
    self, task: Task, command: Sequence[str], told: pipeline_spec_pb2.ExecutorInput
  ) -> None:
    text = json_format.MessageToJson(told, indent=None)
    program, *arguments = [self._local(each.replace("{{$}}", text)) for each in command]
    if program in ("python", "python3"):
      program = sys.executable
    log = self._output / "logs" / f"{self._folder.name}-{task.name}.log"
    log.parent.mkdir(exist_ok=True)
    with open(log, "ab") as file:
      done = subprocess.run(
        [program, *arguments], stdout=file, stderr=file, check=False
      )
    if done.returncode:
      last = log.read_text(errors="replace").strip().rpartition("\n")[2]
      raise ComponentError(f"{task.name} failed: {last} See its log {log}.")

  def _local(self, text: str) -> str:
    """Returns a text with object stores replaced by local folders."""
    return _BUCKET.sub(lambda _: self._buckets, text)


def _new_folder(root: Path, logs: Path) -> Path:
  """Creates the folder of a replay, named by the next unused number.

  The number of a deleted replay is not reused while its logs exist; otherwise its
  recorded artifacts would seem to belong to this replay.
  """
  root.mkdir(parents=True, exist_ok=True)
  names = [path.name.partition("-")[0] for path in (*root.iterdir(), *logs.glob("*"))]
  number = max((int(name) for name in names if name.isdecimal()), default=0) + 1
  while True:
    folder = root / str(number)
    try:
      folder.mkdir()
    except FileExistsError:  # Another replay has just created it.
      number += 1
    else:
      return folder


def _first(found: pipeline_spec_pb2.ArtifactList) -> JobArtifact:
  artifact = found.artifacts[0]
  return JobArtifact(artifact.uri, json_format.MessageToDict(artifact.metadata))


def _with_local_executor(command: Sequence[str]) -> list[str]:
  return [LOCAL_EXECUTORS.get(each, each) for each in command]


def _with_local_beam(command: Sequence[str]) -> list[str]:
  """Returns a command with the local runner; arguments for runners come last."""
  for i, each in enumerate(command):
    if each.startswith("--runner=") and each != LOCAL_BEAM_ARGS[0]:
      return [*command[:i], *LOCAL_BEAM_ARGS]
  return list(command)
