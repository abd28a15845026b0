"""clp-tfx probe prints the identities that a model harms most, or JSON."""

import json

import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli

from ..evaluation.models import text_model

SUITE = """\
text,label,identity,functionality
I am gay.,ok,gay,self
A gay [bold] woman,ok,gay,self
I am old.,ok,[red]old\x1b[31m,self
Old people are bad.,hate,[red]old\x1b[31m,attack
"""


def probe(*arguments):
  return CliRunner().invoke(cli, ["probe", *map(str, arguments)])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
  """Adds 0.5 for gay, 0.25 for woman and 0.375 for bad."""
  return text_model(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture
def suite(tmp_path):
  path = tmp_path / "[" / "suite].csv"  # To rich, "[/suite]" closes a tag.
  path.parent.mkdir()
  path.write_text(SUITE)
  return "--probes", path, "--not-toxic", "ok"


def cells(output):
  """The rows of all tables by their first cell."""
  found = {}
  for line in output.splitlines():
    if line.startswith("│"):
      name, *rest = (cell.strip() for cell in line.strip("│").split("│"))
      found[name] = rest
  return found


def test_tables_of_a_model_alone(model, suite):
  done = probe(model, *suite)
  assert done.exit_code == 0, done.output
  rows = cells(done.output)
  # 0.75 of three neutral sentences is above 0.5; the hostile one has 0.375.
  assert rows["false positive rate on neutral sentences"] == ["0.333"]
  assert rows["recall on hostile sentences"] == ["0.000"]
  # False positive rate, mean score, recall, logit gap; no word is markup or a colour.
  assert rows["gay"] == ["0.500", "0.625", "-", "-"]
  assert rows["[red]old\ufffd[31m"] == ["0.000", "0.000", "0.000", "-"]
  assert "Worst sentence: A gay [bold] woman" in done.output


def test_tables_with_a_baseline_and_a_second_threshold(model, suite):
  done = probe(model, *suite, "--baseline", model, "--matched-threshold", 0.4)
  rows = cells(done.output)
  assert rows["false positive rate on neutral sentences"] == ["0.333"] * 2 + ["0.667"]
  before, after, at_least, *_, verdict = rows["gay"]
  assert before == after == "0.500" and at_least.startswith("-0.")
  assert verdict == "too little evidence"


def test_json_has_all_figures(model, suite):
  found = json.loads(probe(model, *suite, "--json").stdout)
  assert [row["identity"] for row in found["identities"]] == ["gay", "[red]old\x1b[31m"]
  assert found["models"] == {"model": model, "baseline": None}


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ([], "No model is given: give the folder of a SavedModel"),
    (["m", "--threshold", 2], "Expected --threshold to be at most 1"),
    (["m", "--max-displacement", 0], "--max-displacement to be above 0 and below 1"),
    (["m", "--split", "test"], "--split"),
    (["m", "--probes", "f"], "give each one with --not-toxic"),
    (["m", "--label-column", "gold"], "--label-column is about the sentences of a"),
    (["m", "--not-toxic", "ok"], "there is none: give it with --probes"),
    (["m", "--probes", "f", "--not-toxic", "0", "--split", "all"], "leave it out with"),
    (["/no/model"], "/no/model does not exist"),
    (["m", "--probes", "/no/f.csv", "--not-toxic", "0"], "/no/f.csv does not exist"),
  ],
)
def test_bad_usage_is_a_sentence(arguments, message):
  done = probe(*arguments)
  assert done.exit_code == 2
  assert message in " ".join(done.output.split())
  assert "Traceback" not in done.output
