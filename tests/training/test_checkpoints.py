import tracemalloc

import keras
import numpy as np
import pytest

from clp_tfx.training.checkpoints import (
  Checkpoints,
  Progress,
  State,
  sweep_checkpoints,
)

DIGEST, OTHER = "a" * 64, "b" * 64


def state(step, best=None):
  history = [{"loss": 0.1, "val_loss": 1 / 3}]
  progress = Progress(epoch=1, step=step, history=history, best=best)
  return State(
    progress, [np.array([0.1, step], "float32"), np.array([[1, 2]], "uint32")]
  )


def assert_same(values, expected):
  for value, other in zip(values, expected, strict=True):
    assert value.dtype == other.dtype
    np.testing.assert_array_equal(value, other)


def test_what_is_saved_last_is_loaded(tmp_path):
  folder = tmp_path / "made" / "here"
  checkpoints = Checkpoints(str(folder), DIGEST)
  assert checkpoints.load() is None
  best = [np.array(7.5), np.array([1], "int32")]
  checkpoints.save_best(0, best)
  checkpoints.save(state(1))
  checkpoints.save(state(2, best=0))
  loaded = Checkpoints(str(folder), DIGEST)
  assert loaded.load() == state(2, best=0).progress
  assert_same(loaded.variables(), state(2).variables)
  assert_same(loaded.best(0), best)
  assert len(list(folder.iterdir())) == 2
  loaded.forget_best(0)
  loaded.forget_best(1)
  assert len(list(folder.iterdir())) == 1


def test_a_new_best_epoch_that_no_checkpoint_names_yet_is_not_taken(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save_best(0, [np.array(0.0)])
  checkpoints.save(state(1, best=0))
  checkpoints.save_best(1, [np.array(1.0)])  # Killed before it is named.
  assert checkpoints.load().best == 0
  assert_same(checkpoints.best(0), [np.array(0.0)])


def test_checkpoints_of_any_file_system_are_written_whole(memory_files):
  checkpoints = Checkpoints("memory://b/checkpoints", DIGEST)
  checkpoints.save(state(1))
  checkpoints.save(state(2))
  checkpoints.save_best(3, [np.array(7.5)])
  assert set(memory_files) == {
    f"memory://b/checkpoints/{name}-{DIGEST}.npz" for name in ("checkpoint", "best-3")
  }
  assert_same(checkpoints.variables(), state(2).variables)
  assert_same(checkpoints.best(3), [np.array(7.5)])


def test_many_variables_keep_their_order(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save(State(Progress(), [np.array(i) for i in range(12)]))
  assert [int(value) for value in checkpoints.variables()] == list(range(12))


def test_variables_are_written_one_at_a_time(tmp_path):
  variables = [keras.Variable(np.full(1_000_000, i, "float32")) for i in range(20)]
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save(state(1))
  tracemalloc.start()
  try:
    checkpoints.save(State(Progress(), variables))
    checkpoints.load()
    for index, value in enumerate(checkpoints.variables()):
      assert value[-1] == index
    _, peak = tracemalloc.get_traced_memory()
  finally:
    tracemalloc.stop()
  # Of 80 MB, a few variables of 4 MB at a time.
  assert peak < 20e6


def test_another_digest_never_resumes(tmp_path):
  Checkpoints(str(tmp_path), DIGEST).save(state(1))
  assert Checkpoints(str(tmp_path), OTHER).load() is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", None])
@pytest.mark.parametrize("name", ["checkpoint", "best-0"])
def test_a_damaged_file_is_none_and_said_so(tmp_path, caplog, name, content):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save_best(0, [np.array(7.5)])
  checkpoints.save(state(1, best=0))
  file = tmp_path / f"{name}-{DIGEST}.npz"
  file.write_bytes(file.read_bytes()[:-40] if content is None else content)
  assert checkpoints.load() is None
  assert f"{file} cannot be read" in caplog.text
  assert "training starts over" in caplog.text


def test_a_flipped_bit_or_a_missing_best_epoch_is_damage(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  checkpoints.save(State(Progress(), [np.zeros(100)]))
  (file,) = tmp_path.iterdir()
  content = file.read_bytes()
  at = content.index(bytes(64))
  file.write_bytes(content[:at] + b"1" + content[at + 1 :])
  assert checkpoints.load() is None
  checkpoints.save(state(1, best=0))
  assert checkpoints.load() is None


def test_pickles_are_not_read(tmp_path):
  checkpoints = Checkpoints(str(tmp_path), DIGEST)
  with open(tmp_path / f"checkpoint-{DIGEST}.npz", "wb") as file:
    np.savez(file, **{"progress-0": np.array([{"epoch": 1}], object)})
  assert checkpoints.load() is None


def test_sweeping_leaves_what_is_no_checkpoint_and_the_one_to_keep(tmp_path):
  folder = str(tmp_path / "checkpoints")
  own, other = Checkpoints(folder, DIGEST), Checkpoints(folder, OTHER)
  for each in (own, other):
    each.save(state(1))
    each.save_best(12, [])
  half = f".unfinished-{'0' * 32}-checkpoint-{OTHER}.npz"
  (tmp_path / "checkpoints" / half).write_bytes(b"half")
  (tmp_path / "checkpoints" / "notes.npz").write_bytes(b"mine")
  sweep_checkpoints(folder, but=own)
  names = {path.name for path in (tmp_path / "checkpoints").iterdir()}
  kept = {f"checkpoint-{DIGEST}.npz", f"best-12-{DIGEST}.npz"}
  assert names == {*kept, "notes.npz"}
  sweep_checkpoints(folder)
  assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["notes.npz"]
  (tmp_path / "checkpoints" / "notes.npz").unlink()
  own.save(state(1))
  sweep_checkpoints(folder)
  assert not (tmp_path / "checkpoints").exists()
  sweep_checkpoints(folder)
