"""Starts Beam's Python workers for one TaskManager at one address.

python -m pipelines.flink.worker_pool ADDRESS:PORT

`apache_beam.runners.worker.worker_pool_main` does the same in a container, but it
listens on every address of the machine, so a second pool would share its port.
"""

import signal
import sys

import grpc
from apache_beam.portability.api import beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer
from apache_beam.utils import thread_pool_executor


def serve(address: str) -> None:
  """Serves workers, each in its own process, until it receives a signal to end.

  Args:
    address: Host and port to listen on.
  """
  server = grpc.server(
    thread_pool_executor.shared_unbounded_instance(), options=[("grpc.so_reuseport", 0)]
  )
  beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(
    BeamFnExternalWorkerPoolServicer(use_process=True), server
  )
  server.add_insecure_port(address)
  server.start()
  signal.sigwait([signal.SIGTERM, signal.SIGINT])
  server.stop(None)


if __name__ == "__main__":
  serve(sys.argv[1])
