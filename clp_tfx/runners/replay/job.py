"""Reads a compiled job and sorts its tasks into an order in which they can run."""

import dataclasses
import graphlib
import json
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from clp_tfx.errors import InputError
from clp_tfx.files import open_file

_CONVERTERS = {
  "INT": int,
  "NUMBER_INTEGER": int,
  "DOUBLE": float,
  "NUMBER_DOUBLE": float,
}


@dataclasses.dataclass(frozen=True)
class Task:
  """A task of a job.

  Attributes:
    name: Its name.
    spec: Its inputs and their sources.
    component: The types of its inputs and outputs.
    executor: The container, importer or resolver that it runs.
  """

  name: str
  spec: pipeline_spec_pb2.PipelineTaskSpec
  component: pipeline_spec_pb2.ComponentSpec
  executor: pipeline_spec_pb2.PipelineDeploymentConfig.ExecutorSpec

  @property
  def upstream(self) -> set[str]:
    """Names of the tasks that must end before it starts."""
    inputs = self.spec.inputs
    return {
      *self.spec.dependent_tasks,
      *(each.task_output_artifact.producer_task for each in inputs.artifacts.values()),
      *(
        each.task_output_parameter.producer_task
        for each in inputs.parameters.values()
        if each.WhichOneof("kind") == "task_output_parameter"
      ),
    }


@dataclasses.dataclass(frozen=True)
class Job:
  """A job that can be run.

  Attributes:
    tasks: The tasks, each after those it depends on; ties are sorted by name.
    pipeline_root: Folder of the job's artifacts.
    parameters: Its runtime parameters.
  """

  tasks: list[Task]
  pipeline_root: str
  parameters: dict[str, Any]


def read_job(path: str, parameters: Mapping[str, str]) -> Job:
  """Reads a job file.

  Args:
    path: JSON file from `clp-tfx compile`: a `PipelineJob` of Google's schema.
    parameters: Values of runtime parameters, as text; they override those of the file.

  Raises:
    InputError: If the file is not such a job or lacks a parameter.
  """
  try:
    with open_file(path) as file:
      content = json.load(file)
    job = json_format.ParseDict(content, pipeline_spec_pb2.PipelineJob())
    spec = _parsed(job.pipeline_spec, pipeline_spec_pb2.PipelineSpec())
    deployment = _parsed(
      spec.deployment_spec, pipeline_spec_pb2.PipelineDeploymentConfig()
    )
    tasks = _in_order(_tasks(spec, deployment))
  except Exception as error:  # Remote file systems raise their own errors.
    reason = " ".join(str(error).split())
    raise InputError(
      f"Expected {path} to be a job from clp-tfx compile, but it cannot be read "
      f"({reason}): compile it again."
    ) from error
  values = _parameters(spec, job.runtime_config, parameters)
  return Job(tasks, job.runtime_config.gcs_output_directory, values)


def _parsed(struct: Any, message: Any) -> Any:
  return json_format.ParseDict(json_format.MessageToDict(struct), message)


def _tasks(
  spec: pipeline_spec_pb2.PipelineSpec,
  deployment: pipeline_spec_pb2.PipelineDeploymentConfig,
) -> dict[str, Task]:
  if not spec.root.dag.tasks:
    raise ValueError("it has no tasks")
  tasks = {}
  for name, task in spec.root.dag.tasks.items():
    component = spec.components[task.component_ref.name]
    executor = deployment.executors[component.executor_label]
    if not executor.WhichOneof("spec"):
      raise ValueError(f"the task {name} has no executor")
    tasks[name] = Task(name, task, component, executor)
  return tasks


def _in_order(tasks: dict[str, Task]) -> list[Task]:
  if missing := {each for task in tasks.values() for each in task.upstream} - set(
    tasks
  ):
    raise ValueError(f"the tasks {sorted(missing)} are missing")
  sorter = graphlib.TopologicalSorter(
    {name: task.upstream for name, task in tasks.items()}
  )
  sorter.prepare()
  order = []
  while sorter.is_active():
    ready = sorted(sorter.get_ready())
    sorter.done(*ready)
    order += [tasks[name] for name in ready]
  return order


def _parameters(
  spec: pipeline_spec_pb2.PipelineSpec,
  config: pipeline_spec_pb2.PipelineJob.RuntimeConfig,
  given: Mapping[str, str],
) -> dict[str, Any]:
  """Returns the parameters by name: the given values, or else those of the file."""
  definitions = json_format.MessageToDict(spec.root.input_definitions)
  kinds = {
    name: each.get("type") or each.get("parameterType")
    for name, each in definitions.get("parameters", {}).items()
  }
  if unknown := sorted(set(given) - set(kinds)):
    raise InputError(
      f"The job has no parameters {unknown}. Expected some of: {sorted(kinds)}."
    )
  values = {
    **{
      name: getattr(value, value.WhichOneof("value"))
      for name, value in config.parameters.items()
    },
    **{
      name: json_format.MessageToDict(value)
      for name, value in config.parameter_values.items()
    },
    **given,
  }
  if missing := sorted(set(kinds) - set(values)):
    raise InputError(f"The job has no values for the parameters {missing}: give some.")
  return {name: _value(name, values[name], kind) for name, kind in kinds.items()}


def _value(name: str, value: Any, kind: str) -> Any:
  try:
    return _CONVERTERS.get(kind, str)(value)
  except ValueError as error:
    raise InputError(
      f"Expected parameter {name} to be a number. Received: {value!r}."
    ) from error
