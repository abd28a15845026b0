"""Compiles the pipeline to a Kubeflow Pipelines v2 / Vertex Pipelines job."""

import json
from pathlib import Path
from typing import Any

import yaml
from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.dsl.components.base import base_component
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
  KubeflowV2DagRunner,
  KubeflowV2DagRunnerConfig,
)
from tfx.orchestration.kubeflow.v2.pipeline_builder import DEFAULT_IMAGE_PATH_KEY
from tfx.orchestration.pipeline import Pipeline

from clp_tfx.components.comments_example_gen.component import CommentsExampleGen
from clp_tfx.counterfactuals.lexicon import built_in_lexicons
from clp_tfx.errors import InputError
from clp_tfx.files import own_temporary_folder, write_whole
from clp_tfx.options import flag
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline
from clp_tfx.runners.job_parameters import JOB_PARAMETERS, with_parameters
from clp_tfx.runners.paths import check_artifacts_folder
from clp_tfx.runners.vertex.placement import place_on_vertex

_YAML = (".yaml", ".yml")
_PATHS = (
  "comments",
  "identity_terms",
  "pejorative_terms",
  "schema",
  "base_model",
  "encoder",
  "pipeline_root",
  "serving_dir",
)


@own_temporary_folder()
def compile_job(config: PipelineConfig, path: str) -> None:
  """Writes the job file, without network or credentials.

  The same configuration gives the same bytes on any machine.

  Example:
    >>> from clp_tfx.pipeline import PipelineConfig
    >>> config = PipelineConfig.of(
    ...   comments="gs://bucket/comments.csv",
    ...   image="IMAGE",
    ...   pipeline_root="gs://bucket/clp",
    ... )
    >>> compile_job(config, "job.json")

  Args:
    config: The configuration; `comments`, `image` and `pipeline_root` are required.
    path: File to write atomically: a job in JSON, or a pipeline in `.yaml` for Kubeflow
      Pipelines, whose root is given when it is run.

  Raises:
    InputError: If a required value is missing, a path exists only on this machine,
      resources are given for a component that does not exist, the image with CUDA is
      not known, the backend does not support an option, or the file cannot be written.
  """
  required = ("comments", "image", "pipeline_root")
  values = config.flat()
  if missing := [name for name in required if not values[name]]:
    flags = ", ".join(map(flag, missing))
    raise InputError(f"A compiled job also needs {flags}: add what is missing.")
  _check_paths(values)
  check_artifacts_folder(config.deployment.artifacts_dir, flag("pipeline_root"))
  suffix = Path(path).suffix
  if config.gate.baseline == "blessed" and suffix in _YAML:
    raise InputError(
      "Kubeflow Pipelines has no resolvers and cannot find the latest blessed model: "
      "give --baseline control or none, or write a job for Vertex (.json)."
    )
  pipeline = create_pipeline(config)
  _add_resources(pipeline, config)
  place_on_vertex(pipeline, config)
  parameters = with_parameters(pipeline)
  job = KubeflowV2DagRunner(
    config=KubeflowV2DagRunnerConfig(
      default_image=_images(config),
      use_pipeline_spec_2_1=config.deployment.schema_version == "2.1",
    )
  ).run(pipeline, parameter_values=parameters, write_out=False)
  if config.deployment.schema_version == "2.1":
    _add_defaults(job["pipelineSpec"]["root"]["inputDefinitions"], parameters)
  try:
    write_whole(path, _text(job, suffix))
  except Exception as error:  # Remote file systems raise their own errors.
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())
    raise InputError(
      f"The job file {path} cannot be written ({reason[:200]}): give another --output."
    ) from error


def _text(job: dict[str, Any], suffix: str) -> str:
  if suffix in _YAML:
    return yaml.safe_dump(job["pipelineSpec"], sort_keys=True)
  return json.dumps(job, indent=2, sort_keys=True) + "\n"


def _add_defaults(definitions: dict[str, Any], values: dict[str, Any]) -> None:
  """Adds the parameters' values as defaults, their only place in a YAML pipeline."""
  for name, _, help_, _ in JOB_PARAMETERS:
    if name in values:
      definitions["parameters"][name].update(
        defaultValue=values[name], description=help_
      )


def _check_paths(values: dict[str, Any]) -> None:
  for name in _PATHS:
    value = values[name]
    for path in value if isinstance(value, tuple) else (value,):
      if path and not _is_everywhere(path):
        raise InputError(
          f"Expected {flag(name)} of a compiled job to be a URI, such as "
          "gs://bucket/name, or an absolute path in its containers. Received: "
          f"{path}."
        )


def _is_everywhere(path: str) -> bool:
  return "://" in path or path.startswith("/") or path in built_in_lexicons()


def _images(config: PipelineConfig) -> dict[str, str]:
  """Returns the images of components, in the form of TFX's runner."""
  asked = config.deployment.component_resources
  with_cuda = [each.component for each in asked if each.accelerator]
  return {
    DEFAULT_IMAGE_PATH_KEY: config.deployment.image,
    **{name: config.deployment.image_with_cuda for name in with_cuda},
  }


def _add_resources(pipeline: Pipeline, config: PipelineConfig) -> None:
  """Sets the resources of components from the configuration."""
  # TFX ignores them for an ExampleGen with a driver; a resolver has no container.
  components = {
    node.id: node
    for node in pipeline.components
    if isinstance(node, base_component.BaseComponent)
    and not isinstance(node, CommentsExampleGen)
  }
  spec = pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec
  for each in config.deployment.component_resources:
    if each.component not in components:
      raise InputError(
        f"Expected --resources to name one of {', '.join(components)}. "
        f"Received: {each.component}."
      )
    needed = spec(cpu_limit=each.cpus, memory_limit=each.gigabytes)
    if each.accelerator:
      needed.accelerator.type = each.accelerator
      needed.accelerator.count = each.count
    components[each.component].platform_config = needed
