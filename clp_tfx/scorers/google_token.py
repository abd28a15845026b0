"""Credentials for Google Cloud from where Google's own tools take them."""

import threading
from typing import Any

from clp_tfx.errors import InputError

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class GoogleToken:
  """An access token of the application default credentials, asked for on first use."""

  def __init__(self):
    self._credentials: Any = None
    self._lock = threading.Lock()

  def fresh(self) -> str:
    """Returns a token that is valid now.

    Raises:
      InputError: If there are no credentials, or no library for them.
    """
    try:
      import google.auth
      from google.auth.transport.requests import Request
    except ImportError:
      raise InputError(
        "An endpoint on Vertex needs google-auth and requests: pip install "
        "'clp-tfx[gcp]'."
      ) from None
    try:
      with self._lock:
        if self._credentials is None:
          self._credentials, _ = google.auth.default(scopes=[_SCOPE])
        if not self._credentials.valid:
          self._credentials.refresh(Request())
        return self._credentials.token
    except google.auth.exceptions.GoogleAuthError as error:
      reason = " ".join(str(error).split())[:200].rstrip(".")
      raise InputError(
        f"Google Cloud gives no credentials for the endpoint ({reason}): log in with "
        "gcloud auth application-default login."
      ) from error
