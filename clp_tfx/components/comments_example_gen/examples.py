"""Converts a row of comments to a tf.Example and assigns its split."""

import dataclasses
import hashlib
from collections.abc import Collection, MutableMapping
from typing import ClassVar, NamedTuple

import tensorflow as tf

from clp_tfx import features
from clp_tfx.components.comments_example_gen.cells import (
  class_of,
  copy_cell,
  float32,
  joined,
  listed,
  quoted,
  rating_of,
  share_of,
  text_of,
  value_of,
)
from clp_tfx.components.comments_example_gen.civil_comments import ALIASES, IDENTITIES
from clp_tfx.components.comments_example_gen.rows import Cell, Row
from clp_tfx.errors import InputError
from clp_tfx.options import Label, PredictedColumns, check_labels, option

TRAIN_OR_EVAL = "train_or_eval"
"""Rows marked `train` that become `eval` if the files mark no row as `eval`."""

_SPLIT_COLUMN = "split"
_SPLITS = {
  "train": "train",
  "eval": "eval",
  "validation": "eval",
  "valid": "eval",
  "dev": "eval",
  "test": "test",
}
_HASHED_SPLITS = ("train",) * 8 + ("eval", "test")
_RESERVED = frozenset(features.RESERVED)


@dataclasses.dataclass(frozen=True)
class ExampleConfig(PredictedColumns):
  """The columns to read, and the thresholds of labels and identities.

  Each field is documented by its `help`.

  Example:
    >>> ExampleConfig(label_feature="insult", label_threshold=0.4).label_threshold
    0.4
  """

  BY_LABEL: ClassVar[bool] = True

  identity_threshold: float = option(
    0.5, "Lowest value at which an identity column counts as annotated.", 0, 1
  )
  rating: bool = option(
    False, "Whether the label is a number of any size, such as a rating."
  )
  example_texts: bool = option(
    True,
    "Whether messages may quote short cells and the first row, which is a comment's in "
    "a file without names of columns.",
  )

  def __post_init__(self):
    super().__post_init__()
    check_labels(self, self.label_names)


class SplitExample(NamedTuple):
  """An example with its split and labels.

  Attributes:
    split: `train`, `eval`, `test` or `TRAIN_OR_EVAL`.
    labels: Whether each label is positive, of classes the place of the class, of a
      rating True; None where it is blank.
    serialized: The tf.Example.
  """

  split: str
  labels: tuple[bool | int | None, ...]
  serialized: bytes


class SplitText(NamedTuple):
  """A text in UTF-8 with its split, as in `SplitExample`."""

  split: str
  text: bytes


class _LabelCell(NamedTuple):
  """The label that a cell holds.

  Attributes:
    stored: Value of the feature with the label's name.
    number: What the model learns: 0.0 or 1.0, the place of a class, or a rating.
    counted: As `labels` of `SplitExample`.
  """

  stored: bytes | float
  number: float
  counted: bool | int


class ExampleBuilder:
  """Builds the examples of one file.

  Args:
    columns: Names of the file's columns.
    config: Columns to read.

  Raises:
    InputError: If a column is missing or has the name of a feature that is added.
  """

  def __init__(self, columns: Collection[str], config: ExampleConfig):
    self._text_feature = config.text_feature
    self._quotes = config.example_texts
    self._text = _find(config.text_feature, columns, self._quotes)
    self._labels = {
      _find(label.column, columns, self._quotes): label for label in config.labels
    }
    if self._text in self._labels:
      raise InputError(
        f"column `{self._text}` cannot be both text and label; name two columns."
      )
    if len(self._labels) < len(config.labels):
      raise InputError(
        f"the labels {', '.join(config.label_columns)} would be read from the columns "
        f"{', '.join(self._labels)}; name each column once."
      )
    found = {self._text, *self._labels}
    self._classes = config.classes
    self._rating = config.rating
    self._identities = IDENTITIES - found
    renamed = {config.text_feature, *config.label_columns} - found
    self._reserved = {*_RESERVED, *features.label_features(config.label_names)}
    self._reserved |= renamed
    self._check_names(columns)
    self._has_split = _SPLIT_COLUMN in columns
    self._identity_threshold = float32(config.identity_threshold)

  def build(self, row: Row) -> SplitExample:
    """Returns the example of a row.

    The text is a feature with the configured name. So is each label, a float feature,
    or the name of its class; it is absent if the label is blank. Identity columns are
    such floats under their own names. Other columns keep their name and type, and have
    no values if blank.
    `features` documents the features that are added.

    Args:
      row: Cells by column.

    Raises:
      InputError: If a cell is invalid for its column.
    """
    split, text = self.text(row)
    example = tf.train.Example()
    feature = example.features.feature
    identities = []
    for name, cell in row.items():
      if name in self._identities:
        share = share_of(name, cell, self._quotes)
        if share is not None:
          feature[name].float_list.value.append(share)
          if share >= self._identity_threshold:
            identities.append(name.encode())
      elif name != self._text and name not in self._labels:
        copy_cell(cell, feature[name])
    feature[self._text_feature].bytes_list.value.append(text)
    labels = tuple(
      self._add_label(column, label, row, feature)
      for column, label in self._labels.items()
    )
    annotated = feature[features.ANNOTATED_IDENTITY].bytes_list
    annotated.SetInParent()
    annotated.value.extend(sorted(identities))
    serialized = example.SerializeToString(deterministic=True)
    return SplitExample(split, labels, serialized)

  def text(self, row: Row) -> SplitText:
    """Returns the text of a row and its split.

    Raises:
      InputError: If one of the two is invalid, or a column has a reserved name.
    """
    self._check_names(row)
    text = text_of(self._text, row, self._quotes)
    return SplitText(self._split(text, row), text)

  def _add_label(
    self, column: str, label: Label, row: Row, feature: MutableMapping
  ) -> bool | int | None:
    """Adds the features of a label; returns it as in `SplitExample`."""
    read = self._read_label(column, label, row.get(column, ""))
    number = 0.0
    if read is not None:
      number = read.number
      stored = feature[label.column]
      values = stored.bytes_list if self._classes else stored.float_list
      values.value.append(read.stored)
    feature[features.binary_label(label.output)].float_list.value.append(number)
    known = float(read is not None)
    feature[features.label_weight(label.output)].float_list.value.append(known)
    return None if read is None else read.counted

  def _read_label(self, column: str, label: Label, cell: Cell) -> "_LabelCell | None":
    """Returns the label of a cell, None if it is blank."""
    if self._classes:
      place = class_of(column, cell, self._classes, self._quotes)
      if place is None:
        return None
      return _LabelCell(self._classes[place].encode(), float(place), place)
    if self._rating:
      rating = rating_of(column, cell, self._quotes)
      return None if rating is None else _LabelCell(rating, rating, True)
    share = share_of(column, cell, self._quotes)
    if share is None:
      return None
    positive = share >= float32(label.threshold)
    return _LabelCell(share, float(positive), positive)

  def _check_names(self, names: Collection[str]) -> None:
    found = self._reserved.intersection(names)
    found |= {each for each in names if each.startswith(features.COUNTERFACTUAL_OF)}
    if found:
      taken = joined(found)
      raise InputError(
        f"column `{taken}` has the name of a feature that this package adds; rename "
        "the column."
      )

  def _split(self, text: bytes, row: Row) -> str:
    digest = hashlib.blake2b(text, digest_size=8).digest()
    hashed = _HASHED_SPLITS[int.from_bytes(digest, "big") % len(_HASHED_SPLITS)]
    if not self._has_split:
      return hashed
    named = value_of(_SPLIT_COLUMN, row.get(_SPLIT_COLUMN, ""))
    split = _SPLITS.get(named)
    if split is None:
      raise InputError(
        f"column `{_SPLIT_COLUMN}`: expected one of {', '.join(_SPLITS)}, received "
        f"{quoted(named, self._quotes)}; correct it or drop the column."
      )
    return TRAIN_OR_EVAL if split == "train" and hashed == "eval" else split


def find_column(name: str, columns: Collection[str]) -> str | None:
  """Returns the column with this name or its alias, None if there is none."""
  return next((each for each in (name, ALIASES.get(name)) if each in columns), None)


def _find(name: str, columns: Collection[str], quotes: bool) -> str:
  if found := find_column(name, columns):
    return found
  raise InputError(
    f"column `{name}` is missing: {listed('columns', columns, quotes)}; name the one "
    "to read or rename it."
  )
