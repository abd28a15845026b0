import random

import apache_beam as beam
import pytest
import tensorflow as tf

from clp_tfx.components.comments_example_gen import shards
from clp_tfx.components.comments_example_gen.shards import WriteShards
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner


def written(folder, records, *parts):
  """Writes records, and further ones that come another way; returns the files."""
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    inputs = [
      pipeline | f"Part{i}" >> beam.Create(part, reshuffle=False)
      for i, part in enumerate((records, *parts))
    ]
    _ = inputs | beam.Flatten(pipeline=pipeline) | WriteShards(str(folder))
  return {path.name: path.read_bytes() for path in folder.iterdir()}


def records_of(folder):
  return [
    list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator())
    for path in sorted(folder.iterdir())
  ]


@pytest.fixture
def few_per_file(monkeypatch):
  monkeypatch.setattr(shards, "RECORDS_PER_FILE", 10)


def test_the_same_records_give_the_same_files_in_whatever_order(tmp_path, few_per_file):
  # 45 records, at most 10 to a file on average: 5 files.
  records = [b"%d" % n for n in range(44)] + [b"7"]
  expected = written(tmp_path / "a", records)
  assert sorted(expected) == [f"data_tfrecord-0000{n}-of-00005.gz" for n in range(5)]
  others = random.Random(0).sample(records, 45)
  assert written(tmp_path / "b", others) == expected
  assert written(tmp_path / "c", others[30:], others[:30]) == expected


def test_each_record_is_written_as_often_as_it_came(tmp_path, few_per_file):
  records = [b"%d" % (n // 3) for n in range(60)]
  written(tmp_path, records)
  found = records_of(tmp_path)
  assert sorted(sum(found, [])) == sorted(records)
  # Equal records are in one file; the order of others says nothing about what they say.
  assert sum(len(set(file)) for file in found) == 20
  assert found != [sorted(file) for file in found]


def test_a_split_without_records_has_an_empty_file(tmp_path):
  written(tmp_path, [])
  assert records_of(tmp_path) == [[]]
