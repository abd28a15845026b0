"""Writes one file per input file, so that equally many workers can read the output.

Beam would write one file per bundle: few files on an engine with few workers, and only
one worker can read a compressed file. With one file per input, a second attempt also
replaces the file of the first.
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
"""Path of the file to read (empty for none) and of the file to write."""


def shards_of(patterns: Sequence[str], folder: str) -> list[Shard]:
  """Returns the shards of a split; at least one.

  Args:
    patterns: Patterns of the files to read, one per span.
    folder: Folder of the files to write.
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
    generation: How to generate them.
    split: The split's name, for the counts.
    unfinished: Folder for unfinished files. It must not be the target folder, where
      leftovers of a lost worker would be read as data.
  """

  def __init__(self, generation: Generation, split: str, unfinished: str):
    self._generation = generation
    self._split = split
    self._unfinished = unfinished

  def setup(self) -> None:
    """Builds the matcher."""
    self._adder = transforms.FeatureAdder(self._generation, self._split)

  def process(self, shard: Shard) -> Iterator[statistics.Counts]:
    """Writes a file atomically."""
    source, target = shard
    counts: statistics.Counts = collections.Counter()
    tf.io.gfile.makedirs(self._unfinished)
    # Two attempts may run at the same time.
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
