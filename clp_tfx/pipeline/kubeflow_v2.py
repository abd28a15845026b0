"""Compiles the pipeline to a Kubeflow Pipelines v2 / Vertex Pipelines job."""

import os
import tempfile
from pathlib import Path

from kfp.pipeline_spec import pipeline_spec_pb2
from tfx import v1 as tfx
from tfx.dsl.components.base import base_component

from clp_tfx.comments_example_gen import CommentsExampleGen
from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline


def compile_job(config: PipelineConfig, path: str) -> None:
  """Writes the job file. Needs no network and no credentials.

  Args:
    config: `comments`, `image` and `pipeline_root` must be given.
    path: File to write, replaced in one step: JSON, a job; or `.yaml`, a pipeline
      for Kubeflow Pipelines, which wants its root from whoever runs it.

  Raises:
    InputError: If a required value is missing, a component that resources are for is
      not there, or the file cannot be written.
  """
  required = ("comments", "image", "pipeline_root")
  if missing := [name for name in required if not getattr(config, name)]:
    flags = ", ".join("--" + name.replace("_", "-") for name in missing)
    raise InputError(f"A compiled job needs {flags} as well: add what is missing.")
  target = Path(path).absolute()
  try:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".compile-") as folder:
      tfx.orchestration.experimental.KubeflowV2DagRunner(
        config=tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(
          default_image=config.image,
          use_pipeline_spec_2_1=config.schema_version == "2.1",
        ),
        output_dir=folder,
        output_filename=target.name,
      ).run(_with_resources(create_pipeline(config), config), write_out=True)
      os.replace(Path(folder) / target.name, target)
  except OSError as error:
    raise InputError(
      f"The job file {path} cannot be written ({error.strerror}): give another "
      "--output."
    ) from error


def _with_resources(
  pipeline: tfx.dsl.Pipeline, config: PipelineConfig
) -> tfx.dsl.Pipeline:
  """Gives components the resources that the configuration names."""
  # TFX passes none on for an ExampleGen with a driver; a resolver has no container.
  components = {
    node.id: node
    for node in pipeline.components
    if isinstance(node, base_component.BaseComponent)
    and not isinstance(node, CommentsExampleGen)
  }
  spec = pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec
  for each in config.component_resources:
    if each.component not in components:
      raise InputError(
        f"Expected --resources to be for one of {', '.join(components)}. "
        f"Received: {each.component}."
      )
    needed = spec(cpu_limit=each.cpus, memory_limit=each.gigabytes)
    if each.accelerator:
      needed.accelerator.type = each.accelerator
      needed.accelerator.count = each.count
    components[each.component].platform_config = needed
  return pipeline
