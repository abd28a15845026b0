import io
import logging

import pytest

from clp_tfx.runners.console import Progress

STARTED, FINISHED = "Component %s is running.", "Component %s is finished."
CACHED = "A cached execution %d is used."


class Screen(io.StringIO):
  """A terminal that people look at."""

  def isatty(self):
    return True

  def looks(self):
    """What is on it: what was written over is gone."""
    lines = self.getvalue().split("\n")
    return [line.rpartition("\x1b[K")[2] for line in lines]


def told(progress, now, message, *args, name="absl", **extra):
  """Logs a message at a time."""
  progress.now = now
  record = {"name": name, "msg": message, "args": args, "levelno": logging.INFO}
  progress.handle(logging.makeLogRecord(record | extra))


@pytest.fixture(params=[io.StringIO, Screen])
def progress(request):
  made = Progress(request.param(), 3, clock=lambda: made.now)
  return made


def shown(progress):
  terminal = progress._terminal
  on_screen = isinstance(terminal, Screen)
  return terminal.looks() if on_screen else terminal.getvalue().split("\n")


def test_a_line_fills_with_the_time_of_its_component(progress):
  told(progress, 0, STARTED, "ExampleGen")
  assert shown(progress) == ["  [1/3] ExampleGen ..."]
  told(progress, 2.04, FINISHED, "ExampleGen")
  told(progress, 2.04, STARTED, "Transform")
  told(progress, 3, CACHED, 7)
  told(progress, 3, "of no interest")
  told(progress, 4, FINISHED, "Transform")
  assert shown(progress) == [
    "  [1/3] ExampleGen ... 2.0 s",
    "  [2/3] Transform ... cached",
    "",
  ]
  assert progress.seconds == {"ExampleGen": 2.04, "Transform": 1.96}
  assert progress.cached == ["Transform"]


def test_messages_of_our_own_stand_below_and_the_time_below_them(progress):
  told(progress, 0, STARTED, "Trainer")
  told(progress, 5, "  epoch %d", 1, name="clp_tfx.training.loop")
  told(progress, 9, FINISHED, "Trainer")
  expected = ["  [1/3] Trainer ...", "  epoch 1", "        9.0 s", ""]
  assert shown(progress) == expected


def test_steps_are_counted_on_a_screen_with_what_remains():
  progress = Progress(Screen(), 1, clock=lambda: progress.now)

  def steps(now, done):
    name = "clp_tfx.training.recorder"
    told(progress, now, "step", name=name, steps=(done, 3000))

  told(progress, 0, STARTED, "Trainer")
  steps(10, 1000)
  assert shown(progress)[-1] == "  [1/1] Trainer ... step 1,000 of at most 3,000"
  # 100 steps in two seconds: 1,900 more take 38.
  steps(12, 1100)
  assert shown(progress)[-1].endswith("step 1,100 of at most 3,000, about 38 s left")
  # Slower: 200 in 22 seconds, so that 1,800 take 198, which is 3.3 minutes.
  steps(32, 1200)
  assert shown(progress)[-1].endswith("step 1,200 of at most 3,000, about 3 min left")
  told(progress, 33, "  epoch 1", name="clp_tfx.training.loop")
  steps(34, 1300)
  told(progress, 40, FINISHED, "Trainer")
  assert shown(progress) == ["  [1/1] Trainer ...", "  epoch 1", "        40.0 s", ""]


def test_steps_are_not_written_to_a_file_again_and_again():
  progress = Progress(io.StringIO(), 1, clock=lambda: progress.now)
  told(progress, 0, STARTED, "Trainer")
  told(progress, 1, "step", name="clp_tfx.training.recorder", steps=(1, 9))
  assert shown(progress) == ["  [1/1] Trainer ..."]


def test_an_error_begins_a_line_of_its_own(progress):
  told(progress, 0, STARTED, "Trainer")
  progress.end()
  assert shown(progress) == ["  [1/3] Trainer ...", ""]
