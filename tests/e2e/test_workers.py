"""The DirectRunner in two processes."""

import pytest

from ..conftest import clp_tfx

pytestmark = pytest.mark.e2e


def test_what_a_worker_finds_wrong_is_one_sentence(tmp_path, few_comments):
  rows = few_comments.read_text() + "one,field,too,many,here\n"
  (tmp_path / "bad.csv").write_text(rows)
  done = clp_tfx("run", "--comments", "bad.csv", "--workers", 2, cwd=tmp_path)
  assert done.returncode == 2
  assert (
    "row 601" in done.stderr and "expected 4 fields as in the header" in done.stderr
  )
  assert "Traceback" not in done.stderr
