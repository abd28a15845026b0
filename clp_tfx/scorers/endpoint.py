"""Models behind HTTP, in the predict form of TensorFlow Serving and Vertex."""

import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.options import flag
from clp_tfx.scorers.google_token import GoogleToken

# What servers take: TensorFlow Serving few texts at a time by default, Vertex 1.5 MB.
_BATCH_TEXTS, _BATCH_BYTES = 64, 10**6
_MOST_ANSWER_BYTES = 64 * 2**20
_ATTEMPTS = 6
_FIRST_WAIT = 0.5  # Seconds; doubled after each attempt.
_PASSING = (408, 425, 429)  # And all from 500 on: worth another attempt.
_URL = re.compile(r"https?://[!-~]+")
_VERTEX = re.compile(
  r"([a-z0-9-]+-)?aiplatform\.googleapis\.com|.+\.prediction\.vertexai\.goog"
)


def is_endpoint(model: str) -> bool:
  """Returns whether a model is given as the URL of an endpoint."""
  return model.startswith(("http://", "https://"))


class EndpointSource:
  """Scores texts with a server that answers `{"instances": [text, ...]}` by POST.

  The answer is `{"predictions": [...]}`, in the order of the texts: a number or a list
  of numbers for each or, for several outputs, an object with them. Texts are sent in
  batches; what may pass (no connection, no answer in time, a cut or garbled one, HTTP
  408, 425, 429 and 5xx) is tried again, with waits that double. Nothing else is sent,
  redirects are not followed, and only Vertex gets credentials, over HTTPS.

  Attributes:
    where: What it is, for errors.
    takes_texts: True.
    batch_size: None.

  Args:
    url: The URL, such as `http://localhost:8501/v1/models/toxicity:predict`.
    signature: Signature for TensorFlow Serving, sent as `signature_name` if given.
    score_output: Output with the score, if there are several.
    timeout: Seconds to wait for an answer.

  Raises:
    InputError: If the URL is invalid.
  """

  takes_texts = True
  batch_size = None

  def __init__(
    self, url: str, signature: str | None, score_output: str | None, timeout: float
  ):
    host = _checked_host(url)
    self.where = f"the endpoint {url.partition('?')[0]}"
    self._url = url
    self._signature = {"signature_name": signature} if signature else {}
    self._output = score_output
    self._timeout = timeout
    self._late = f"it took longer than {flag('timeout')} {timeout:g}, in seconds"
    is_vertex = url.startswith("https:") and _VERTEX.fullmatch(host)
    self._token = GoogleToken() if is_vertex else None
    self._opener = urllib.request.build_opener(_NoRedirect)

  def outputs(self, texts: Sequence[bytes]) -> list[Any]:
    """Returns the predictions for texts; bytes that are not UTF-8 become U+FFFD."""
    decoded = [text.decode("utf-8", "replace") for text in texts]
    return [
      self._chosen(each)
      for batch in _batches(decoded)
      for each in self._predictions(batch)
    ]

  def _predictions(self, texts: list[str]) -> list[Any]:
    body = json.dumps({**self._signature, "instances": texts}).encode()
    answer = self._answer(body)
    predictions = answer.get("predictions") if isinstance(answer, dict) else None
    if not isinstance(predictions, list):
      raise InputError(
        f'Expected {self.where} to answer {{"predictions": [...]}}, but it answers '
        f"{_shown(json.dumps(answer))}: give the URL of a predict endpoint, which for "
        "TensorFlow Serving ends in :predict."
      )
    if len(predictions) != len(texts):
      raise InputError(
        f"Expected {self.where} to return a prediction for each text, but it returns "
        f"{len(predictions)} for {len(texts)}: correct the server."
      )
    return predictions

  def _chosen(self, prediction: Any) -> Any:
    if not isinstance(prediction, dict):
      return prediction
    if self._output is None and len(prediction) == 1:
      return next(iter(prediction.values()))
    if self._output not in prediction:
      raise InputError(
        f"{self.where} returns {_shown(', '.join(prediction))} for a text: set "
        f"{flag('score_output')} to the one with the score."
      )
    return prediction[self._output]

  def _answer(self, body: bytes) -> Any:
    """Returns the parsed answer to a request, after some attempts if need be."""
    for attempt in range(_ATTEMPTS):
      try:
        return self._parsed(body)
      except _PassingError as error:
        reason = str(error)
      if attempt < _ATTEMPTS - 1:
        # By chance, so that workers do not all come back at once.
        time.sleep(_FIRST_WAIT * 2**attempt * random.uniform(0.75, 1.25))
    raise InputError(
      f"Expected {self.where} to score texts, but {_ATTEMPTS} attempts failed, the "
      f"last because {reason}: see that the server is up."
    )

  def _parsed(self, body: bytes) -> Any:
    try:
      content = self._sent(body)
    except urllib.error.HTTPError as error:
      with error:
        self._refuse(error)
    except TimeoutError:
      raise _PassingError(self._late) from None
    except (OSError, http.client.HTTPException) as error:
      reason = getattr(error, "reason", None) or error
      if isinstance(reason, TimeoutError):
        raise _PassingError(self._late) from None
      said = _shown(str(getattr(reason, "strerror", None) or reason))
      raise _PassingError(f"of {said or type(reason).__name__}") from error
    try:
      return json.loads(content)
    except ValueError:
      raise _PassingError(
        f"its answer of {len(content)} bytes is cut or is not JSON"
      ) from None

  def _sent(self, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json", "User-Agent": "clp-tfx"}
    if self._token:
      headers["Authorization"] = f"Bearer {self._token.fresh()}"
    request = urllib.request.Request(self._url, body, headers, method="POST")
    deadline = time.monotonic() + self._timeout
    content = b""
    with self._opener.open(request, timeout=self._timeout) as response:
      while part := response.read1(2**16):
        content += part
        if time.monotonic() > deadline:
          raise TimeoutError
        if len(content) > _MOST_ANSWER_BYTES:
          raise InputError(
            f"Expected {self.where} to answer with predictions, but its answer has "
            f"more than {_MOST_ANSWER_BYTES >> 20} MB: give a predict endpoint."
          )
    return content

  def _refuse(self, error: urllib.error.HTTPError) -> None:
    said = f"it answers HTTP {error.code} ({_reason(error)})"
    if error.code in _PASSING or error.code >= 500:
      raise _PassingError(said) from error
    if error.code in (401, 403):
      advice = (
        "see that your Google account may use it"
        if self._token
        else "credentials are sent to Vertex only, over HTTPS; for others, give a "
        "function that calls them"
      )
    elif error.code < 400:
      advice = "redirects are not followed, so give the URL that it leads to"
    else:
      advice = "see that the URL is right, and that it takes texts"
    raise InputError(
      f"Expected {self.where} to score texts, but {said}: {advice}."
    ) from error


class _PassingError(Exception):
  """A failure that may pass."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
  """Does not send comments where the user did not say."""

  def redirect_request(self, *args: Any) -> None:
    """Makes urllib raise the redirect as an error."""


def _checked_host(url: str) -> str:
  try:
    parts = urllib.parse.urlsplit(url)
    _ = parts.port
    is_right = bool(_URL.fullmatch(url) and parts.hostname)
  except ValueError:
    is_right = False
  if not is_right or "@" in parts.netloc or parts.fragment:
    raise InputError(
      "Expected the endpoint as a URL without a user, a password and #, such as "
      "http://localhost:8501/v1/models/NAME:predict. Received: "
      f"{re.sub('//[^/]*@', '//...@', url)!r}."
    )
  return parts.hostname or ""


def _batches(texts: list[str]) -> Iterator[list[str]]:
  batch: list[str] = []
  size = 0
  for text in texts:
    length = len(json.dumps(text))
    if batch and (len(batch) == _BATCH_TEXTS or size + length > _BATCH_BYTES):
      yield batch
      batch, size = [], 0
    batch.append(text)
    size += length
  if batch:
    yield batch


def _reason(error: urllib.error.HTTPError) -> str:
  """Returns what a server says about an error."""
  try:
    content = error.read(2**16).decode("utf-8", "replace")
  except (OSError, http.client.HTTPException):
    content = ""
  try:
    said = json.loads(content)["error"]
    said = said["message"] if isinstance(said, dict) else said
  except (ValueError, KeyError, TypeError):
    said = error.reason
  return _shown(str(said)) or "no reason"


def _shown(text: str) -> str:
  """Returns a part of what a server sent that is safe to print."""
  line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
  return line[:200].rstrip(".")
