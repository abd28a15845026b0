import json

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.kubeflow_v2 import compile_job

OPTIONS = {
  "comments": ("gs://bucket/a.csv", "gs://bucket/b.parquet"),
  "image": "registry/clp-tfx",
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
  config = PipelineConfig(
    **OPTIONS, beam_runner="DataflowRunner", project="p", region="r"
  )
  compile_job(config, str(path))
  containers = executors(path)
  assert {container["image"] for container in containers.values()} == {
    "registry/clp-tfx"
  }
  classes = {name: executor_class(spec) for name, spec in containers.items()}
  ours = "clp_tfx.comments_example_gen.executor.Executor"
  assert classes["CommentsExampleGen"] == ours
  ours = "clp_tfx.counterfactual_gen.executor.Executor"
  assert classes["CounterfactualGen"] == ours
  assert classes["Pusher"] == "clp_tfx.pusher.Executor"
  assert {"Trainer", "ControlTrainer", "Evaluator", "Transform"} <= set(classes)
  for beam_component in ("CommentsExampleGen", "CounterfactualGen", "Evaluator"):
    arguments = containers[beam_component]["args"]
    assert {"--runner=DataflowRunner", "--project=p", "--region=r"} <= set(arguments)
  # The functions are named, not packed: nothing is built or uploaded.
  text = path.read_text()
  assert "clp_tfx.modules.trainer.run_fn" in text
  assert "clp_tfx.modules.preprocessing.preprocessing_fn" in text
  assert "gs://bucket/root/serving_model" in text
  assert [p.name for p in tmp_path.iterdir()] == ["job.json"]


@pytest.mark.parametrize(
  ("baseline", "node"), [("blessed", "LatestBlessedModel"), ("none", None)]
)
def test_production_leaves_the_control_out(tmp_path, baseline, node):
  compile_job(PipelineConfig(**OPTIONS, baseline=baseline), str(tmp_path / "job.json"))
  job = json.loads((tmp_path / "job.json").read_text())
  tasks = job["pipelineSpec"]["root"]["dag"]["tasks"]
  assert "ControlTrainer" not in tasks
  assert any(name.startswith("LatestBlessedModel") for name in tasks) == bool(node)


@pytest.mark.parametrize("missing", OPTIONS)
def test_what_a_job_needs(tmp_path, missing):
  options = {name: value for name, value in OPTIONS.items() if name != missing}
  flag = "--" + missing.replace("_", "-")
  with pytest.raises(InputError, match=f"needs {flag}"):
    compile_job(PipelineConfig(**options), str(tmp_path / "job.json"))


def test_a_job_file_that_cannot_be_written(tmp_path):
  (tmp_path / "file").write_text("")
  with pytest.raises(InputError, match="cannot be written"):
    compile_job(PipelineConfig(**OPTIONS), str(tmp_path / "file" / "job.json"))
  (tmp_path / "folder").mkdir()
  with pytest.raises(InputError, match="cannot be written"):
    compile_job(PipelineConfig(**OPTIONS), str(tmp_path / "folder"))
