"""The DirectRunner in two processes: the same examples, and errors for people."""

import sys
from collections import Counter

import pytest
import tensorflow as tf

from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.local import prepare_data

from ..conftest import FEW_OPTIONS, clp_tfx

pytestmark = pytest.mark.e2e


def records(output):
  """Returns how often each counterfactual example is there, by split."""
  (folder,) = (output / "pipeline_root" / "CounterfactualGen" / "examples").iterdir()
  return {
    split.name: Counter(
      tf.data.TFRecordDataset(
        [str(path) for path in split.iterdir()], compression_type="GZIP"
      ).as_numpy_iterator()
    )
    for split in folder.iterdir()
  }


def test_two_processes_make_the_same_examples(tmp_path, few_comments, few_run):
  config = PipelineConfig(
    comments=str(few_comments), output=str(tmp_path), workers=2, **FEW_OPTIONS
  )
  prepare_data(config, sys.stdout)
  assert records(tmp_path) == records(few_run.output)


def test_what_a_worker_finds_wrong_is_one_sentence(tmp_path, few_comments):
  rows = few_comments.read_text() + "one,field,too,many,here\n"
  (tmp_path / "bad.csv").write_text(rows)
  done = clp_tfx("run", "--comments", "bad.csv", "--workers", 2, cwd=tmp_path)
  assert done.returncode == 2
  assert (
    "row 601" in done.stderr and "expected 4 fields as in the header" in done.stderr
  )
  assert "Traceback" not in done.stderr
