"""A current stack that cannot be set up fails .ci/run, with a sentence that says so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The checkout's scripts, on an older system whose tests all pass.
MAKEFILE = """
stack:
	@echo {stack}
docs minilm test test-current test-flink:
	@echo made $@
"""
DEBOOTSTRAP = "echo Retrieving Release; echo 'E: Failed getting release file'; exit 1"
# Makes a root folder in which every command fails.
HALF = 'mkdir -p "$4/etc/ssl/certs" "$4/proc" "$4/dev"'


@pytest.fixture
def ci(tmp_path):
  """Returns a function that runs .ci/run with programs of which some are stand-ins."""

  def run(stack="older", **programs):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(MAKEFILE.format(stack=stack))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name, script in {"id": "echo 0", **programs}.items():
      path = tmp_path / "bin" / name
      path.parent.mkdir(exist_ok=True)
      path.write_text(f"#!/bin/sh\n{script}\n")
      path.chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
      [tmp_path / ".ci" / "run"],
      env={**os.environ, "PATH": path},
      capture_output=True,
      text=True,
      check=False,
    )

  return run


@pytest.mark.parametrize(
  "debootstrap, reason",
  [
    (DEBOOTSTRAP, "E: Failed getting release file\nThe current stack needs Debian 13"),
    pytest.param(
      *(HALF, "make setup` ended with status"),
      marks=pytest.mark.skipif(os.geteuid() != 0, reason="Only root enters a folder."),
    ),
  ],
)
def test_a_root_folder_that_cannot_be_made_or_entered(ci, debootstrap, reason):
  done = ci(debootstrap=debootstrap)
  assert done.returncode == 1
  assert reason in done.stderr
  assert "The current stack could not be set up in .debian13: " in done.stderr
  assert "made test\n" in done.stdout and "made test-current" not in done.stdout


def test_who_is_not_root_is_told_what_did_not_run(ci):
  done = ci(id="echo 1000")
  assert done.returncode == 0
  assert "made test-current" not in done.stdout
  assert "\nNot run: make test-current, the tests on the current stack: " in done.stdout


def test_on_the_current_stack_the_suite_is_enough(ci):
  done = ci(stack="current", debootstrap=DEBOOTSTRAP)
  assert done.returncode == 0
  assert "\nNot run: make test-current: this machine has the current" in done.stdout
