"""Growth, missing cells and resource usage, as computed by benchmarks/scale.py."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import apache_beam as beam
import pytest

from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name: str):
  spec = importlib.util.spec_from_file_location(
    f"{name}_benchmark", FOLDER / f"{name}.py"
  )
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


scale, scale_usage = load("scale"), load("scale_usage")


def test_growth_of_a_line():
  # 3 s, plus 2 s per record.
  fit = scale.growth([1, 3, 10], [5, 9, 23])
  assert (fit.fixed, fit.per_record) == pytest.approx((3, 2))


def test_growth_of_a_square():
  # Ten times the records, a hundred times the time: 2 = log(100) / log(10).
  assert scale.growth([10, 100, 1000], [1, 100, 10_000]).slope == pytest.approx(2)


def test_growth_minds_relative_errors():
  # No t = b n goes through both (1, 1) and (1000, 2000); with a fixed part, the line
  # through two points is exact: b = 1999 / 999.
  fit = scale.growth([1, 1000], [1, 2000])
  assert fit.per_record == pytest.approx(1999 / 999)
  # The two small points count as much as the large one: the fit misses each by at most
  # 2%, although in squares the large one alone weighs a million times as much.
  records, seconds = [1, 10, 1000], [1.01, 9.9, 1010]
  fit = scale.growth(records, seconds)
  for number, took in zip(records, seconds, strict=True):
    assert fit.fixed + fit.per_record * number == pytest.approx(took, rel=0.02)


def test_no_growth_from_one_size():
  assert scale.growth([100], [5.0]) is None


def test_goes_on_with_the_cells_that_are_missing(tmp_path):
  path = tmp_path / "scale.json"
  wanted = [
    (100, "direct-1", "evaluator"),
    (100, "flink-2", "evaluator"),
    (300, "direct-1", "evaluator"),
  ]
  cells = scale.Cells(path)
  assert list(cells.missing(wanted)) == wanted
  cells.add({"part": "evaluator", "engine": "flink-2", "records": 100, "seconds": 1.5})
  resumed = scale.Cells(path)
  assert list(resumed.missing(wanted)) == [wanted[0], wanted[2]]
  assert resumed.all == json.loads(path.read_text()) == cells.all
  assert [file.name for file in tmp_path.iterdir()] == ["scale.json"]


def test_tables(capsys, monkeypatch):
  monkeypatch.setenv("COLUMNS", "200")
  cell = {"part": "evaluator", "engine": "direct-1", "over_memory": False}
  cell |= {"megabytes": {"submitting": 900}, "moved_bytes": {"grouped": 5000}}
  scale.show(
    [
      {**cell, "records": 1000, "seconds": 14.0, "cpu_seconds": 12.0},
      {**cell, "records": 3000, "seconds": 18.0, "cpu_seconds": 16.0},
      {
        **cell,
        "records": 9000,
        "seconds": 1.0,
        "cpu_seconds": 1.0,
        "over_memory": True,
      },
    ]
  )
  shown = [line.split() for line in capsys.readouterr().out.splitlines()]
  rows = [[word for word in line if word != "│"] for line in shown]
  assert ["evaluator", "direct-1", "1,000", "14.0", "12.0", "12,000", "900"] + [
    "grouped",
    "5",
  ] in rows
  # 12 s and 16 s: 10 s plus 2 ms per record; the stopped cell does not count.
  fits = [row for row in rows if "CPU" in row and "evaluator" in row]
  assert [row[:5] for row in fits] == [
    ["evaluator", "direct-1", "CPU", "10.0", "2000.0"]
  ]


def test_bytes_that_the_direct_runner_groups():
  def run(size: int) -> scale_usage.Moved:
    with (
      scale_usage.moved_by_direct_runner() as moved,
      beam.Pipeline(runner=LocalBeamRunner()) as pipeline,
    ):
      _ = (
        pipeline
        | beam.Create([None])  # Create also groups its elements.
        | beam.FlatMap(lambda _: [("key", b"x" * size)] * 3)
        | beam.GroupByKey()
        | beam.MapTuple(lambda key, values: len(list(values)))
      )
    return moved

  # Three values, each 1,000 bytes longer; both lengths take two bytes.
  few, more = run(1000), run(2000)
  assert more.grouped - few.grouped == 3 * 1000
  assert few.grouped > 3 * 1000


def test_usage_of_a_process():
  usage = scale_usage.Usage(most_megabytes=1000)
  usage.start()
  script = "import time; held = b'x' * 50_000_000; time.sleep(1)"
  with subprocess.Popen([sys.executable, "-c", script]) as child:
    usage.submitting = child.pid
  usage.stop()
  # 50,000,000 bytes are 47.7 MB; the interpreter needs a few more.
  assert 47 < usage.megabytes["submitting"] < 100
  assert not usage.is_over


def test_a_process_that_holds_too_much_is_ended():
  usage = scale_usage.Usage(most_megabytes=40)
  usage.start()
  script = "import time; held = b'x' * 50_000_000; time.sleep(60)"
  with subprocess.Popen([sys.executable, "-c", script]) as child:
    usage.submitting = child.pid
  usage.stop()
  assert usage.is_over
  assert child.returncode < 0
