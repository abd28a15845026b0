"""What `clp-tfx run` prints for programs; the run itself is found in the cache."""

import json

import pytest

from ..conftest import clp_tfx, summary_of


@pytest.mark.e2e
def test_the_summary_is_all_there_is_on_stdout(few_run, tmp_path):
  done = clp_tfx("run", "--config", few_run.config, "--json", "--quiet", cwd=tmp_path)
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout) == summary_of(few_run.output)
  assert done.stderr == ""
