import numpy as np
import pytest

from clp_tfx.training.checkpoints import (
  Checkpoints,
  Progress,
  State,
  sweep_checkpoints,
)

DIGEST, OTHER = "a" * 64, "b" * 64


def state(step):
  progress = Progress(epoch=1, step=step, history=[{"loss": 0.1, "val_loss": 1 / 3}])
  variables = [np.array([0.1, step], "float32"), np.array([[1, 2]], "uint32")]
  return State(progress, variables, [np.array(7.5)])


def test_what_is_saved_last_is_loaded(tmp_path):
  checkpoints = Checkpoints(str(tmp_path / "made" / "here"), DIGEST)
  assert checkpoints.load() is None
  checkpoints.save(state(1))
  checkpoints.save(state(2))
  loaded = Checkpoints(str(tmp_path / "made" / "here"), DIGEST).load()
  assert loaded.progress == state(2).progress
  for values, expected in (
    (loaded.variables, state(2).variables),
    (loaded.best, state(2).best),
  ):
    assert [value.dtype for value in values] == [value.dtype for value in expected]
    for value, other in zip(values, expected, strict=True):
      np.testing.assert_array_equal(value, other)
  assert len(list((tmp_path / "made" / "here").iterdir())) == 1


def test_checkpoints_of_any_file_system_are_written_whole(memory_files):
  checkpoints = Checkpoints("memory://b/checkpoints", DIGEST)
  checkpoints.save(state(1))
  checkpoints.save(state(2))
  assert set(memory_files) == {f"memory://b/checkpoints/{checkpoints.name}"}


def test_many_variables_keep_their_order(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save(State(Progress(), [np.array(i) for i in range(12)], []))
  assert [int(value) for value in checkpoints.load().variables] == list(range(12))


def test_another_digest_never_resumes(tmp_path):
  Checkpoints(str(tmp_path), DIGEST).save(state(1))
  assert Checkpoints(str(tmp_path), OTHER).load() is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", None])
def test_a_damaged_file_is_none_and_said_so(tmp_path, caplog, content):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save(state(1))
  (file,) = tmp_path.iterdir()
  file.write_bytes(file.read_bytes()[:-40] if content is None else content)
  assert checkpoints.load() is None
  assert "training starts over" in caplog.text


def test_pickles_are_not_read(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  with open(tmp_path / checkpoints.name, "wb") as file:
    np.savez(file, progress=np.array([{"epoch": 1}], object))
  assert checkpoints.load() is None


def test_sweeping_leaves_what_is_no_checkpoint_and_the_one_to_keep(tmp_path):
  folder = str(tmp_path / "checkpoints")
  own, other = Checkpoints(folder, DIGEST), Checkpoints(folder, OTHER)
  own.save(state(1))
  other.save(state(1))
  half = f".unfinished-{'0' * 32}-{other.name}"
  (tmp_path / "checkpoints" / half).write_bytes(b"half")
  (tmp_path / "checkpoints" / "notes.npz").write_bytes(b"mine")
  sweep_checkpoints(folder, but=own)
  names = {path.name for path in (tmp_path / "checkpoints").iterdir()}
  assert names == {own.name, "notes.npz"}
  sweep_checkpoints(folder)
  assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["notes.npz"]
  (tmp_path / "checkpoints" / "notes.npz").unlink()
  own.save(state(1))
  sweep_checkpoints(folder)
  assert not (tmp_path / "checkpoints").exists()
  sweep_checkpoints(folder)
