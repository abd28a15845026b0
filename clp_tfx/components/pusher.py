"""Pushes a model so that a server never sees a partial one."""

import contextlib
import fcntl
import os
import re
import socket
import time
import uuid
from collections.abc import Iterator
from typing import Any

from google.protobuf import json_format
from tfx.components.pusher import executor
from tfx.components.pusher.component import Pusher
from tfx.dsl.components.base import executor_spec
from tfx.dsl.io import fileio
from tfx.proto import pusher_pb2
from tfx.types import Artifact, BaseChannel
from tfx.utils import io_utils

_INCOMING = ".incoming-"
_GRAPH = "saved_model.pb"
_DAY = 86_400


class Executor(executor.Executor):
  """TFX's Pusher, except that a version is complete before a server can load it.

  On local and network disks, a model is written next to the served versions and then
  renamed; servers ignore names that are not numbers. The next push removes the remains
  of an interrupted one.

  Object stores rename object by object. There, a model is written under its final name,
  ending with `saved_model.pb`, without which servers do not load it.
  """

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Pushes the model if it is blessed; see `tfx.v1.components.Pusher`."""
    self._log_startup(input_dict, output_dict, exec_properties)
    (pushed,) = output_dict["pushed_model"]
    if not self.CheckBlessing(input_dict):
      self._MarkNotPushed(pushed)
      return
    model = self.GetModelPath(input_dict)
    destination = json_format.Parse(
      exec_properties["push_destination"], pusher_pb2.PushDestination()
    )
    served = destination.filesystem.base_directory
    io_utils.copy_dir(model, pushed.uri)
    push = _push_objects if "://" in served else _push_folder
    version = push(model, served)
    self._MarkPushed(
      pushed, pushed_destination=os.path.join(served, version), pushed_version=version
    )


def _push_objects(model: str, served: str) -> str:
  """Writes a model to an object store; returns its version."""
  version = _free_version(served)
  _copy(model, os.path.join(served, version))
  return version


def _push_folder(model: str, served: str) -> str:
  """Writes a model next to the versions and renames it; returns its version."""
  os.makedirs(served, exist_ok=True)
  with _alone_in(served) as alone:
    if alone:
      _remove_remains(served)
    incoming = os.path.join(served, f"{_own_prefix()}{uuid.uuid4().hex}")
    _copy(model, incoming)
    version = _free_version(served)
    os.rename(incoming, os.path.join(served, version))
  return version


def _copy(source: str, target: str) -> None:
  """Copies a model's files to a new place, the graph last."""
  paths = [
    os.path.relpath(os.path.join(folder, name), source)
    for folder, _, names in fileio.walk(source)
    for name in names
  ]
  for path in sorted(paths, key=lambda path: (path == _GRAPH, path)):
    copy = os.path.join(target, path)
    fileio.makedirs(os.path.dirname(copy))
    fileio.copy(os.path.join(source, path), copy)


@contextlib.contextmanager
def _alone_in(served: str) -> Iterator[bool]:
  """Waits for other pushes; yields whether the file system supports the lock."""
  folder = os.open(served, os.O_RDONLY)
  try:
    try:
      fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:  # Some network file systems cannot lock folders.
      yield False
    else:
      yield True
  finally:
    os.close(folder)


def _remove_remains(served: str) -> None:
  """Removes the remains of interrupted pushes, but not the files of a running push.

  Pushes on this machine wait for each other. Locks of other machines may be invisible
  here, so unfinished models are kept until they have not changed for a day.
  """
  for name in os.listdir(served):
    path = os.path.join(served, name)
    if name.startswith(_own_prefix()) or (
      name.startswith(_INCOMING) and time.time() - _last_change(path) > _DAY
    ):
      fileio.rmtree(path)


def _own_prefix() -> str:
  return f"{_INCOMING}{re.sub('[^A-Za-z0-9.-]', '_', socket.gethostname())}-"


def _last_change(folder: str) -> float:
  return max(os.path.getmtime(parent) for parent, _, _ in os.walk(folder))


def _free_version(served: str) -> str:
  """Returns the time in seconds, or the next free number if that version exists."""
  version = int(time.time())
  while fileio.exists(os.path.join(served, str(version))):
    version += 1
  return str(version)


def atomic_pusher(
  model: BaseChannel, model_blessing: BaseChannel, served: str
) -> Pusher:
  """Returns a Pusher that pushes blessed models to a folder that a server watches.

  A version is complete before a server can load it, on object stores too.

  Example:
    >>> from tfx.types import Channel, standard_artifacts
    >>> pusher = atomic_pusher(
    ...   Channel(type=standard_artifacts.Model),
    ...   Channel(type=standard_artifacts.ModelBlessing),
    ...   served="serving_model",
    ... )
    >>> [*pusher.outputs]
    ['pushed_model']

  Args:
    model: The candidate.
    model_blessing: The Evaluator's blessing, which counts the probes as well.
    served: Folder that a model server watches; each model is a version in it.
  """
  return Pusher(
    model=model,
    model_blessing=model_blessing,
    push_destination=pusher_pb2.PushDestination(
      filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=served)
    ),
    custom_executor_spec=executor_spec.ExecutorClassSpec(Executor),
  )
