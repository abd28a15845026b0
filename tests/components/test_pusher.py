import pytest
from google.protobuf import json_format
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
  remains = served / ".incoming-1" / "7"
  remains.mkdir(parents=True)
  (remains / "half").write_text("")
  push(served)
  assert [path.name.isdigit() for path in served.iterdir()] == [True]


def test_nothing_with_a_version_for_a_name_is_there_while_copying(
  push, tmp_path, monkeypatch
):
  served = tmp_path / "served"
  seen = []

  def rename(source, target, overwrite=False):
    seen.extend(path.name for path in served.iterdir())
    raise KeyboardInterrupt

  monkeypatch.setattr("clp_tfx.components.pusher.fileio.rename", rename)
  with pytest.raises(KeyboardInterrupt):
    push(served)
  assert len(seen) == 1
  assert not seen[0].isdigit()
