"""Reads transformed examples and writes variants of them for comparison."""

import itertools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from clp_tfx import features
from clp_tfx.files import escaped, matching, remove_leftovers, replacing
from clp_tfx.training.model_inputs import ModelInput, model_inputs

Variant = Callable[[tf.train.Example], Iterator[tf.train.Example]]
"""Yields the examples that replace an example."""


_LISTS = {tf.int64: "int64_list", tf.float32: "float_list", tf.string: "bytes_list"}


class TokenLists:
  """Accesses the token ids, and other model inputs, of Transform's examples.

  Example:
    >>> import tensorflow as tf
    >>> import tensorflow_transform as tft
    >>> spec = tft.TFTransformOutput("transform").transformed_feature_spec()
    >>> files = tf.io.gfile.glob(split_pattern("transformed", "train"))
    >>> record = next(iter(tf.data.TFRecordDataset(files, "GZIP"))).numpy()
    >>> tokens = TokenLists(spec).get(tf.train.Example.FromString(record), "tokens")
    >>> len(tokens) > 0
    True

  Args:
    feature_spec: Feature spec of the transformed examples, with the keys of values.
  """

  def __init__(self, feature_spec: dict[str, Any]):
    self._spec = feature_spec
    self._inputs = model_inputs(feature_spec)

  def get(self, example: tf.train.Example, name: str) -> list[Any]:
    """Returns a copy of a feature's values."""
    return list(self._values(example, name))

  def set(self, example: tf.train.Example, name: str, values: list[Any]) -> None:
    """Replaces a feature's values."""
    self._values(example, name)[:] = values

  def counterfactuals(self, example: tf.train.Example) -> list[list[int]]:
    """Returns the tokens of each counterfactual."""
    return [each[features.TOKENS] for each in self.counterfactual_inputs(example)]

  def counterfactual_inputs(
    self, example: tf.train.Example
  ) -> list[dict[str, list[Any]]]:
    """Returns the model inputs of each counterfactual, by name."""
    columns = [
      [(each.name, values) for values in self._of_counterfactuals(example, each)]
      for each in self._inputs
    ]
    return [dict(row) for row in zip(*columns, strict=True)]

  def replace(self, example: tf.train.Example, inputs: dict[str, list[Any]]) -> None:
    """Replaces the model inputs of an example's text."""
    for name, values in inputs.items():
      self.set(example, name, values)

  def _of_counterfactuals(
    self, example: tf.train.Example, each: ModelInput
  ) -> list[list[Any]]:
    values = self.get(example, features.counterfactual_input(each.name))
    if each.is_ragged:
      lengths = self.get(example, features.counterfactual_lengths(each.name))
    else:
      size = math.prod(each.spec.shape)
      lengths = [size] * (len(values) // size)
    rest = iter(values)
    return [list(itertools.islice(rest, length)) for length in lengths]

  def _values(self, example: tf.train.Example, name: str) -> Any:
    spec = self._spec[name]
    feature = example.features.feature[getattr(spec, "value_key", name)]
    return getattr(feature, _LISTS[spec.dtype]).value


def blinded(example: tf.train.Example, lists: TokenLists) -> Iterator[tf.train.Example]:
  """Replaces the text with the text without its identity terms.

  With ablation, that is the first counterfactual.

  Example:
    >>> from pathlib import Path
    >>> import tensorflow_transform as tft
    >>> spec = tft.TFTransformOutput("transform").transformed_feature_spec()
    >>> lists = TokenLists(spec)
    >>> write_variant(
    ...   "transformed", "eval", Path("blinded"), lambda each: blinded(each, lists)
    ... )
    'blinded/Split-eval/*'
  """
  for inputs in lists.counterfactual_inputs(example)[:1]:
    lists.replace(example, inputs)
  yield example


def augmented(
  example: tf.train.Example, lists: TokenLists
) -> Iterator[tf.train.Example]:
  """Adds the counterfactuals as examples with the same label.

  Example:
    >>> from pathlib import Path
    >>> import tensorflow_transform as tft
    >>> spec = tft.TFTransformOutput("transform").transformed_feature_spec()
    >>> lists = TokenLists(spec)
    >>> write_variant(
    ...   "transformed", "eval", Path("augmented"), lambda each: augmented(each, lists)
    ... )
    'augmented/Split-eval/*'
  """
  yield example
  for inputs in lists.counterfactual_inputs(example):
    further = tf.train.Example()
    further.CopyFrom(example)
    lists.replace(further, inputs)
    yield further


def split_pattern(examples: str, split: str) -> str:
  """Returns the pattern of a split's gzipped TFRecords in an Examples artifact.

  Example:
    >>> split_pattern("examples", "train")
    'examples/Split-train/*'
  """
  return os.path.join(escaped(examples), f"Split-{split}", "*")


def write_variant(
  examples: str,
  split: str,
  folder: Path,
  variant: Variant,
) -> str:
  """Writes a variant of a split, whole or not at all, unless it exists.

  Example:
    >>> from pathlib import Path
    >>> folder = Path("twice")
    >>> write_variant("transformed", "eval", folder, lambda each: iter([each, each]))
    'twice/Split-eval/*'

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
