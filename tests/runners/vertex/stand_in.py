"""A local stand-in for Google's services, used with the real clients."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service:
  """Records requests, and answers those for a job with `ended`.

  Attributes:
    requests: Method, path and body of each request.
    ended: The fields of a submitted job, except its name.
    refusal: If not None, the status and message of all answers.
  """

  def __init__(self):
    self.requests = []
    self.ended = {"state": "PIPELINE_STATE_SUCCEEDED"}
    self.refusal = None
    service = self

    class Handler(BaseHTTPRequestHandler):
      def do_GET(self):
        self.answer("GET", {})

      def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        self.answer("POST", self.rfile.read(size))

      def answer(self, method, body):
        if body and self.headers.get("Content-Type", "").startswith("application/json"):
          body = json.loads(body)
        status, answer = service.answer(method, self.path, body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

      def log_message(self, *args):
        pass

    self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    self.url = f"http://127.0.0.1:{self._server.server_port}"

  def answer(self, method, path, body):
    self.requests.append((method, path.partition("?")[0], body))
    if self.refusal:
      status, message = self.refusal
      return status, {"error": {"code": status, "message": message}}
    parent = "projects/p/locations/us-central1"
    if "/schedules" in path:
      return 200, {**body, "name": f"{parent}/schedules/7"}
    job = {**body, "name": f"{parent}/pipelineJobs/job-1"}
    return 200, job if method == "POST" else {**job, **self.ended}

  def environment(self, folder):
    """Returns environment variables with credentials: a token that is still valid."""
    path = folder / "credentials.json"
    path.write_text(
      json.dumps(
        {
          "type": "authorized_user",
          "client_id": "tests",
          "client_secret": "none",
          "refresh_token": "none",
          "token": "tests",
          "expiry": "2100-01-01T00:00:00Z",
        }
      )
    )
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path), "NO_GCE_CHECK": "true"}


@contextlib.contextmanager
def running():
  """Runs a service inside the context."""
  service = Service()
  thread = threading.Thread(target=service._server.serve_forever, daemon=True)
  thread.start()
  try:
    yield service
  finally:
    service._server.shutdown()
    service._server.server_close()
    thread.join()
