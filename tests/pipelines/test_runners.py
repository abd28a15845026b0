"""The runners that teams copy, started like TFX's templates."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import summary_of


@pytest.mark.e2e
def test_local_runner(few_run):
  assert few_run.returncode == 0, few_run.stderr
  summary = summary_of(few_run.output)
  assert summary["baseline"] is None
  assert "ControlTrainer" not in summary["seconds"]
  assert summary["gate"]["blessed"] and summary["pushed_model"]
  assert "The model was pushed" in few_run.stdout


@pytest.mark.e2e
def test_kubeflow_v2_runner(tmp_path):
  job = tmp_path / "job.json"
  done = subprocess.run(
    [
      *(sys.executable, "-m", "pipelines.kubeflow_v2_runner"),
      *("pipelines/civil_comments.yaml", str(job)),
    ],
    cwd=Path(__file__).parents[2],
    capture_output=True,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  assert json.loads(job.read_text())["pipelineSpec"]["pipelineInfo"]["name"] == "clp"
