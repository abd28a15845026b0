"""One file of examples in, one out: as many workers can read the output as the input.

Beam writes a file per bundle, so that an engine with few workers, or one, leaves few
files, and a compressed file is read by one worker. And a file written again by a second
attempt is the same file.
"""

import collections
import os
import uuid
from collections.abc import Iterator, Sequence

import apache_beam as beam
import tensorflow as tf

from clp_tfx.components.counterfactual_gen import statistics, transforms
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.files import matching

Shard = tuple[str, str]
"""Path of a file to read, empty for none, and of the one to write."""


def shards_of(patterns: Sequence[str], folder: str) -> list[Shard]:
  """Returns the files of a split with those to write: at least one.

  Args:
    patterns: Of the files to read, one per span.
    folder: Of the files to write.
  """
  sources = [path for each in patterns for path in matching([each])]
  sources = sources or [""]
  return [
    (path, os.path.join(folder, f"data_tfrecord-{n:05}-of-{len(sources):05}.gz"))
    for n, path in enumerate(sources)
  ]


@beam.typehints.with_input_types(Shard)
class GenerateShards(beam.DoFn):
  """Copies a file of examples with counterfactuals added; yields the counts.

  Args:
    generation: What to make.
    split: The split's name, for the counts.
    unfinished: Folder of files that are being written. Not that of the files: what a
      lost worker leaves must not be read as data.
  """

  def __init__(self, generation: Generation, split: str, unfinished: str):
    self._generation = generation
    self._split = split
    self._unfinished = unfinished

  def setup(self) -> None:
    """Builds the matcher."""
    self._adder = transforms.FeatureAdder(self._generation, self._split)

  def process(self, shard: Shard) -> Iterator[statistics.Counts]:
    """Writes a file, whole or not at all."""
    source, target = shard
    counts: statistics.Counts = collections.Counter()
    tf.io.gfile.makedirs(self._unfinished)
    # Two attempts may be at it at once.
    fresh = os.path.join(self._unfinished, uuid.uuid4().hex)
    with tf.io.TFRecordWriter(fresh, "GZIP") as writer:
      for examples in _batches(source) if source else ():
        records, of_batch = self._adder.add(examples)
        counts.update(of_batch)
        for record in records:
          writer.write(record)
    tf.io.gfile.makedirs(os.path.dirname(target))
    tf.io.gfile.rename(fresh, target, overwrite=True)
    yield counts


def _batches(path: str) -> Iterator[list[bytes]]:
  dataset = tf.data.TFRecordDataset(path, "GZIP").batch(transforms.BATCH_SIZE)
  return (batch.tolist() for batch in dataset.as_numpy_iterator())
