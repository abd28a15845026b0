"""Submits, schedules and follows compiled jobs on Vertex Pipelines."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from google.api_core import retry
from google.cloud.aiplatform_v1 import PipelineServiceClient, ScheduleServiceClient
from google.cloud.aiplatform_v1.types import (
  CreatePipelineJobRequest,
  PipelineJob,
  PipelineState,
  PipelineTaskDetail,
  Schedule,
)
from google.protobuf import json_format
from tfx.utils import io_utils

from clp_tfx.errors import ComponentError
from clp_tfx.files import open_file, remove_leftovers, replacing
from clp_tfx.pipeline.nodes import MODELS
from clp_tfx.report.results import (
  JobArtifact,
  artifacts_of_job,
  check_tasks,
  write_pipeline_results,
)
from clp_tfx.runners.replay.job import read_job
from clp_tfx.runners.vertex.service import Place, connection, for_people
from clp_tfx.tfma.results import decision_threshold_of

_PARTS = {
  "Evaluator": "evaluation",
  "CounterfactualGen": "counterfactual_statistics",
  **dict.fromkeys(MODELS.values(), "model_run"),
}
"""Keys of the artifacts that the results are made from, by task."""
_KINDS = {int: "intValue", float: "doubleValue", str: "stringValue"}
_PAUSE_SECONDS = 30
_PATIENCE_SECONDS = 1800
_ENDED = (
  PipelineState.PIPELINE_STATE_SUCCEEDED,
  PipelineState.PIPELINE_STATE_FAILED,
  PipelineState.PIPELINE_STATE_CANCELLED,
)


def submit_job(
  path: str, parameters: Mapping[str, str], place: Place, cron: str | None = None
) -> str:
  """Submits a job, once or on a schedule.

  Args:
    path: The job file.
    parameters: Values of the job's runtime parameters, as text; they override those in
      the file.
    place: Where to run the job.
    cron: The schedule, such as `0 3 * * 1`, optionally with `TZ=Europe/Berlin` first;
      None to run the job now.

  Returns:
    The resource name of the job or its schedule.

  Raises:
    InputError: If the job cannot be read or lacks a parameter, there are no
      credentials, or Vertex refuses the job.
  """
  job = _job(path, read_job(path, parameters).parameters, place)
  parent = f"projects/{place.project}/locations/{place.region}"
  with for_people(place):
    if cron:
      schedule = Schedule(
        display_name=job.display_name,
        cron=cron,
        max_concurrent_run_count=1,
        create_pipeline_job_request=CreatePipelineJobRequest(
          parent=parent, pipeline_job=job
        ),
      )
      client = ScheduleServiceClient(**connection(place))
      return client.create_schedule(parent=parent, schedule=schedule).name
    client = PipelineServiceClient(**connection(place))
    return client.create_pipeline_job(parent=parent, pipeline_job=job).name


def follow_job(name: str, place: Place, terminal: TextIO) -> PipelineJob:
  """Waits until a job ends and shows the progress of its tasks.

  Args:
    name: The job's resource name.
    place: Where the job runs.
    terminal: Where to show progress.

  Returns:
    The job.

  Raises:
    InputError: If the job does not exist or Vertex cannot be reached.
    ComponentError: If the job failed or was cancelled.
  """
  states: dict[str, str] = {}
  with for_people(place):
    client = PipelineServiceClient(**connection(place))
    patient = retry.Retry(timeout=_PATIENCE_SECONDS)
    while True:
      job = client.get_pipeline_job(name=name, retry=patient)
      for task in job.job_detail.task_details:
        state = PipelineTaskDetail.State(task.state).name.lower()
        if states.get(task.task_name) != state:
          print(f"{task.task_name}: {state}", file=terminal, flush=True)
          states[task.task_name] = state
      if job.state in _ENDED:
        break
      time.sleep(_PAUSE_SECONDS)
  if job.state != PipelineState.PIPELINE_STATE_SUCCEEDED:
    raise ComponentError(_failure(name, job))
  return job


def write_job_results(job: PipelineJob, output: Path, place: Place) -> dict[str, Any]:
  """Fetches the artifacts of a finished job and writes its summary and report.

  Args:
    job: The job.
    output: Folder to write to.
    place: Where the job ran.

  Returns:
    The summary, as for a local run; see `write_results`.

  Raises:
    InputError: If the job is not one of this pipeline.
  """
  made = {
    task.task_name: {
      key: JobArtifact(found.artifacts[0].uri, _properties(found.artifacts[0]))
      for key, found in task.outputs.items()
      if found.artifacts
    }
    for task in job.job_detail.task_details
  }
  check_tasks(made, job.name)
  with for_people(place):
    for task, key in _PARTS.items():
      if task in made:
        local = _fetch(made[task][key].uri, output / "artifacts" / task)
        made[task][key] = made[task][key]._replace(uri=local)
  artifacts = artifacts_of_job(made)
  return write_pipeline_results(
    output,
    artifacts,
    decision_threshold_of(artifacts.evaluation),
    seconds=_seconds(job),
    cached=[
      task.task_name
      for task in job.job_detail.task_details
      if task.state == PipelineTaskDetail.State.SKIPPED
    ],
    comments={"source": [f"comments of the job {job.name}"]},
    configuration={"job": job.name},
  )


def _fetch(uri: str, folder: Path) -> str:
  remove_leftovers(folder.parent)
  with replacing(folder) as fresh:
    io_utils.copy_dir(uri, fresh)
  return str(folder)


def _properties(artifact: Any) -> dict[str, Any]:
  return json_format.MessageToDict(type(artifact).pb(artifact).metadata)


def _seconds(job: PipelineJob) -> dict[str, float]:
  return {
    task.task_name: round((task.end_time - task.start_time).total_seconds(), 2)
    for task in job.job_detail.task_details
    if task.start_time and task.end_time
  }


def _failure(name: str, job: PipelineJob) -> str:
  for task in job.job_detail.task_details:
    if task.state == PipelineTaskDetail.State.FAILED:
      reason = " ".join(task.error.message.split()).rstrip(".") or "no reason given"
      return f"{task.task_name} failed ({reason}). See the logs of {name}."
  state = PipelineState(job.state).name.removeprefix("PIPELINE_STATE_").lower()
  return f"The job ended as {state}. See the logs of {name}."


def _job(path: str, parameters: Mapping[str, Any], place: Place) -> PipelineJob:
  """Returns the job of a file with the given values of its parameters."""
  with open_file(path) as file:
    content = json.load(file)
  config = content["runtimeConfig"]
  if "parameters" in config:  # Schema 2.0.
    config["parameters"] = {
      name: {_KINDS[type(value)]: value} for name, value in parameters.items()
    }
  else:
    config["parameterValues"] = dict(parameters)
  job = PipelineJob(service_account=place.service_account or "")
  json_format.ParseDict(content, PipelineJob.pb(job))
  return job
