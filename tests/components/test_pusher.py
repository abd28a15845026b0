import io
import os
import socket
import threading
import time

import pytest
from google.protobuf import json_format
from tfx.dsl.io import filesystem, filesystem_registry
from tfx.proto import pusher_pb2
from tfx.types import standard_artifacts

from clp_tfx.components.pusher import Executor


@pytest.fixture
def push(tmp_path):
  """Returns a function that pushes a model and returns the pushed artifact."""
  model = standard_artifacts.Model()
  model.uri = str(tmp_path / "model")
  saved = tmp_path / "model" / "Format-Serving"
  (saved / "variables").mkdir(parents=True)
  (saved / "saved_model.pb").write_text("graph")
  (saved / "variables" / "variables.index").write_text("weights")

  def run(served, blessed=True):
    blessing = standard_artifacts.ModelBlessing()
    blessing.uri = str(tmp_path / "blessing")
    blessing.set_int_custom_property("blessed", int(blessed))
    pushed = standard_artifacts.PushedModel()
    pushed.uri = str(tmp_path / "pushed")
    destination = pusher_pb2.PushDestination()
    destination.filesystem.base_directory = str(served)
    Executor().Do(
      {"model": [model], "model_blessing": [blessing]},
      {"pushed_model": [pushed]},
      {"push_destination": json_format.MessageToJson(destination)},
    )
    return pushed

  return run


def files(folder):
  return sorted(
    str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
  )


def test_a_blessed_model_becomes_a_version(push, tmp_path):
  served = tmp_path / "served"
  pushed = push(served)
  (version,) = served.iterdir()
  assert version.name.isdigit()
  assert files(version) == ["saved_model.pb", "variables/variables.index"]
  assert pushed.get_string_custom_property("pushed_destination") == str(version)
  assert pushed.get_string_custom_property("pushed_version") == version.name
  assert pushed.get_int_custom_property("pushed") == 1


def test_two_pushes_are_two_versions(push, tmp_path):
  served = tmp_path / "served"
  first, second = push(served), push(served)
  versions = [p.get_string_custom_property("pushed_version") for p in (first, second)]
  assert int(versions[0]) < int(versions[1])
  assert sorted(path.name for path in served.iterdir()) == versions


def test_a_refused_model_is_not_pushed(push, tmp_path):
  served = tmp_path / "served"
  push(served)
  before = files(served)
  pushed = push(served, blessed=False)
  assert files(served) == before
  assert pushed.get_int_custom_property("pushed") == 0


def test_remains_of_an_interrupted_push_are_removed(push, tmp_path):
  served = tmp_path / "served"
  remains = served / f".incoming-{socket.gethostname()}-1"
  remains.mkdir(parents=True)
  (remains / "half").write_text("")
  push(served)
  assert [path.name.isdigit() for path in served.iterdir()] == [True]


def test_what_another_machine_is_writing_stays(push, tmp_path):
  served = tmp_path / "served"
  writing = served / ".incoming-elsewhere-1"
  left = served / ".incoming-elsewhere-2"
  for folder in (writing, left):
    (folder / "variables").mkdir(parents=True)
  two_days_ago = time.time() - 2 * 86_400
  for folder in (writing, left, left / "variables"):
    os.utime(folder, (two_days_ago, two_days_ago))
  push(served)
  assert writing.exists()
  assert not left.exists()


def test_two_pushes_at_once_are_two_whole_versions(push, tmp_path, monkeypatch):
  served = tmp_path / "served"
  first_copies, other_waits = threading.Event(), threading.Event()
  rename = os.rename

  def slow_rename(source, target):
    first_copies.set()
    other_waits.wait(1)  # As long as the other one has to get in between.
    rename(source, target)

  monkeypatch.setattr("clp_tfx.components.pusher.os.rename", slow_rename)
  first = threading.Thread(target=push, args=(served,))
  first.start()
  first_copies.wait(30)
  push(served)
  first.join()
  versions = sorted(served.iterdir())
  whole = ["saved_model.pb", "variables/variables.index"]
  assert [files(version) for version in versions] == [whole, whole]


def test_nothing_with_a_version_for_a_name_is_there_while_copying(
  push, tmp_path, monkeypatch
):
  served = tmp_path / "served"
  seen = []

  def rename(source, target):
    seen.extend(path.name for path in served.iterdir())
    raise KeyboardInterrupt

  monkeypatch.setattr("clp_tfx.components.pusher.os.rename", rename)
  with pytest.raises(KeyboardInterrupt):
    push(served)
  assert len(seen) == 1
  assert not seen[0].isdigit()


class _Object(io.BytesIO):
  def __init__(self, path):
    super().__init__()
    self._path = path

  def close(self):
    if not self.closed:
      ObjectStore.objects[self._path] = self.getvalue()
      ObjectStore.log.append(self._path)
    super().close()


class ObjectStore(filesystem.Filesystem):
  """As TFX sees an object store: there are no folders, and a rename copies.

  Attributes:
    objects: Their contents by path.
    log: What was written, in that order.
  """

  SUPPORTED_SCHEMES = ["objects://"]
  objects: dict[str, bytes] = {}
  log: list[str] = []

  @staticmethod
  def open(name, mode="r"):
    return _Object(name) if "w" in mode else io.BytesIO(ObjectStore.objects[name])

  @staticmethod
  def exists(path):
    return any(f"{each}/".startswith(f"{path}/") for each in ObjectStore.objects)

  @staticmethod
  def listdir(path):
    return sorted(
      {
        each.removeprefix(f"{path}/").partition("/")[0]
        for each in ObjectStore.objects
        if each.startswith(f"{path}/")
      }
    )

  @staticmethod
  def makedirs(path):
    pass

  @staticmethod
  def rmtree(path):
    for each in [each for each in ObjectStore.objects if each.startswith(f"{path}/")]:
      del ObjectStore.objects[each]

  @staticmethod
  def rename(src, dst, overwrite=False):
    for each in sorted(ObjectStore.objects):
      if each.startswith(f"{src}/"):
        moved = dst + each.removeprefix(src)
        ObjectStore.objects[moved] = ObjectStore.objects.pop(each)
        ObjectStore.log.append(moved)


@pytest.fixture
def objects(monkeypatch):
  monkeypatch.setattr(ObjectStore, "objects", {})
  monkeypatch.setattr(ObjectStore, "log", [])
  registry = filesystem_registry.DEFAULT_FILESYSTEM_REGISTRY
  registry.register(ObjectStore, priority=0)
  return ObjectStore


def test_on_an_object_store_the_graph_is_written_last(push, objects):
  pushed = push("objects://bucket/served")
  version = pushed.get_string_custom_property("pushed_version")
  folder = f"objects://bucket/served/{version}"
  assert objects.log == [
    f"{folder}/variables/variables.index",
    f"{folder}/saved_model.pb",
  ]
  assert objects.objects[f"{folder}/saved_model.pb"] == b"graph"
  assert pushed.get_string_custom_property("pushed_destination") == folder


def test_on_an_object_store_nothing_of_another_push_is_deleted(push, objects):
  others = {
    "objects://bucket/served/.incoming-1/7/half": b"",
    "objects://bucket/served/7/variables/variables.index": b"weights",
  }
  objects.objects.update(others)
  push("objects://bucket/served")
  assert others.items() <= objects.objects.items()


def test_on_an_object_store_two_pushes_are_two_versions(push, objects, monkeypatch):
  monkeypatch.setattr("clp_tfx.components.pusher.time.time", lambda: 7.0)
  for version in ("7", "8"):
    pushed = push("objects://bucket/served")
    assert pushed.get_string_custom_property("pushed_version") == version
