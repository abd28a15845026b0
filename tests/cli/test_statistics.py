"""clp-tfx statistics prints the counts of a run as a table or JSON."""

import json

import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli

COUNTS = {
  "texts_matched": 2,
  "counterfactuals": 1,
  "skipped": {"pejorative": 1},
  "rules": {"removal": 3},
}
STATISTICS = {
  "splits": {
    "test": {
      "texts": 1234,
      **COUNTS,
      "groups": {"gender": COUNTS},
      "terms": {"he": COUNTS},
    }
  }
}


@pytest.fixture
def output(tmp_path):
  """A folder like the output of a run."""
  (tmp_path / "counted").mkdir()
  (tmp_path / "counted" / "counterfactual_statistics.json").write_text(
    json.dumps(STATISTICS)
  )
  summary = {"counterfactual_statistics": str(tmp_path / "counted")}
  (tmp_path / "summary.json").write_text(json.dumps(summary))
  return tmp_path


def statistics(*arguments):
  return CliRunner().invoke(cli, ["statistics", *map(str, arguments)])


def test_a_row_per_split_group_and_term(output):
  done = statistics(output)
  assert done.exit_code == 0
  rows = [
    [cell.strip() for cell in line.strip("│").split("│")]
    for line in done.output.splitlines()
    if line.startswith("│")
  ]
  rest = ["2", "1", "pejorative 1", "removal 3"]
  assert rows == [["test", "1,234", *rest], ["gender", "", *rest], ["he", "", *rest]]


def test_as_json(output):
  assert json.loads(statistics(output, "--json").output) == STATISTICS


def test_a_folder_without_a_run_is_named(tmp_path):
  done = statistics(tmp_path)
  assert done.exit_code != 0
  assert f"Expected {tmp_path / 'summary.json'} to be the summary of a run" in (
    done.output
  )
  assert "Traceback" not in done.output


def test_statistics_that_are_gone_are_named(output):
  (output / "counted" / "counterfactual_statistics.json").unlink()
  done = statistics(output)
  assert done.exit_code != 0
  assert "run the pipeline again" in done.output
