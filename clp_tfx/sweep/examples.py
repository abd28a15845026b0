"""Reads transformed examples and writes variants of them for comparison."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from clp_tfx import features
from clp_tfx.files import escaped, matching, remove_leftovers, replacing

Variant = Callable[[tf.train.Example], Iterator[tf.train.Example]]
"""Yields the examples that replace an example."""


class TokenLists:
  """Accesses the token ids of examples in the format of Transform.

  Args:
    feature_spec: Feature spec of the transformed examples, with the keys of values.
  """

  def __init__(self, feature_spec: dict[str, Any]):
    self._keys = {
      name: getattr(spec, "value_key", name) for name, spec in feature_spec.items()
    }

  def get(self, example: tf.train.Example, name: str) -> list[int]:
    """Returns a copy of an integer feature's values."""
    return list(example.features.feature[self._keys[name]].int64_list.value)

  def set(self, example: tf.train.Example, name: str, values: list[int]) -> None:
    """Replaces an integer feature's values."""
    example.features.feature[self._keys[name]].int64_list.value[:] = values

  def counterfactuals(self, example: tf.train.Example) -> list[list[int]]:
    """Returns the tokens of each counterfactual."""
    tokens = iter(self.get(example, features.COUNTERFACTUAL_TOKENS))
    lengths = self.get(example, features.COUNTERFACTUAL_LENGTHS)
    return [[next(tokens) for _ in range(length)] for length in lengths]


def blinded(example: tf.train.Example, lists: TokenLists) -> Iterator[tf.train.Example]:
  """Replaces the text with the text without its identity terms.

  With ablation, that is the first counterfactual.
  """
  for tokens in lists.counterfactuals(example)[:1]:
    lists.set(example, features.TOKENS, tokens)
  yield example


def augmented(
  example: tf.train.Example, lists: TokenLists
) -> Iterator[tf.train.Example]:
  """Adds the counterfactuals as examples with the same label."""
  yield example
  for tokens in lists.counterfactuals(example):
    further = tf.train.Example()
    further.CopyFrom(example)
    lists.set(further, features.TOKENS, tokens)
    yield further


def split_pattern(examples: str, split: str) -> str:
  """Returns the pattern of a split's gzipped TFRecords in an Examples artifact."""
  return os.path.join(escaped(examples), f"Split-{split}", "*")


def write_variant(
  examples: str,
  split: str,
  folder: Path,
  variant: Variant,
) -> str:
  """Writes a variant of a split, whole or not at all, unless it exists.

  Args:
    examples: Folder of the Examples artifact to read.
    split: The split.
    folder: Folder to write to, with the same layout.
    variant: Yields the examples that replace an example.

  Returns:
    Pattern of the written TFRecords.
  """
  whole = folder / f"Split-{split}"
  if not whole.exists():
    remove_leftovers(folder)
    with replacing(whole) as fresh:
      os.mkdir(fresh)
      for path in matching([split_pattern(examples, split)]):
        _write_file(path, os.path.join(fresh, os.path.basename(path)), variant)
  return split_pattern(str(folder), split)


def _write_file(path: str, copy: str, variant: Variant) -> None:
  with tf.io.TFRecordWriter(copy, tf.io.TFRecordOptions("GZIP")) as writer:
    for record in tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator():
      for example in variant(tf.train.Example.FromString(record)):
        writer.write(example.SerializeToString())
