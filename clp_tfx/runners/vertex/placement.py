"""Vertex AI in a compiled job: custom jobs for training, an endpoint for serving."""

from typing import Any

from tfx import v1 as tfx
from tfx.dsl.components.base import executor_spec
from tfx.extensions.google_cloud_ai_platform.pusher import executor as pusher_executor
from tfx.extensions.google_cloud_ai_platform.trainer import executor as trainer_executor
from tfx.types import standard_component_specs
from tfx.utils import json_utils, name_utils

from clp_tfx.components import pusher
from clp_tfx.components.trainer import Executor
from clp_tfx.errors import InputError
from clp_tfx.options import flag
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.nodes import MODELS


class VertexTrainerExecutor(trainer_executor.GenericExecutor):
  """Runs this package's Trainer in a custom job and waits for it to end."""

  def _GetExecutorClass(self) -> type:
    return Executor


LOCAL_EXECUTORS = {
  name_utils.get_full_name(VertexTrainerExecutor): name_utils.get_full_name(Executor),
  name_utils.get_full_name(pusher_executor.Executor): name_utils.get_full_name(
    pusher.Executor
  ),
}
"""Replacements of the executors that call Vertex, for use without Vertex."""

_cloud = tfx.extensions.google_cloud_ai_platform


def place_on_vertex(pipeline: tfx.dsl.Pipeline, config: PipelineConfig) -> None:
  """Makes Trainers start custom jobs and the Pusher deploy, if configured.

  Args:
    pipeline: The pipeline, changed in place.
    config: The configuration. `vertex_training` and `vertex_endpoint` both need
      `project` and `region`, and the latter also `serving_image`.

  Raises:
    InputError: If a needed option is missing, or the image with CUDA is not known.
  """
  nodes = {node.id: node for node in pipeline.components}
  if config.deployment.vertex_training:
    _check(config, "vertex_training", "project", "region")
    for name in MODELS.values():
      if name in nodes:
        _place(nodes[name], VertexTrainerExecutor, custom_job(config))
  if config.deployment.vertex_endpoint:
    _check(config, "vertex_endpoint", "project", "region", "serving_image")
    _place(nodes["Pusher"], pusher_executor.Executor, deployment(config))


def custom_job(config: PipelineConfig) -> dict[str, Any]:
  """Returns the part of a Trainer's `custom_config` that describes the custom job."""
  machine = config.deployment.training_machine
  machine_spec: dict[str, Any] = {"machine_type": machine.machine_type}
  image = config.deployment.image
  if machine.accelerator:
    image = config.deployment.image_with_cuda
    machine_spec["accelerator_type"] = machine.accelerator
    machine_spec["accelerator_count"] = machine.count
  pool = {
    "machine_spec": machine_spec,
    "replica_count": 1,
    "container_spec": {"image_uri": image},
  }
  return {
    _cloud.ENABLE_VERTEX_KEY: True,
    _cloud.VERTEX_REGION_KEY: config.deployment.region,
    _cloud.TRAINING_ARGS_KEY: {
      "project": config.deployment.project,
      "job_spec": {"worker_pool_specs": [pool]},
    },
  }


def deployment(config: PipelineConfig) -> dict[str, Any]:
  """Returns a Pusher's `custom_config`, which describes the endpoint."""
  return {
    _cloud.ENABLE_VERTEX_KEY: True,
    _cloud.VERTEX_REGION_KEY: config.deployment.region,
    _cloud.VERTEX_CONTAINER_IMAGE_URI_KEY: config.deployment.serving_image,
    _cloud.SERVING_ARGS_KEY: {
      "project_id": config.deployment.project,
      "endpoint_name": config.deployment.vertex_endpoint,
      "machine_type": config.deployment.serving_machine,
    },
  }


def _place(node: tfx.types.BaseNode, executor: type, more: dict[str, Any]) -> None:
  key = standard_component_specs.CUSTOM_CONFIG_KEY
  known = json_utils.loads(node.exec_properties.get(key) or "null") or {}
  node.exec_properties[key] = json_utils.dumps({**known, **more})
  node.executor_spec = executor_spec.ExecutorClassSpec(executor)


def _check(config: PipelineConfig, option: str, *needed: str) -> None:
  if missing := [name for name in needed if not getattr(config.deployment, name)]:
    flags = ", ".join(map(flag, missing))
    raise InputError(f"{flag(option)} also needs {flags}: add what is missing.")
