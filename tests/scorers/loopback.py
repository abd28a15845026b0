"""A server on this machine that answers as a test says, and remembers what came."""

import contextlib
import http.server
import json
import threading


class Loopback:
  """Answers each request with the next of `faults`, then with scores.

  A fault is a function of the handler and the instances that sends whatever it likes.

  Attributes:
    url: Where it listens.
    requests: The headers and the parsed body of each request.
    faults: What to answer first.
  """

  def __init__(self, score, url):
    self.url = url
    self.requests = []
    self.faults = []
    self.score = score
    self.ended = threading.Event()

  def answer(self, handler):
    length = int(handler.headers["Content-Length"])
    body = json.loads(handler.rfile.read(length))
    self.requests.append((dict(handler.headers), body))
    fault = self.faults.pop(0) if self.faults else None
    texts = body["instances"]
    if fault:
      fault(handler, texts)
    else:
      send(handler, {"predictions": [float(each) for each in self.score(texts)]})


def send(handler, answer, status=200, cut=0, **headers):
  """Sends an answer as JSON, without its last `cut` bytes."""
  content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
  handler.send_response(status)
  handler.send_header("Content-Length", str(len(content)))
  for name, value in headers.items():
    handler.send_header(name, value)
  handler.end_headers()
  handler.wfile.write(content[: len(content) - cut])


@contextlib.contextmanager
def serving(score):
  """Serves a function from texts to scores; yields a `Loopback`."""

  class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
      loopback.answer(self)

    def log_message(self, *args):
      pass

  server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
  server.daemon_threads = True
  url = f"http://127.0.0.1:{server.server_port}/v1/models/m:predict"
  loopback = Loopback(score, url)
  thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
  thread.start()
  try:
    yield loopback
  finally:
    loopback.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()
