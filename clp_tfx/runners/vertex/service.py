"""Connects to Vertex and turns its errors into messages for users."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import google.auth
import requests
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud.aiplatform_v1 import PipelineServiceClient

from clp_tfx.errors import InputError

_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
_REQUEST = re.compile(r"\b(GET|POST) \S+: ")


class Place(NamedTuple):
  """Where jobs run.

  Attributes:
    project: Google Cloud project.
    region: Google Cloud region.
    service_account: Service account of the job's containers; None for the project's
      default.
    api_endpoint: Host of a Vertex API within your network; None for Google's.
  """

  project: str
  region: str
  service_account: str | None = None
  api_endpoint: str | None = None


def place_of(name: str, api_endpoint: str | None = None) -> Place:
  """Returns where a job runs.

  Args:
    name: The job's resource name.
    api_endpoint: Host of a Vertex API within your network.

  Raises:
    InputError: If the name is not of this form.
  """
  parts = PipelineServiceClient.parse_pipeline_job_path(name)
  if not parts:
    raise InputError(
      "Expected a job as projects/PROJECT/locations/REGION/pipelineJobs/ID. Received: "
      f"{name!r}."
    )
  return Place(parts["project"], parts["location"], api_endpoint=api_endpoint)


def connection(place: Place) -> dict[str, Any]:
  """Returns the arguments of Google's clients, with this machine's credentials."""
  credentials, _ = google.auth.default(scopes=_SCOPES)
  endpoint = place.api_endpoint or f"{place.region}-aiplatform.googleapis.com"
  return {
    "credentials": credentials,
    "client_options": {"api_endpoint": endpoint},
    # Works through corporate proxies, which often block gRPC.
    "transport": "rest",
  }


@contextlib.contextmanager
def for_people(place: Place) -> Iterator[None]:
  """Turns errors of Google's clients into messages of one sentence.

  Raises:
    InputError: Instead of the errors of Google's clients.
  """
  where = f"project {place.project}, region {place.region}"
  try:
    yield
  except DefaultCredentialsError as error:
    raise InputError(
      "Expected credentials for Google Cloud, but found none: run gcloud auth "
      "application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to the key "
      "file of a service account."
    ) from error
  except (GoogleAuthError, exceptions.Unauthenticated) as error:
    raise InputError(
      f"Google Cloud did not accept the credentials ({_reason(error)}): log in again."
    ) from error
  except (exceptions.RetryError, requests.RequestException) as error:
    raise InputError(
      f"Vertex in {where} cannot be reached ({_reason(error)}): check the region's "
      "name and the network."
    ) from error
  except InputError:
    raise
  except (exceptions.GoogleAPICallError, ValueError) as error:
    raise InputError(
      f"Vertex in {where} refused ({_reason(error)}): check the project, the region, "
      "and the roles that docs/production.md lists."
    ) from error


def _reason(error: Exception) -> str:
  text = " ".join(str(error).split()).rstrip(".")
  return _REQUEST.sub("", text)[:300]
