"""The sweep, from comments to a recommendation."""

import json
import xml.etree.ElementTree as ET

import pytest

from tests.conftest import clp_tfx

pytestmark = pytest.mark.e2e


def test_a_sweep_trains_each_configuration_once(few_comments, tmp_path):
  command = (
    *("sweep", "--comments", few_comments, "--output", "out", "--epochs", 1),
    *("--weights", "0,1", "--seeds", 1, "--min-auc", 0.51, "--min-pairs", 1),
    *("--min-positive-ratio", 0, "--max-positive-ratio", 0),
  )
  wide = ("--max-flip-rate", 1, "--max-auc-drop", 1)
  first = clp_tfx(*command, *wide, cwd=tmp_path)
  assert first.returncode == 0, first.stderr
  assert "4 trainings, 0 already done" in first.stderr
  assert "Plain training meets" in first.stdout
  result = json.loads((tmp_path / "out" / "sweep.json").read_text())
  assert [row["name"] for row in result["eval"]] == [
    "control",
    "clp-mse-1",
    "blindness",
    "augmentation",
  ]
  assert [row["name"] for row in result["test"]] == ["control"]
  # They are trained on different data, so their scores differ.
  assert len({row["score_gap"]["mean"] for row in result["eval"]}) == 4
  ET.parse(tmp_path / "out" / "sweep.svg")

  again = clp_tfx(*command, "--max-auc-drop", 0, "--max-flip-rate", 0, cwd=tmp_path)
  assert "4 trainings, 4 already done" in again.stderr
  assert again.returncode in (0, 3), again.stderr
