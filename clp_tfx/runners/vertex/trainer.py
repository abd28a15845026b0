"""The Trainer as a Vertex custom job: a machine of its own for the training alone."""

from tfx.extensions.google_cloud_ai_platform.trainer import executor

from clp_tfx.components.trainer import Executor


class VertexTrainerExecutor(executor.GenericExecutor):
  """Starts a custom job that runs this package's Trainer, and waits for its end."""

  def _GetExecutorClass(self) -> type:
    return Executor
