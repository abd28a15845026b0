import contextlib
import json
import socket
import sys
import time
import types

import numpy as np
import pytest

from clp_tfx.errors import InputError
from clp_tfx.scorers import endpoint
from clp_tfx.scorers.scorer import TextScorer

from .loopback import send, serving


def score(texts):
  return [len(text) / 1000 for text in texts]


@pytest.fixture
def server(monkeypatch):
  """A server whose score is the thousandth of a text's length; waits are short."""
  monkeypatch.setattr(endpoint, "_FIRST_WAIT", 0.001)
  monkeypatch.setenv("no_proxy", "127.0.0.1")
  with serving(score) as loopback:
    yield loopback


TEXTS = ["a" * n for n in range(200)]


def test_texts_are_scored_in_batches_and_in_order(server):
  scores = TextScorer(server.url).score_texts(TEXTS)
  np.testing.assert_array_equal(scores, score(TEXTS))
  assert [len(body["instances"]) for _, body in server.requests] == [64, 64, 64, 8]


def test_nothing_but_the_texts_is_sent(server):
  text = 'A "gay" Ж\n\ud83d\ude00'.encode("utf-16", "surrogatepass").decode("utf-16")
  TextScorer(server.url).score_texts([text])
  TextScorer(server.url, signature="serving_text").score_texts([text])
  (headers, body), (_, named) = server.requests
  assert body == {"instances": [text]}
  assert named == {"signature_name": "serving_text", "instances": [text]}
  own = {"Content-Type": "application/json", "User-Agent": "clp-tfx"}
  usual = {"Accept-Encoding", "Content-Length", "Host", "Connection"}
  assert {k: v for k, v in headers.items() if k not in usual} == own


def test_long_texts_go_in_requests_of_a_million_bytes(server):
  scores = TextScorer(server.url, score_kind="logit").score_texts(["a" * 400_000] * 5)
  assert len(scores) == 5
  assert [len(body["instances"]) for _, body in server.requests] == [2, 2, 1]


def answers(predictions):
  return lambda handler, texts: send(handler, {"predictions": predictions})


@pytest.mark.parametrize(
  ("predictions", "options"),
  [
    ([[0.25], [0.5]], {}),
    ([[0.75, 0.25], [0.5, 0.5]], {"positive_class": 1}),
    ([{"p": 0.25}, {"p": 0.5}], {}),
    ([{"p": [0.25], "q": 1}, {"q": 1, "p": [0.5]}], {"score_output": "p"}),
  ],
)
def test_predictions_of_every_form(predictions, options, server):
  server.faults = [answers(predictions)]
  assert TextScorer(server.url, **options).score_texts(["a", "b"]).tolist() == [
    0.25,
    0.5,
  ]


def status(code, **more):
  return lambda handler, texts: send(handler, {"error": "no\nluck"}, code, **more)


def cut(handler, texts):
  send(handler, {"predictions": score(texts)}, cut=3)


def closed(handler, texts):
  handler.connection.shutdown(socket.SHUT_RDWR)


def garbled(handler, texts):
  handler.connection.sendall(b"What?\r\n\r\n")


def chunk_cut(handler, texts):
  handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{")


def no_json(handler, texts):
  send(handler, b"<html>starting up</html>")


PASSING = [status(500), status(503), status(429), cut, closed, garbled, chunk_cut]
PASSING += [no_json]


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again_until_all_is_scored(fault, server):
  server.faults = [fault, status(502), fault]
  np.testing.assert_array_equal(TextScorer(server.url).score_texts(TEXTS), score(TEXTS))
  assert len(server.requests) == 3 + 4


@pytest.mark.parametrize(
  ("fault", "reason"),
  [
    (status(500), r"it answers HTTP 500 \(no luck\)"),
    (cut, "its answer of .* bytes is cut or is not JSON"),
    (closed, "of (Remote end closed connection|Connection reset)"),
  ],
)
def test_what_does_not_pass_is_refused_in_a_sentence(fault, reason, server):
  server.faults = [fault] * 6
  with pytest.raises(InputError, match=f"6 attempts failed, the last because {reason}"):
    TextScorer(server.url).score_texts(TEXTS)
  assert len(server.requests) == 6


def test_waits_double(server, monkeypatch):
  waits = []
  monkeypatch.setattr(endpoint, "_FIRST_WAIT", 1)
  monkeypatch.setattr(time, "sleep", waits.append)
  server.faults = [status(500)] * 5
  TextScorer(server.url).score_texts(["a"])
  assert [round(wait / 2**n) for n, wait in enumerate(waits)] == [1] * 5


def test_a_server_that_does_not_answer_in_time(server):
  def slow(handler, texts):
    server.ended.wait(5)

  server.faults = [slow]
  scores = TextScorer(server.url, timeout=0.2).score_texts(["abc"])
  assert scores.tolist() == [0.003]
  server.faults = [slow] * 6
  with pytest.raises(
    InputError, match="because it took longer than --timeout 0.1, in seconds"
  ):
    TextScorer(server.url, timeout=0.1).score_texts(["abc"])


def test_a_server_that_answers_drop_by_drop(server):
  def drips(handler, texts):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while not server.ended.wait(0.05):
      handler.wfile.write(b" ")

  server.faults = [drips]
  scores = TextScorer(server.url, timeout=0.3).score_texts(["abc"])
  assert scores.tolist() == [0.003]


def test_no_server(monkeypatch):
  monkeypatch.setattr(endpoint, "_FIRST_WAIT", 0.001)
  monkeypatch.setenv("no_proxy", "127.0.0.1")
  with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    with pytest.raises(InputError, match="the last because of Connection refused: see"):
      TextScorer(f"http://127.0.0.1:{port}/m:predict").score_texts(["a"])


@pytest.mark.parametrize(
  ("fault", "message"),
  [
    (answers([0.5]), "a prediction for each text, but it returns 1 for 2"),
    (answers([0.5] * 3), "it returns 3 for 2"),
    (answers(0.5), r'to answer .*, but it answers {"predictions": 0.5}'),
    (lambda h, t: send(h, {"outputs": [1, 2]}), r'but it answers {"outputs": \[1, 2'),
    (lambda h, t: send(h, [1, 2]), r"but it answers \[1, 2\]: give the URL"),
    (answers([[0.5], [0.5, 1]]), "no dense tensor of numbers"),
    (answers(["0.5", "1"]), "no dense tensor of numbers"),
    (answers([None, 1]), "no dense tensor of numbers"),
    (answers([float("nan"), 1]), "finite scores from the endpoint"),
    (answers([2.5, 1]), "returns 2.5: give --score-kind logit"),
    (answers([[0, 1]] * 2), "it returns 2: say which one counts with --positive-class"),
    (answers([{"p": 1, "q": 0}] * 2), "returns p, q for a text: set --score-output"),
    (status(400), r"HTTP 400 \(no luck\): see that the URL is right"),
    (status(404), r"HTTP 404 \(no luck\)"),
    (status(403), "HTTP 403 .* credentials are sent to Vertex only, over HTTPS"),
    (status(302, Location="http://127.0.0.1:9/"), "HTTP 302 .* are not followed"),
    (status(307, Location="http://127.0.0.1:9/"), "HTTP 307 .* are not followed"),
    (
      lambda h, t: send(h, {"error": {"code": 400, "message": "\x1b[31mno"}}, 400),
      r"HTTP 400 \(\[31mno\)",
    ),
  ],
)
def test_a_wrong_answer_is_refused_at_once(fault, message, server):
  server.faults = [fault]
  with pytest.raises(InputError, match=message) as caught:
    TextScorer(server.url).score_texts(["a", "b"])
  assert len(server.requests) == 1
  assert str(caught.value).isprintable()


def test_half_of_the_last_batch_is_refused(server):
  server.faults = [None, None, None, answers([0.5] * 4)]
  with pytest.raises(InputError, match="it returns 4 for 8"):
    TextScorer(server.url).score_texts(TEXTS)


def test_another_order_is_found_out_on_ten_texts(server):
  backwards = lambda handler, texts: send(  # noqa: E731
    handler, {"predictions": score(texts)[::-1]}
  )
  server.faults = [backwards, None]
  with pytest.raises(InputError, match="same score in any order"):
    TextScorer(server.url).check_texts(TEXTS[::20])


def test_an_answer_without_end_is_refused(server, monkeypatch):
  monkeypatch.setattr(endpoint, "_MOST_ANSWER_BYTES", 2**20)
  server.faults = [lambda handler, texts: send(handler, b" " * 2**22)]
  with pytest.raises(InputError, match="more than 1 MB: give a predict endpoint"):
    TextScorer(server.url).score_texts(["a"])


@pytest.mark.parametrize(
  "url",
  [
    "http://",
    "http:///m",
    "http://h:x/m",
    "http://u:pw@h/m",
    "https://h/m#p",
    "http://h/ m",
  ],
)
def test_what_is_no_url(url):
  with pytest.raises(InputError, match="Expected the endpoint as a URL") as caught:
    TextScorer(url)
  assert "pw" not in str(caught.value)


VERTEX = (
  "https://us-central1-aiplatform.googleapis.com/v1/projects/p/endpoints/e:predict"
)


class FakeOpener:
  def __init__(self):
    self.requests = []

  def open(self, request, timeout):
    self.requests.append(request)
    texts = json.loads(request.data)["instances"]
    content = [json.dumps({"predictions": score(texts)}).encode(), b""]
    response = types.SimpleNamespace(read1=lambda size: content.pop(0))
    return contextlib.nullcontext(response)


@pytest.mark.parametrize(
  ("url", "sent"),
  [
    (VERTEX, "Bearer token-1"),
    ("https://aiplatform.googleapis.com/v1/m:predict", "Bearer token-1"),
    ("https://1.us-central1-2.prediction.vertexai.goog/v1/m:predict", "Bearer token-1"),
    (VERTEX.replace("https", "http"), None),
    ("https://us-aiplatform.googleapis.com.example.org/m:predict", None),
    ("https://example.org/aiplatform.googleapis.com", None),
  ],
)
def test_vertex_alone_gets_credentials(url, sent, monkeypatch):
  import google.auth

  refreshed = []
  credentials = types.SimpleNamespace(valid=False, token=None)

  def refresh(request):
    refreshed.append(request)
    credentials.valid, credentials.token = True, f"token-{len(refreshed)}"

  credentials.refresh = refresh
  monkeypatch.setattr(google.auth, "default", lambda scopes: (credentials, "p"))
  scorer, opener = TextScorer(url), FakeOpener()
  scorer._source._opener = opener
  for _ in range(2):
    assert scorer.score_texts(["abc"]).tolist() == [0.003]
  found = [request.get_header("Authorization") for request in opener.requests]
  assert found == [sent, sent] and len(refreshed) == bool(sent)


def test_vertex_without_credentials_or_library(monkeypatch):
  import google.auth
  from google.auth.exceptions import DefaultCredentialsError

  def none(scopes):
    raise DefaultCredentialsError("none\nfound.")

  monkeypatch.setattr(google.auth, "default", none)
  with pytest.raises(InputError, match=r"\(none found\): log in with gcloud auth"):
    TextScorer(VERTEX).score_texts(["a"])
  monkeypatch.setitem(sys.modules, "google.auth", None)
  with pytest.raises(InputError, match=r"needs google-auth .*clp-tfx\[gcp\]"):
    TextScorer(VERTEX).score_texts(["a"])
