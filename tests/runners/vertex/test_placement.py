import inspect
import json

import pytest
from google.cloud import aiplatform
from google.cloud.aiplatform_v1.types import CustomJob
from google.protobuf import json_format

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.kubeflow import compile_job
from clp_tfx.runners.vertex.placement import VertexTrainerExecutor, custom_job

OPTIONS = {
  "comments": ("gs://bucket/a.csv",),
  "image": "registry/clp-tfx:1",
  "pipeline_root": "gs://bucket/root",
  "project": "p",
  "region": "us-central1",
}


def task(path, name):
  """Returns a component's executor and its `custom_config`."""
  job = json.loads(path.read_text())["pipelineSpec"]
  arguments = job["deploymentSpec"]["executors"][f"{name}_executor"]["container"][
    "args"
  ]
  inputs = job["root"]["dag"]["tasks"][name]["inputs"]["parameters"]
  config = inputs["custom_config"]["runtimeValue"]["constantValue"]["stringValue"]
  return arguments[arguments.index("--executor_class_path") + 1], json.loads(config)


@pytest.mark.parametrize("trainer", ["Trainer", "ControlTrainer"])
def test_a_custom_job_as_google_has_it(tmp_path, trainer):
  path = tmp_path / "job.json"
  machine = "n1-standard-8,NVIDIA_TESLA_T4,2"
  compile_job(PipelineConfig.of(**OPTIONS, vertex_training=machine), str(path))

  executor, config = task(path, trainer)

  assert executor == "clp_tfx.runners.vertex.placement.VertexTrainerExecutor"
  assert config["ai_platform_enable_vertex"] is True
  assert config["ai_platform_vertex_region"] == "us-central1"
  arguments = config["ai_platform_training_args"]
  assert arguments.pop("project") == "p"
  job = CustomJob()
  json_format.ParseDict(arguments, CustomJob.pb(job))  # Unknown fields are errors.
  (pool,) = job.job_spec.worker_pool_specs
  assert pool.machine_spec.machine_type == "n1-standard-8"
  assert pool.machine_spec.accelerator_type.name == "NVIDIA_TESLA_T4"
  assert pool.machine_spec.accelerator_count == 2
  assert pool.replica_count == 1
  assert pool.container_spec.image_uri == "registry/clp-tfx:1-gpu"
  assert config["learning_rate"] == 0.001


@pytest.mark.parametrize(
  ("machine", "image"), [("n1-standard-8", "registry/clp-tfx:1"), ("a2,A,1", "own")]
)
def test_the_image_of_a_custom_job(machine, image):
  options = {**OPTIONS, "gpu_image": "own", "vertex_training": machine}
  job = custom_job(PipelineConfig.of(**options))
  (pool,) = job["ai_platform_training_args"]["job_spec"]["worker_pool_specs"]
  assert pool["container_spec"] == {"image_uri": image}


def test_accelerators_without_an_image_for_them(tmp_path):
  options = {**OPTIONS, "image": "registry/clp-tfx", "vertex_training": "a2,A,1"}
  with pytest.raises(InputError, match="Expected --gpu-image, an image with CUDA"):
    compile_job(PipelineConfig.of(**options), str(tmp_path / "job.json"))


def test_what_the_custom_job_runs():
  assert (
    VertexTrainerExecutor()._GetExecutorClass().__module__
    == "clp_tfx.components.trainer"
  )


def test_an_endpoint_as_google_has_it(tmp_path):
  path = tmp_path / "job.json"
  config = PipelineConfig.of(
    **OPTIONS, vertex_endpoint="toxicity", serving_image="tf", serving_machine="n2-x"
  )
  compile_job(config, str(path))

  executor, config = task(path, "Pusher")

  module = "tfx.extensions.google_cloud_ai_platform.pusher.executor"
  assert executor == f"{module}.Executor"
  assert config.pop("ai_platform_serving_args") == {
    "project_id": "p",
    "endpoint_name": "toxicity",
    "machine_type": "n2-x",
  }
  assert config == {
    "ai_platform_enable_vertex": True,
    "ai_platform_vertex_region": "us-central1",
    "ai_platform_vertex_container_image_uri": "tf",
  }
  # The values that TFX passes on, in addition to the names of project and endpoint.
  assert "machine_type" in inspect.signature(aiplatform.Model.deploy).parameters


@pytest.mark.parametrize(
  "options, missing",
  [
    ({"vertex_training": "n1-standard-8", "project": None}, "--project"),
    ({"vertex_endpoint": "e"}, "--serving-image"),
    ({"vertex_endpoint": "e", "region": None}, "--region, --serving-image"),
  ],
)
def test_what_else_is_needed(tmp_path, options, missing):
  with pytest.raises(InputError, match=f"also needs {missing}: add what is missing"):
    compile_job(PipelineConfig.of(**{**OPTIONS, **options}), str(tmp_path / "job.json"))


def test_a_machine_that_is_none():
  with pytest.raises(InputError, match="Received: '8 cores'"):
    PipelineConfig.of(vertex_training="8 cores")
