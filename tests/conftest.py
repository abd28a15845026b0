"""Runs and examples that are made once and shared by many tests."""

import csv
import fcntl
import json
import subprocess
import sys
import types
from pathlib import Path

import hypothesis
import jsonschema
import pytest
import yaml

from clp_tfx.report.record import read_record, schema
from clp_tfx.runners.demo_comments import write_demo_comments

from .browser import browse, chromium  # noqa: F401, fixtures

# The same examples in every run.
hypothesis.settings.register_profile("seeded", derandomize=True)
hypothesis.settings.load_profile("seeded")

COMMAND = [str(Path(sys.executable).with_name("clp-tfx"))]


def clp_tfx(*args, cwd, **kwargs):
  """Runs the command line as a user does; returns the finished process."""
  return subprocess.run(
    [*COMMAND, *map(str, args)],
    cwd=cwd,
    capture_output=True,
    text=True,
    check=False,
    **kwargs,
  )


def made_once(tmp_path_factory, name, make):
  """Returns what `make(folder)` returns, made once for all processes of pytest-xdist.

  The others wait for it and read it as JSON.
  """
  own = tmp_path_factory.getbasetemp()
  folder = (own.parent if own.name.startswith("popen-") else own) / name
  folder.mkdir(exist_ok=True)
  with open(folder / "lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    made = folder / "made.json"
    if not made.exists():
      made.write_text(json.dumps(make(folder)))
    return json.loads(made.read_text())


def summary_of(output):
  """Returns the summary of a run, whose record must be as its schema says."""
  jsonschema.validate(read_record(str(output)), schema())
  return json.loads((Path(output) / "summary.json").read_text())


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
  """The demo run with all defaults; `demo.output` is its folder."""
  folder = tmp_path_factory.mktemp("demo")
  done = clp_tfx("run", "--output", "out", cwd=folder)
  done.output = folder / "out"
  return done


@pytest.fixture(scope="session")
def few_comments(tmp_path_factory):
  """A CSV of the first 600 demo comments, for runs whose figures do not matter."""
  folder = tmp_path_factory.mktemp("comments")
  write_demo_comments(folder / "all.csv")
  with open(folder / "all.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.reader(file))[:601]
  path = folder / "few.csv"
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows(rows)
  return path


FEW_OPTIONS = {
  "epochs": 1,
  "baseline": "none",
  "min_auc": 0.51,
  "max_flip_rate": 1,
  "min_pairs": 1,
  # After one epoch it says no to nearly everything.
  "min_positive_ratio": 0,
  "max_positive_ratio": 0,
  "harm_gate": "off",
}
"""Options of `few_run`: fast, but the model trains and passes the gate."""


def flags(options):
  return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]


@pytest.fixture(scope="session")
def few_run(tmp_path_factory, few_comments):
  """A run on few comments with the runner that teams copy.

  Its folder is `few_run.output`, its configuration the file `few_run.config`.
  """

  def run(folder):
    config = {
      **FEW_OPTIONS,
      "comments": str(few_comments),
      "output": str(folder / "out"),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    done = subprocess.run(
      [sys.executable, "-m", "pipelines.local_runner", str(folder / "config.yaml")],
      cwd=Path(__file__).parents[1],
      capture_output=True,
      text=True,
      check=False,
    )
    written = str(folder / "config.yaml")
    return {**vars(done), "output": config["output"], "config": written}

  done = types.SimpleNamespace(**made_once(tmp_path_factory, "few", run))
  done.output, done.config = Path(done.output), Path(done.config)
  return done


@pytest.fixture
def memory_files(monkeypatch):
  """The files of `memory://`, by path."""
  # Most packages are tested without Beam as well (benchmarks/extras.py).
  pytest.importorskip("apache_beam", reason="remote files need Beam")
  from .memory_files import MemoryFileSystem

  monkeypatch.setattr(MemoryFileSystem, "files", {})
  return MemoryFileSystem.files


@pytest.fixture(scope="session")
def transformed(tmp_path_factory):
  """The transform output and a TFRecord of four transformed comments."""
  from .training.transformed import ROWS, transform

  return made_once(
    tmp_path_factory, "transform", lambda folder: transform(ROWS, folder)
  )
