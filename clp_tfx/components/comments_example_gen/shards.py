"""Writes the examples of a split to files that depend on nothing but the examples.

Beam's own sink writes a file per bundle, and TFX shuffles by random keys before it. Two
runs on the same comments would train on different orders, which changes the model as
another seed would.
"""

import collections
import hashlib
import os
from collections.abc import Iterable

import apache_beam as beam
import tensorflow as tf
from apache_beam.typehints.decorators import no_annotations

from clp_tfx.files import replacing

RECORDS_PER_FILE = 50_000
"""At most, on average: a worker sorts one file's records in memory."""

_Shard = tuple[int, bytes | None]


class WriteShards(beam.PTransform):
  """Writes serialized records to gzipped TFRecords, shuffled by a hash of each record.

  Whatever runs the pipeline, and however the records arrive, the same records give the
  same files, byte for byte. There is at least one file, if only an empty one.

  Args:
    folder: Folder of the files.
  """

  def __init__(self, folder: str):
    super().__init__()
    self._folder = folder

  @no_annotations  # Beam takes annotations for element types.
  def expand(self, records: beam.PCollection) -> beam.PCollection:
    """Implements PTransform."""
    number = records | beam.combiners.Count.Globally() | beam.Map(_number_of_files)
    files = beam.pvalue.AsSingleton(number)
    empty = beam.FlatMap(lambda n: [(shard, None) for shard in range(n)])
    keyed = beam.Map(lambda record, n: (_number(record) % n, record), files)
    return (
      (
        number | "Empty" >> empty.with_output_types(_Shard),
        records | "Key" >> keyed.with_output_types(_Shard),
      )
      | beam.Flatten()
      | beam.GroupByKey()
      | beam.Map(_write, self._folder, files)
    )


def _number_of_files(records: int) -> int:
  return max(1, -(-records // RECORDS_PER_FILE))


def _write(
  of_shard: tuple[int, Iterable[bytes | None]], folder: str, number: int
) -> None:
  shard, records = of_shard
  # Equal records, which all are in the same shard, need no more memory than one.
  counts = collections.Counter(record for record in records if record is not None)
  path = os.path.join(folder, f"data_tfrecord-{shard:05}-of-{number:05}.gz")
  with replacing(path) as fresh, tf.io.TFRecordWriter(fresh, "GZIP") as writer:
    for record in sorted(counts, key=_number):
      for _ in range(counts[record]):
        writer.write(record)


def _number(record: bytes) -> int:
  return int.from_bytes(hashlib.blake2b(record, digest_size=16).digest(), "big")
