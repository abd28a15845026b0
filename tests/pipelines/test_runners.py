"""The runners that a team copies, started as TFX's templates are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def runner(name, *args):
  return subprocess.run(
    [sys.executable, "-m", f"pipelines.{name}", *map(str, args)],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
  )


@pytest.mark.e2e
def test_local_runner(tmp_path, few_comments):
  config = {
    "comments": str(few_comments),
    "output": str(tmp_path / "out"),
    "epochs": 1,
    "baseline": "none",
    "max_flip_rate": 1,
    "min_auc": 0.51,
  }
  (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
  done = runner("local_runner", tmp_path / "config.yaml")
  assert done.returncode == 0, done.stderr
  summary = json.loads((tmp_path / "out" / "summary.json").read_text())
  assert summary["baseline"] is None
  assert "ControlTrainer" not in summary["seconds"]
  verdict = "pushed" if summary["gate"]["blessed"] else "refused"
  assert f"The model was {verdict}" in done.stdout
  assert bool(summary["pushed_model"]) == summary["gate"]["blessed"]


@pytest.mark.e2e
def test_kubeflow_v2_runner(tmp_path):
  job = tmp_path / "job.json"
  done = runner("kubeflow_v2_runner", "pipelines/civil_comments.yaml", job)
  assert done.returncode == 0, done.stderr
  assert json.loads(job.read_text())["pipelineSpec"]["pipelineInfo"]["name"] == "clp"
