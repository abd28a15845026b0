import keras
import numpy as np

from clp_tfx.training.checkpoints import Checkpoints
from clp_tfx.training.recorder import Recorder


def test_steps_are_told_once_a_second(caplog):
  caplog.set_level("INFO", logger="clp_tfx")
  # 2.5 batches are three steps.
  recorder = Recorder(keras.Sequential(), None, 0, steps_per_epoch=2.5, epochs=2)
  recorder.on_train_batch_end(0)
  assert not caplog.records
  recorder.progress.epoch = 1
  recorder._told -= 1
  recorder.on_train_batch_end(1)
  recorder.on_train_batch_end(2)
  (record,) = caplog.records
  # The three of the first epoch, and the second of this one.
  assert record.steps == (5, 6)
  assert record.getMessage() == "  step 5 of at most 6"


def test_without_an_end_in_sight_nothing_is_told(caplog):
  caplog.set_level("INFO", logger="clp_tfx")
  recorder = Recorder(keras.Sequential(), None, 0)
  recorder._told -= 1
  recorder.on_train_batch_end(0)
  assert not caplog.records


class Clock:
  """Seconds that pass when told to, and while a checkpoint is saved."""

  def __init__(self):
    self.now, self.saving = 0.0, 0.0

  def __call__(self):
    return self.now


def test_checkpoints_follow_the_time_and_take_little_of_it(tmp_path, monkeypatch):
  model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
  model.compile("adam", "mse")
  clock, saved = Clock(), []
  save = Checkpoints.save

  def slow(self, state):
    save(self, state)
    clock.now += clock.saving
    saved.append(state.progress.step)

  monkeypatch.setattr(Checkpoints, "save", slow)
  checkpoints = Checkpoints(str(tmp_path), "a" * 64)
  recorder = Recorder(model, checkpoints, clock=clock)
  recorder.set_model(model)

  def steps(number, seconds):
    for _ in range(number):
      clock.now += seconds
      recorder.on_train_batch_end(0)

  steps(7, 10)
  assert saved == [3, 6]  # Each half minute.
  clock.saving = 2.0
  steps(2, 10)
  assert saved == [3, 6, 9]
  steps(9, 10)  # Two seconds are 2% of a hundred.
  assert saved == [3, 6, 9]
  steps(1, 10)
  assert saved == [3, 6, 9, 19]


def test_the_best_epoch_is_kept_on_disk_or_without_checkpoints_in_memory(tmp_path):
  model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
  model.compile("adam", "mse")
  for checkpoints in (None, Checkpoints(str(tmp_path), "a" * 64)):
    recorder = Recorder(model, checkpoints, 0)
    recorder.set_model(model)
    for value, is_best in ((1.0, True), (2.0, True), (3.0, False)):
      model.set_weights([np.full([1, 1], value), np.zeros(1)])
      recorder.finish_epoch({"val_loss": value}, is_best)
    recorder.restore_best()
    assert model.get_weights()[0].item() == 2.0
  assert sorted(path.name[:6] for path in tmp_path.iterdir()) == ["best-1", "checkp"]
