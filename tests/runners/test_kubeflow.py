import json
import os
import sys

import pytest
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.kubeflow import compile_job

from ..conftest import clp_tfx

OPTIONS = {
  "comments": ("gs://bucket/a.csv", "gs://bucket/b.parquet"),
  "image": "registry/clp-tfx:1",
  "pipeline_root": "gs://bucket/root",
}


def executors(path):
  """Returns the container of each component."""
  deployment = json.loads(path.read_text())["pipelineSpec"]["deploymentSpec"]
  return {
    name.removesuffix("_executor"): spec["container"]
    for name, spec in deployment["executors"].items()
    if "container" in spec
  }


def executor_class(container):
  arguments = container["args"]
  return arguments[arguments.index("--executor_class_path") + 1]


def test_containers_name_this_packages_executors(tmp_path):
  path = tmp_path / "job.json"
  config = PipelineConfig.of(
    **OPTIONS,
    beam_runner="DataflowRunner",
    project="p",
    region="r",
    beam_args="--temp_location=gs://bucket/tmp",
  )
  compile_job(config, str(path))
  containers = executors(path)
  assert {container["image"] for container in containers.values()} == {
    "registry/clp-tfx:1"
  }
  classes = {name: executor_class(spec) for name, spec in containers.items()}
  ours = "clp_tfx.components.comments_example_gen.executor.Executor"
  assert classes["CommentsExampleGen"] == ours
  ours = "clp_tfx.components.counterfactual_gen.executor.Executor"
  assert classes["CounterfactualGen"] == ours
  assert classes["Pusher"] == "clp_tfx.components.pusher.Executor"
  assert {"Trainer", "ControlTrainer", "Evaluator", "Transform"} <= set(classes)
  for beam_component in ("CommentsExampleGen", "CounterfactualGen", "Evaluator"):
    arguments = containers[beam_component]["args"]
    assert {"--runner=DataflowRunner", "--project=p", "--region=r"} <= set(arguments)
    # The workers use the job's own image by default.
    assert "--sdk_container_image=registry/clp-tfx:1" in arguments
  # Functions are passed by name: nothing is built or uploaded.
  text = path.read_text()
  assert "clp_tfx.modules.trainer.run_fn" in text
  assert "clp_tfx.modules.preprocessing.preprocessing_fn" in text
  assert "gs://bucket/root/serving_model" in text
  assert [p.name for p in tmp_path.iterdir()] == ["job.json"]


def test_compiling_connects_to_nothing(tmp_path, monkeypatch):
  def refuse(*args, **kwargs):
    raise AssertionError("Compiling opened a connection.")

  monkeypatch.setattr("socket.create_connection", refuse)
  flink = ["--job_endpoint=nowhere:1", "--environment_type=LOOPBACK"]
  config = PipelineConfig.of(**OPTIONS, beam_runner="FlinkRunner", beam_args=flink)
  compile_job(config, str(tmp_path / "job.json"))
  arguments = executors(tmp_path / "job.json")["CounterfactualGen"]["args"]
  assert arguments[arguments.index("--runner=FlinkRunner") :][-2:] == flink


@pytest.mark.parametrize(
  ("baseline", "node"), [("blessed", "LatestBlessedModel"), ("none", None)]
)
def test_production_leaves_the_control_out(tmp_path, baseline, node):
  compile_job(
    PipelineConfig.of(**OPTIONS, baseline=baseline), str(tmp_path / "job.json")
  )
  job = json.loads((tmp_path / "job.json").read_text())
  tasks = job["pipelineSpec"]["root"]["dag"]["tasks"]
  assert "ControlTrainer" not in tasks
  assert any(name.startswith("LatestBlessedModel") for name in tasks) == bool(node)


def test_resources_and_schema_as_google_has_them(tmp_path):
  path = tmp_path / "job.json"
  config = PipelineConfig.of(
    **OPTIONS,
    resources=("Trainer=8,30.5,NVIDIA_TESLA_T4,2", "Evaluator=4,16"),
    schema_version="2.1",
  )
  compile_job(config, str(path))
  job = json_format.Parse(path.read_text(), pipeline_spec_pb2.PipelineJob())
  spec = json_format.ParseDict(
    json_format.MessageToDict(job.pipeline_spec), pipeline_spec_pb2.PipelineSpec()
  )
  assert spec.schema_version == "2.1.0"
  deployment = json_format.ParseDict(
    json_format.MessageToDict(spec.deployment_spec),
    pipeline_spec_pb2.PipelineDeploymentConfig(),
  )
  asked = {
    name.removesuffix("_executor"): executor.container.resources
    for name, executor in deployment.executors.items()
  }
  trainer, evaluator = asked["Trainer"], asked["Evaluator"]
  assert (trainer.cpu_limit, trainer.memory_limit) == (8, 30.5)
  assert trainer.accelerator.type == "NVIDIA_TESLA_T4"
  assert trainer.accelerator.count == 2
  assert (evaluator.cpu_limit, evaluator.memory_limit) == (4, 16)
  assert not evaluator.HasField("accelerator")
  assert not asked["Transform"].cpu_limit
  # Only the component with accelerators runs in the image with CUDA.
  images = {name: each["image"] for name, each in executors(path).items()}
  assert images.pop("Trainer") == "registry/clp-tfx:1-gpu"
  assert set(images.values()) == {"registry/clp-tfx:1"}
  with pytest.raises(InputError, match="name one of .*Trainer.*Received: trainer."):
    compile_job(PipelineConfig.of(**OPTIONS, resources="trainer=1,1"), str(path))


def test_a_pipeline_for_kubeflow(tmp_path):
  path = tmp_path / "pipeline.yaml"
  compile_job(PipelineConfig.of(**OPTIONS, schema_version="2.1"), str(path))
  spec = json_format.ParseDict(
    yaml.safe_load(path.read_text()), pipeline_spec_pb2.PipelineSpec()
  )
  assert spec.schema_version == "2.1.0"
  assert {"Trainer", "Evaluator", "Pusher"} <= set(spec.root.dag.tasks)
  # Without a job, this is where the values of the parameters are.
  parameters = spec.root.input_definitions.parameters
  assert parameters["epochs"].default_value.number_value == 5
  assert parameters["comments_folder"].default_value.string_value == "gs://bucket/"
  assert "RangeConfig" in parameters["span"].description


def test_kubeflow_has_no_resolvers(tmp_path):
  config = PipelineConfig.of(**OPTIONS, schema_version="2.1", baseline="blessed")
  with pytest.raises(InputError, match="Kubeflow Pipelines has no resolvers"):
    compile_job(config, str(tmp_path / "pipeline.yaml"))


def test_what_may_differ_from_run_to_run(tmp_path):
  path = tmp_path / "job.json"
  config = PipelineConfig.of(
    **{**OPTIONS, "comments": ("gs://bucket/day-{SPAN}.csv",)},
    span=7,
    epochs=3,
    counterfactual_loss_weight=0.5,
  )
  compile_job(config, str(path))
  job = json.loads(path.read_text())
  parameters = job["runtimeConfig"]["parameters"]
  span = json.loads(parameters.pop("span")["stringValue"])
  assert span == {"static_range": {"start_span_number": 7, "end_span_number": 7}}
  assert parameters == {
    "comments_folder": {"stringValue": "gs://bucket/"},
    "counterfactual_loss_weight": {"doubleValue": 0.5},
    "epochs": {"intValue": "3"},
  }
  tasks = job["pipelineSpec"]["root"]["dag"]["tasks"]
  used = {
    (task, key): source["componentInputParameter"]
    for task, spec in tasks.items()
    for key, source in spec.get("inputs", {}).get("parameters", {}).items()
    if "componentInputParameter" in source
  }
  assert used == {
    ("CommentsExampleGen", "input_base"): "comments_folder",
    ("CommentsExampleGen", "range_config"): "span",
    ("Trainer", "counterfactual_loss_weight"): "counterfactual_loss_weight",
    ("Trainer", "epochs"): "epochs",
    ("ControlTrainer", "epochs"): "epochs",
  }


def test_comments_in_big_query(tmp_path):
  path = tmp_path / "job.json"
  config = PipelineConfig.of(**{**OPTIONS, "comments": "bq://p.d.comments"})
  compile_job(config, str(path))
  name = "clp_tfx.components.comments_example_gen.big_query.BigQueryExecutor"
  container = executors(path)["CommentsExampleGen"]
  assert executor_class(container) == name
  job = json.loads(path.read_text())
  tasks = job["pipelineSpec"]["root"]["dag"]["tasks"]
  table = tasks["CommentsExampleGen"]["inputs"]["parameters"]["table"]
  assert table["runtimeValue"]["constantValue"] == {"stringValue": "bq://p.d.comments"}
  with pytest.raises(InputError, match="a single BigQuery table"):
    compile_job(config.replace(window=2), str(path))


@pytest.mark.e2e
@pytest.mark.parametrize("suffix, baseline", [("json", "blessed"), ("yaml", "control")])
def test_the_same_job_on_any_machine(tmp_path, suffix, baseline):
  """Compiles in separate processes, folders and homes, with different hash seeds."""
  users = ("zofia-1", "marek-2")
  for seed, user in enumerate(users):
    home = tmp_path / user
    home.mkdir()
    done = clp_tfx(
      "compile",
      *("--comments", "gs://bucket/{YYYY}-{MM}-{DD}.csv", "--window", 7),
      *("--image", "image:1", "--pipeline-root", "gs://bucket/root"),
      *("--schema-version", "2.1", "--baseline", baseline),
      *("--vertex-training", "n1-standard-8,NVIDIA_TESLA_T4,1"),
      *("--vertex-endpoint", "e", "--serving-image", "tf"),
      *("--beam-runner", "DataflowRunner", "--project", "p", "--region", "r"),
      "--beam-args=--temp_location=gs://bucket/tmp",
      *("--output", f"job.{suffix}"),
      cwd=home,
      env={
        "HOME": str(home),
        "USER": user,
        "LOGNAME": user,
        "PYTHONHASHSEED": str(seed),
        "SOME_TOKEN": f"secret-{user}",
        "PATH": os.environ["PATH"],
      },
    )
    assert done.returncode == 0, done.stderr
  first, second = (tmp_path / user / f"job.{suffix}" for user in users)
  assert first.read_bytes() == second.read_bytes()
  text = first.read_text()
  for private in (*users, str(tmp_path), os.getcwd(), sys.prefix, "secret"):
    assert private not in text


@pytest.mark.parametrize(
  "option",
  ["comments", "identity_terms", "schema", "base_model", "encoder", "pipeline_root"],
)
def test_a_path_of_this_machine_alone(tmp_path, option):
  flag = "--" + option.replace("_", "-")
  model = {"model_fn": "encoder"} if option == "encoder" else {}
  config = PipelineConfig.of(**{**OPTIONS, **model, option: "a/b.c"})
  with pytest.raises(InputError, match=f"{flag} of a compiled job to be a URI.*a/b.c"):
    compile_job(config, str(tmp_path / "j"))


@pytest.mark.parametrize("missing", OPTIONS)
def test_what_a_job_needs(tmp_path, missing):
  options = {name: value for name, value in OPTIONS.items() if name != missing}
  flag = "--" + missing.replace("_", "-")
  with pytest.raises(InputError, match=f"needs {flag}"):
    compile_job(PipelineConfig.of(**options), str(tmp_path / "job.json"))


def test_a_job_file_that_cannot_be_written(tmp_path):
  (tmp_path / "file").write_text("")
  with pytest.raises(InputError, match="cannot be written"):
    compile_job(PipelineConfig.of(**OPTIONS), str(tmp_path / "file" / "job.json"))
  (tmp_path / "folder").mkdir()
  with pytest.raises(InputError, match="cannot be written"):
    compile_job(PipelineConfig.of(**OPTIONS), str(tmp_path / "folder"))
