"""A run killed at any moment and repeated gives the same verdict, no partial push."""

import bisect
import itertools
import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..conftest import COMMAND, FEW_OPTIONS, clp_tfx, flags, summary_of
from .test_replay import numbers

pytestmark = pytest.mark.e2e


def files(folder):
  """Returns the files of a model; the record beside it is written after the push."""
  names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
  return {name for name in names if not name.startswith("assets.extra/")}


def served_models(output):
  """Returns the folders that a model server would load."""
  folder = output / "serving_model"
  return [p for p in folder.iterdir() if p.name.isdigit()] if folder.exists() else []


def killed_run(folder, options, component, seconds):
  """Starts a run and kills its process group some time after a component's start.

  Returns whether it was alive.
  """
  process = subprocess.Popen(
    [*COMMAND, "run", *options],
    cwd=folder,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
    text=True,
    start_new_session=True,
  )
  shown = ""  # The line of a component ends with the component.
  while f"] {component} ..." not in shown and (more := process.stderr.read(1)):
    shown += more
  time.sleep(seconds)
  was_alive = process.poll() is None
  if was_alive:
    os.killpg(process.pid, signal.SIGKILL)
  process.stderr.close()
  process.wait()
  return was_alive


def moments(seconds, number):
  """Draws moments of a run: a component, and a time after its start.

  Counted from there because the time to get there differs on a busy machine.
  """
  rng = random.Random(0)
  ends = list(itertools.accumulate(seconds.values()))
  for _ in range(number):
    drawn = rng.random() * ends[-1]
    place = bisect.bisect(ends, drawn)
    yield list(seconds)[place], drawn - (ends[place - 1] if place else 0)


def test_killed_at_five_random_moments(tmp_path, few_comments, few_run):
  options = ["--comments", str(few_comments), *flags(FEW_OPTIONS)]
  expected = summary_of(few_run.output)
  (whole,) = served_models(few_run.output)

  def kill_and_run_again(i, moment):
    output = tmp_path / f"killed{i}"
    run = ["--output", output.name, *options]
    was_alive = killed_run(tmp_path, run, *moment)
    served_after_kill = [files(model) for model in served_models(output)]
    again = clp_tfx("run", *run, cwd=tmp_path)
    return was_alive, served_after_kill, again, output

  with ThreadPoolExecutor(2) as pool:
    drawn = moments(expected["seconds"], 5)
    results = list(pool.map(kill_and_run_again, range(5), drawn))
  assert sum(was_alive for was_alive, *_ in results) >= 4
  for _, served_after_kill, again, output in results:
    assert again.returncode == 0, again.stderr
    assert all(names == files(whole) for names in served_after_kill)
    assert all(files(model) == files(whole) for model in served_models(output))
    summary = summary_of(output)
    assert summary["gate"] == expected["gate"]
    assert summary["training"] == expected["training"]
    # How many texts Beam scores at once depends on the time that it takes.
    figures = numbers(expected["clp"])
    assert numbers(summary["clp"]) == pytest.approx(figures, abs=1e-6)
