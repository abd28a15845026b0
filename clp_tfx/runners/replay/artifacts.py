"""Emulates how a backend stores artifacts and passes them to executors."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from clp_tfx.errors import InputError
from clp_tfx.files import write_whole
from clp_tfx.runners.replay.job import Task

Artifacts = dict[str, pipeline_spec_pb2.ArtifactList]
"""Artifacts by key."""

_CLAUSE = re.compile(
  r'schema_title="(?P<title>[^"]*)"|(?P<live>state=LIVE)|name="(?P<name>[^"]*)"'
  r"|metadata\.(?P<key>\w+)\.number_value=(?P<number>[\d.]+)"
)
_PROPERTY = re.compile(r"\{\{\$\.inputs\.artifacts\['(\w+)'\]\.metadata\['(\w+)'\]\}\}")


def executor_input(
  task: Task, inputs: Artifacts, parameters: Mapping[str, Any], folder: str
) -> pipeline_spec_pb2.ExecutorInput:
  """Returns the input of an executor.

  Args:
    task: The task.
    inputs: Its input artifacts.
    parameters: The job's runtime parameters.
    folder: Folder of this execution of the task.
  """
  message = pipeline_spec_pb2.ExecutorInput()
  for key, artifacts in inputs.items():
    message.inputs.artifacts[key].CopyFrom(artifacts)
  for name, source in task.spec.inputs.parameters.items():
    _set_parameter(message.inputs, name, _parameter(task, name, source, parameters))
  for key, spec in task.component.output_definitions.artifacts.items():
    message.outputs.artifacts[key].artifacts.add(
      name=f"{folder}/{key}",
      uri=f"{folder}/{key}",
      type=spec.artifact_type,
      metadata=spec.metadata,
    )
  message.outputs.output_file = f"{folder}/executor_output.json"
  return message


def set_outputs(told: pipeline_spec_pb2.ExecutorInput) -> None:
  """Updates the output artifacts with what an executor or its driver reported.

  Args:
    told: The executor's input, which names the file with its report.
  """
  text = Path(told.outputs.output_file).read_text(encoding="utf-8")
  output = json_format.Parse(text, pipeline_spec_pb2.ExecutorOutput())
  for key, made in output.artifacts.items():
    (planned,), (artifact,) = told.outputs.artifacts[key].artifacts, made.artifacts
    planned.uri = artifact.uri or planned.uri
    planned.metadata.CopyFrom(artifact.metadata)


def imported(task: Task, parameters: Mapping[str, Any]) -> Artifacts:
  """Returns the artifact that an importer imports."""
  importer = task.executor.importer
  (key,) = task.component.output_definitions.artifacts
  found = pipeline_spec_pb2.ArtifactList()
  found.artifacts.add(
    uri=str(_constant(importer.artifact_uri, parameters)),
    type=importer.type_schema,
    metadata=importer.metadata,
  )
  return {key: found}


class ArtifactStore:
  """The artifacts of finished tasks of this and earlier replays.

  Args:
    path: JSON file, created by the first `add`.
  """

  def __init__(self, path: Path):
    self._path = path
    self._known = json.loads(path.read_text()) if path.exists() else []

  def add(self, outputs: Artifacts) -> None:
    """Stores artifacts, newest last."""
    for artifacts in outputs.values():
      self._known += [json_format.MessageToDict(each) for each in artifacts.artifacts]
    write_whole(self._path, json.dumps(self._known, indent=1) + "\n")

  def resolved(self, task: Task, inputs: Artifacts) -> Artifacts:
    """Returns the newest artifact for each query of a resolver, if there is one.

    Args:
      task: The resolver.
      inputs: Its input artifacts; a query about a missing one finds nothing.
    """
    found: Artifacts = {}
    for key, query in task.executor.resolver.output_artifact_queries.items():
      wanted = _wanted(query.filter, inputs)
      newest = next((e for e in reversed(self._known) if _is(e, wanted)), None)
      found[key] = pipeline_spec_pb2.ArtifactList()
      if newest:
        json_format.ParseDict(newest, found[key].artifacts.add())
    return found


def _wanted(query: str, inputs: Artifacts) -> list[re.Match[str]] | None:
  """Returns the clauses of a query, None if it refers to a missing artifact."""

  def value(match: re.Match[str]) -> str:
    (artifact,) = inputs[match[1]].artifacts
    return str(json_format.MessageToDict(artifact.metadata)[match[2]])

  if any(not inputs[match[1]].artifacts for match in _PROPERTY.finditer(query)):
    return None
  clauses = [
    _CLAUSE.fullmatch(clause) for clause in _PROPERTY.sub(value, query).split(" AND ")
  ]
  if None in clauses:
    raise InputError(
      "Expected a resolver to query the latest artifact or the latest blessed model. "
      f"Received: {query}."
    )
  return clauses


def _is(artifact: Mapping[str, Any], wanted: list[re.Match[str]] | None) -> bool:
  if wanted is None:
    return False
  title = yaml.safe_load(artifact["type"].get("instanceSchema", "")) or {}
  found = {
    "title": title.get("title", artifact["type"].get("schemaTitle")),
    "live": "state=LIVE",
    "name": artifact.get("name"),
  }
  for clause in wanted:
    name, value = clause.lastgroup, clause[clause.lastgroup]
    if name == "number":
      if artifact.get("metadata", {}).get(clause["key"]) != float(value):
        return False
    elif found[name] != value:
      return False
  return True


def _parameter(
  task: Task,
  name: str,
  source: pipeline_spec_pb2.TaskInputsSpec.InputParameterSpec,
  parameters: Mapping[str, Any],
) -> Any:
  kind = source.WhichOneof("kind")
  if kind == "component_input_parameter":
    return parameters[source.component_input_parameter]
  if kind == "runtime_value":
    return _constant(source.runtime_value, parameters)
  raise InputError(
    f"Expected parameter {name} of {task.name} to be a constant or a parameter of the "
    f"job. Received: {kind}."
  )


def _constant(
  source: pipeline_spec_pb2.ValueOrRuntimeParameter, parameters: Mapping[str, Any]
) -> Any:
  kind = source.WhichOneof("value")
  if kind == "runtime_parameter":
    return parameters[source.runtime_parameter]
  if kind == "constant":
    return source.constant
  return getattr(source.constant_value, source.constant_value.WhichOneof("value"))


def _set_parameter(
  inputs: pipeline_spec_pb2.ExecutorInput.Inputs, name: str, value: Any
) -> None:
  """Sets a parameter in the fields of both schema versions."""
  old = inputs.parameters[name]
  if not isinstance(value, int | float | str):
    kind = value.WhichOneof("kind")
    value = getattr(value, kind)
  if isinstance(value, str):
    old.string_value = value
    inputs.parameter_values[name].string_value = value
  else:
    inputs.parameter_values[name].number_value = value
    if isinstance(value, int):
      old.int_value = value
    else:
      old.double_value = value
