import keras

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
