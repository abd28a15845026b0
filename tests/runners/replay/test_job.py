import json

import pytest

from clp_tfx.errors import InputError
from clp_tfx.runners.replay.job import read_job


def container(name):
  return {"container": {"image": "i", "command": ["python", "-m", name]}}


def job(tasks, parameters=None, values=None):
  """Returns a job of containers, given the dependencies of each task."""
  return {
    "pipelineSpec": {
      "pipelineInfo": {"name": "p"},
      "root": {
        "inputDefinitions": {"parameters": parameters or {}},
        "dag": {
          "tasks": {
            name: {
              "taskInfo": {"name": name},
              "componentRef": {"name": name},
              "dependentTasks": upstream,
            }
            for name, upstream in tasks.items()
          }
        },
      },
      "components": {name: {"executorLabel": name} for name in tasks},
      "deploymentSpec": {"executors": {name: container(name) for name in tasks}},
    },
    "runtimeConfig": {"gcsOutputDirectory": "gs://b/root", "parameters": values or {}},
  }


@pytest.fixture
def write(tmp_path):
  def write(content):
    path = tmp_path / "job.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)

  return write


def test_tasks_come_after_what_they_depend_on(write):
  # b and d wait for c, and a waits for both; b comes before d by name.
  read = read_job(write(job({"a": ["b", "d"], "b": ["c"], "c": [], "d": ["c"]})), {})
  assert [task.name for task in read.tasks] == ["c", "b", "d", "a"]
  assert read.pipeline_root == "gs://b/root"
  assert read.tasks[0].executor.container.command == ["python", "-m", "c"]


def test_parameters_are_of_the_type_that_the_job_names(write):
  path = write(
    job(
      {"a": []},
      {
        "epochs": {"type": "INT"},
        "weight": {"type": "DOUBLE"},
        "s": {"type": "STRING"},
      },
      {
        "epochs": {"intValue": "3"},
        "weight": {"doubleValue": 1.5},
        "s": {"stringValue": "x"},
      },
    )
  )
  assert read_job(path, {}).parameters == {"epochs": 3, "weight": 1.5, "s": "x"}
  given = read_job(path, {"epochs": "5", "weight": "2"}).parameters
  assert given == {"epochs": 5, "weight": 2.0, "s": "x"}
  assert isinstance(given["epochs"], int) and isinstance(given["weight"], float)
  with pytest.raises(InputError, match="no parameters .'ecpohs'.. Expected some of: "):
    read_job(path, {"ecpohs": "5"})
  with pytest.raises(InputError, match="epochs to be a number. Received: 'many'"):
    read_job(path, {"epochs": "many"})


def test_a_parameter_without_a_value(write):
  path = write(job({"a": []}, {"epochs": {"parameterType": "NUMBER_INTEGER"}}))
  with pytest.raises(InputError, match="no values for the parameters .'epochs'."):
    read_job(path, {})
  assert read_job(path, {"epochs": "2"}).parameters == {"epochs": 2}


@pytest.mark.parametrize(
  "content",
  [
    "",
    "[]",
    "{}",
    '{"pipelineSpec": {}}',
    '{"unknown": 1}',
    job({"a": ["b"], "b": ["a"]}),
    job({"a": ["nobody"]}),
    {
      **job({"a": []}),
      "pipelineSpec": {**job({"a": []})["pipelineSpec"], "deploymentSpec": {}},
    },
  ],
)
def test_what_is_no_job(write, content):
  with pytest.raises(InputError, match="to be a job from clp-tfx compile"):
    read_job(write(content), {})


def test_no_file(tmp_path):
  with pytest.raises(InputError, match="to be a job from clp-tfx compile"):
    read_job(str(tmp_path / "job.json"), {})
