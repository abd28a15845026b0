"""clp-tfx report --compare; tests/e2e has what it writes of a run."""

import json

import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli
from clp_tfx.report.record import make_record

from ..report.test_record import WHOLE
from ..report.test_report import REFUSED


@pytest.fixture
def runs(tmp_path):
  """Two output folders, of a run that was pushed and one that was refused."""
  for name, summary in (("a", WHOLE), ("b", WHOLE | REFUSED)):
    (tmp_path / name).mkdir()
    record = json.dumps(make_record(summary))
    (tmp_path / name / "record.json").write_text(record)
  return str(tmp_path / "a"), str(tmp_path / "b")


def report(*arguments):
  return CliRunner().invoke(cli, ["report", *arguments])


def test_verdicts_and_changes_and_a_page(runs, tmp_path):
  done = report("--compare", *runs)
  assert done.exit_code == 0, done.output
  assert "First: Pushed: every bound was met." in done.output
  assert "Second: Refused: a bound was missed." in done.output
  assert "0 of " in done.output and "figures changed clearly" in done.output
  assert "measured on" not in done.output
  assert f"Comparison: {tmp_path / 'b' / 'comparison.html'}" in done.output
  page = (tmp_path / "b" / "comparison.html").read_text()
  assert "Comparison of two runs" in page
  assert not (tmp_path / "a" / "comparison.html").exists()


@pytest.mark.parametrize("arguments", [[], ["out", "--compare", "a", "b"]])
def test_either_a_run_or_two(arguments):
  done = report(*arguments)
  assert done.exit_code == 2
  assert "Expected either OUTPUT or --compare RUN_A RUN_B." in done.output


def test_a_record_may_be_named_itself(runs, tmp_path):
  done = report("--compare", runs[0], str(tmp_path / "b" / "record.json"))
  assert done.exit_code == 0, done.output
  assert (tmp_path / "b" / "comparison.html").exists()


@pytest.mark.parametrize("damage", [{"figures": [1]}, {"data": {}}, {"settings": None}])
def test_a_damaged_record_is_told_in_a_sentence(runs, tmp_path, damage):
  path = tmp_path / "b" / "record.json"
  path.write_text(json.dumps(json.loads(path.read_text()) | damage))
  done = report("--compare", *runs)
  assert done.exit_code == 2
  assert "one has another form" in done.output


def test_a_run_without_a_record_is_told_how_to_get_one(runs, tmp_path):
  (tmp_path / "a" / "record.json").unlink()
  done = report("--compare", *runs)
  assert done.exit_code == 2
  assert "clp-tfx report OUTPUT writes a missing record" in done.output
