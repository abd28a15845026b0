"""A compiled job on Vertex Pipelines: submitted, scheduled, followed and read."""

import contextlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import google.auth
import requests
from google.api_core import exceptions, retry
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud.aiplatform_v1 import PipelineServiceClient, ScheduleServiceClient
from google.cloud.aiplatform_v1.types import (
  CreatePipelineJobRequest,
  PipelineJob,
  PipelineState,
  PipelineTaskDetail,
  Schedule,
)
from google.protobuf import json_format
from tfx.dsl.io import fileio
from tfx.utils import io_utils

from clp_tfx.errors import ComponentError, InputError
from clp_tfx.pipeline.results import (
  JobArtifact,
  artifacts_of_job,
  write_pipeline_results,
)
from clp_tfx.replay.job import read_job
from clp_tfx.tfma import decision_threshold_of

_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
_PARTS = {
  "Evaluator": "evaluation",
  "CounterfactualGen": "counterfactual_statistics",
  "Trainer": "model_run",
  "ControlTrainer": "model_run",
}
"""Which artifacts the results are made of, by task."""
_KINDS = {int: "intValue", float: "doubleValue", str: "stringValue"}
_REQUEST = re.compile(r"\b(GET|POST) \S+: ")
_PAUSE_SECONDS = 30
_PATIENCE_SECONDS = 1800
_ENDED = (
  PipelineState.PIPELINE_STATE_SUCCEEDED,
  PipelineState.PIPELINE_STATE_FAILED,
  PipelineState.PIPELINE_STATE_CANCELLED,
)


class Place(NamedTuple):
  """Where jobs run.

  Attributes:
    project: Google Cloud project.
    region: Google Cloud region.
    service_account: What the job's containers run as; the project's default when None.
    api_endpoint: Host of a Vertex API of one's own network; Google's when None.
  """

  project: str
  region: str
  service_account: str | None = None
  api_endpoint: str | None = None


def place_of(name: str, api_endpoint: str | None = None) -> Place:
  """Returns where a job runs.

  Args:
    name: Its resource name.
    api_endpoint: Host of a Vertex API of one's own network.

  Raises:
    InputError: If it is no such name.
  """
  parts = PipelineServiceClient.parse_pipeline_job_path(name)
  if not parts:
    raise InputError(
      "Expected a job as projects/PROJECT/locations/REGION/pipelineJobs/ID. Received: "
      f"{name!r}."
    )
  return Place(parts["project"], parts["location"], api_endpoint=api_endpoint)


def submit_job(
  path: str, parameters: Mapping[str, str], place: Place, cron: str | None = None
) -> str:
  """Submits a job, once or by a schedule.

  Args:
    path: The job file.
    parameters: Values of the job's runtime parameters, as text, in place of those in
      the file.
    place: Where to.
    cron: When, such as `0 3 * * 1`, perhaps after `TZ=Europe/Berlin`; at once when
      None.

  Returns:
    The resource name of the job, or of its schedule.

  Raises:
    InputError: If the job cannot be read or has no such parameters, there are no
      credentials, or Vertex refuses.
  """
  job = _job(path, read_job(path, parameters).parameters, place)
  parent = f"projects/{place.project}/locations/{place.region}"
  with _for_people(place):
    if cron:
      schedule = Schedule(
        display_name=job.display_name,
        cron=cron,
        max_concurrent_run_count=1,
        create_pipeline_job_request=CreatePipelineJobRequest(
          parent=parent, pipeline_job=job
        ),
      )
      client = ScheduleServiceClient(**_connection(place))
      return client.create_schedule(parent=parent, schedule=schedule).name
    client = PipelineServiceClient(**_connection(place))
    return client.create_pipeline_job(parent=parent, pipeline_job=job).name


def follow_job(name: str, place: Place, terminal: TextIO) -> PipelineJob:
  """Waits until a job ends, and shows what its tasks do.

  Args:
    name: Its resource name.
    place: Where it runs.
    terminal: Where progress is shown.

  Returns:
    The job.

  Raises:
    InputError: If there is no such job, or Vertex stays out of reach.
    ComponentError: If it failed or was cancelled.
  """
  states: dict[str, str] = {}
  with _for_people(place):
    client = PipelineServiceClient(**_connection(place))
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
  """Fetches what a finished job measured, and writes summary and report of it.

  Args:
    job: The job.
    output: Folder to write to.
    place: Where it ran.

  Returns:
    The summary, as of a run on this machine; see `write_results`.

  Raises:
    InputError: If the job is none of this pipeline.
  """
  made = {
    task.task_name: {
      key: JobArtifact(found.artifacts[0].uri, _properties(found.artifacts[0]))
      for key, found in task.outputs.items()
      if found.artifacts
    }
    for task in job.job_detail.task_details
  }
  if missing := sorted(
    task
    for task in ("Pusher", *_PARTS)
    if task not in made and task != "ControlTrainer"
  ):
    raise InputError(
      f"Expected {job.name} to be a job of this pipeline, but it has no "
      f"{missing[0]}: name one that clp-tfx submit made."
    )
  with _for_people(place):
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
    comments={"source": [f"those of the job {job.name}"]},
    configuration={"job": job.name},
  )


def _fetch(uri: str, folder: Path) -> str:
  fresh = str(folder) + ".new"
  for old in (fresh, str(folder)):
    if fileio.exists(old):
      fileio.rmtree(old)
  io_utils.copy_dir(uri, fresh)
  fileio.rename(fresh, str(folder))
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
      return f"{task.task_name} failed ({reason}). The logs of {name} say more."
  state = PipelineState(job.state).name.removeprefix("PIPELINE_STATE_").lower()
  return f"The job ended as {state}. The logs of {name} say more."


def _job(path: str, parameters: Mapping[str, Any], place: Place) -> PipelineJob:
  """Returns the job of a file, with other values of its parameters."""
  content = json.loads(Path(path).read_text(encoding="utf-8"))
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


def _connection(place: Place) -> dict[str, Any]:
  credentials, _ = google.auth.default(scopes=_SCOPES)
  endpoint = place.api_endpoint or f"{place.region}-aiplatform.googleapis.com"
  return {
    "credentials": credentials,
    "client_options": {"api_endpoint": endpoint},
    # Passes the proxies of companies, which gRPC often does not.
    "transport": "rest",
  }


@contextlib.contextmanager
def _for_people(place: Place) -> Iterator[None]:
  """Turns what goes wrong between here and Vertex into one sentence."""
  where = f"project {place.project}, region {place.region}"
  try:
    yield
  except DefaultCredentialsError as error:
    raise InputError(
      "Expected credentials for Google Cloud, but found none: run gcloud auth "
      "application-default login, or name a service account's key file in "
      "GOOGLE_APPLICATION_CREDENTIALS."
    ) from error
  except (GoogleAuthError, exceptions.Unauthenticated) as error:
    raise InputError(
      f"Google Cloud did not accept the credentials ({_reason(error)}): log in again."
    ) from error
  except exceptions.RetryError as error:
    raise InputError(_unreachable(where, error)) from error
  except exceptions.GoogleAPICallError as error:
    raise InputError(
      f"Vertex in {where} refused ({_reason(error)}): check the project, the region, "
      "and the roles that docs/production.md lists."
    ) from error
  except (ValueError, requests.RequestException) as error:
    if isinstance(error, InputError):
      raise
    raise InputError(_unreachable(where, error)) from error


def _unreachable(where: str, error: Exception) -> str:
  return (
    f"Vertex in {where} cannot be reached ({_reason(error)}): check the region's name "
    "and the network."
  )


def _reason(error: Exception) -> str:
  text = " ".join(str(error).split()).rstrip(".")
  return _REQUEST.sub("", text)[:300]
