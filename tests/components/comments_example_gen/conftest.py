"""Writes comments in every format and runs the component's executor on them."""

import csv
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from clp_tfx.components.comments_example_gen.component import CommentsExampleGen
from clp_tfx.components.comments_example_gen.executor import Executor
from clp_tfx.pipeline.beam_runners import LOCAL_BEAM_ARGS


def _csv_bytes(table):
  text = io.StringIO(newline="")
  writer = csv.writer(text)
  writer.writerow(table)
  writer.writerows(zip(*table.values(), strict=True))
  return text.getvalue().encode()


def _examples(table):
  for cells in zip(*table.values(), strict=True):
    example = tf.train.Example()
    for name, cell in zip(table, cells, strict=True):
      feature = example.features.feature[name]
      if isinstance(cell, str):
        feature.bytes_list.value.append(cell.encode())
      elif isinstance(cell, int):
        feature.int64_list.value.append(cell)
      elif cell is not None:
        feature.float_list.value.append(cell)
    yield example.SerializeToString()


@pytest.fixture
def write(tmp_path):
  """Writes `{column: cells}` to a file with the given name; None is a blank cell."""

  def write_table(name, table):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".csv"):
      path.write_bytes(_csv_bytes(table))
    elif name.endswith(".csv.gz"):
      path.write_bytes(gzip.compress(_csv_bytes(table)))
    elif name.endswith(".parquet"):
      pq.write_table(pa.table(table), path)
    else:
      compression = "GZIP" if name.endswith(".gz") else ""
      with tf.io.TFRecordWriter(str(path), compression) as writer:
        for example in _examples(table):
          writer.write(example)
    return str(path)

  return write_table


@pytest.fixture
def run(tmp_path):
  """Runs the component's executor; returns the examples of each split."""

  def run_executor(paths, **settings):
    component = CommentsExampleGen(paths, **settings)
    artifact = standard_artifacts.Examples()
    artifact.uri = str(tmp_path / "examples")
    context = Executor.Context(beam_pipeline_args=[*LOCAL_BEAM_ARGS])
    Executor(context).Do({}, {"examples": [artifact]}, component.exec_properties)
    assert artifact.split_names == '["train", "eval", "test"]'
    return {split: list(read(split)) for split in ("train", "eval", "test")}

  def read(split):
    files = sorted((tmp_path / "examples" / f"Split-{split}").iterdir())
    for record in tf.data.TFRecordDataset([str(f) for f in files], "GZIP"):
      yield tf.train.Example.FromString(record.numpy())

  return run_executor
