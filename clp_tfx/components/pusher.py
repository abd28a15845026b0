"""Pushes a model in one step, so that a server never sees a partial one."""

import os
import uuid
from typing import Any

from google.protobuf import json_format
from tfx import v1 as tfx
from tfx.components.pusher import executor
from tfx.dsl.components.base import executor_spec
from tfx.dsl.io import fileio
from tfx.proto import pusher_pb2
from tfx.types import Artifact

_INCOMING = ".incoming-"


class Executor(executor.Executor):
  """TFX's Pusher with a temporary folder, which it renames at the end.

  Model servers load only folders with numeric names and ignore the temporary one. The
  next push removes what an interrupted push left. On object stores, where a rename is a
  copy, TFX's order (`saved_model.pb` last) protects servers.
  """

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Pushes the model if it is blessed; see `tfx.v1.components.Pusher`."""
    destination = json_format.Parse(
      exec_properties["push_destination"], pusher_pb2.PushDestination()
    )
    served = destination.filesystem.base_directory
    _remove_interrupted(served)
    incoming = os.path.join(served, f"{_INCOMING}{uuid.uuid4().hex}")
    destination.filesystem.base_directory = incoming
    super().Do(
      input_dict,
      output_dict,
      {**exec_properties, "push_destination": json_format.MessageToJson(destination)},
    )
    (pushed,) = output_dict["pushed_model"]
    if not pushed.get_int_custom_property("pushed"):
      return
    version = _free_version(served, pushed.get_string_custom_property("pushed_version"))
    final = os.path.join(served, version)
    fileio.rename(pushed.get_string_custom_property("pushed_destination"), final)
    fileio.rmtree(incoming)
    self._MarkPushed(pushed, pushed_destination=final, pushed_version=version)


def _remove_interrupted(served: str) -> None:
  if fileio.exists(served):
    for name in fileio.listdir(served):
      if name.startswith(_INCOMING):
        fileio.rmtree(os.path.join(served, name))


def _free_version(served: str, version: str) -> str:
  """Returns the first free version: two pushes may happen in the same second."""
  while fileio.exists(os.path.join(served, version)):
    version = str(int(version) + 1)
  return version


def atomic_pusher(
  model: tfx.types.BaseChannel, model_blessing: tfx.types.BaseChannel, served: str
) -> tfx.components.Pusher:
  """Returns a Pusher that pushes blessed models to a folder, whole or not at all.

  Args:
    model: The candidate.
    model_blessing: The Evaluator's verdict.
    served: Folder that a model server watches; each model is a version in it.
  """
  return tfx.components.Pusher(
    model=model,
    model_blessing=model_blessing,
    push_destination=tfx.proto.PushDestination(
      filesystem=tfx.proto.PushDestination.Filesystem(base_directory=served)
    ),
    custom_executor_spec=executor_spec.ExecutorClassSpec(Executor),
  )
