"""Converts a row of comments to a tf.Example and assigns its split."""

import dataclasses
import hashlib
import math
from collections.abc import Collection, MutableMapping
from typing import ClassVar, NamedTuple

import numpy as np
import tensorflow as tf

from clp_tfx import features
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
_TRUTHS = {"true": 1.0, "false": 0.0}
_LARGEST = float(np.finfo(np.float32).max)


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
    self._identity_threshold = _float32(config.identity_threshold)

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
    self._check_names(row)
    text = _text(self._text, row, self._quotes)
    example = tf.train.Example()
    feature = example.features.feature
    identities = []
    for name, cell in row.items():
      if name in self._identities:
        share = _share(name, cell, self._quotes)
        if share is not None:
          feature[name].float_list.value.append(share)
          if share >= self._identity_threshold:
            identities.append(name.encode())
      elif name != self._text and name not in self._labels:
        _copy(cell, feature[name])
    feature[self._text_feature].bytes_list.value.append(text)
    labels = tuple(
      self._add_label(column, label, row, feature)
      for column, label in self._labels.items()
    )
    annotated = feature[features.ANNOTATED_IDENTITY].bytes_list
    annotated.SetInParent()
    annotated.value.extend(sorted(identities))
    serialized = example.SerializeToString(deterministic=True)
    return SplitExample(self._split(text, row), labels, serialized)

  def _add_label(
    self, column: str, label: Label, row: Row, feature: MutableMapping
  ) -> bool | int | None:
    """Adds the features of a label; returns it as in `SplitExample`."""
    cell = row.get(column, "")
    if self._rating:
      value = _rating(column, cell, self._quotes)
      found = None if value is None else True
      if value is not None:
        feature[label.column].float_list.value.append(value)
    elif self._classes:
      found = _class(column, cell, self._classes, self._quotes)
      if found is not None:
        name = self._classes[found].encode()
        feature[label.column].bytes_list.value.append(name)
    else:
      share = _share(column, cell, self._quotes)
      found = None if share is None else share >= _float32(label.threshold)
      if share is not None:
        feature[label.column].float_list.value.append(share)
    for name, number in (
      (features.binary_label(label.output), (value if self._rating else found) or 0),
      (features.label_weight(label.output), found is not None),
    ):
      feature[name].float_list.value.append(float(number))
    return found

  def _check_names(self, names: Collection[str]) -> None:
    if not self._reserved.isdisjoint(names):
      taken = _join(self._reserved.intersection(names))
      raise InputError(
        f"column `{taken}` has the name of a feature that this package adds; rename "
        "the column."
      )

  def _split(self, text: bytes, row: Row) -> str:
    digest = hashlib.blake2b(text, digest_size=8).digest()
    hashed = _HASHED_SPLITS[int.from_bytes(digest, "big") % len(_HASHED_SPLITS)]
    if not self._has_split:
      return hashed
    named = _value(_SPLIT_COLUMN, row.get(_SPLIT_COLUMN, ""))
    split = _SPLITS.get(named)
    if split is None:
      raise InputError(
        f"column `{_SPLIT_COLUMN}`: expected one of {', '.join(_SPLITS)}, received "
        f"{_quoted(named, self._quotes)}; correct it or drop the column."
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


def listed(what: str, names: Collection[str], quotes: bool) -> str:
  """Says which columns or features there are; without quotes, how many."""
  if not quotes:
    return f"there are {len(names)} other {what} (a file's first row must name them)"
  return f"the {what} are {_join(names)}"


def _join(names: Collection[str]) -> str:
  return " ".join(", ".join(sorted(names)).split())[:1000]


def _value(name: str, cell: Cell) -> str | int | float:
  """Returns the single value of a cell; `""` if blank."""
  if not isinstance(cell, tf.train.Feature):
    return cell
  kind = cell.WhichOneof("kind")
  values = getattr(cell, kind).value if kind else ()
  if len(values) > 1:
    raise InputError(
      f"column `{name}`: expected at most one value, received {len(values)}; keep one."
    )
  if not values:
    return ""
  try:
    return values[0].decode() if kind == "bytes_list" else values[0]
  except UnicodeDecodeError:
    raise InputError(
      f"column `{name}`: expected UTF-8, received other bytes; write it as UTF-8."
    ) from None


def _text(name: str, row: Row, quotes: bool) -> bytes:
  if name not in row:
    raise InputError(
      f"column `{name}` is missing: {listed('features', row, quotes)}; add it, with no "
      "value if the comment is blank."
    )
  text = _value(name, row[name])
  if not isinstance(text, str):
    raise InputError(
      f"column `{name}`: expected text, received the number {text}; name the column "
      "that holds the comments."
    )
  return text.encode()


def _share(name: str, cell: Cell, quotes: bool) -> float | None:
  """Returns a number in [0, 1] in the precision of examples, None if blank."""
  value = _value(name, cell)
  if isinstance(value, str) and not value.strip():
    return None
  try:
    # Booleans are numbers in Parquet but words in CSV.
    share = float(_TRUTHS.get(str(value).strip().lower(), value))
  except ValueError:
    share = math.nan
  if not 0 <= share <= 1:
    raise InputError(
      f"column `{name}`: expected a number from 0 to 1 or nothing, received "
      f"{_quoted(value, quotes)}; correct or blank it."
    )
  return _float32(share)


def _rating(name: str, cell: Cell, quotes: bool) -> float | None:
  """Returns a number of any size in the precision of examples, None if blank."""
  value = _value(name, cell)
  if isinstance(value, str) and not value.strip():
    return None
  try:
    number = float(value)
  except ValueError:
    number = math.nan
  if not abs(number) <= _LARGEST:
    raise InputError(
      f"column `{name}`: expected a number or nothing, received "
      f"{_quoted(value, quotes)}; correct or blank it."
    )
  return _float32(number)


def _class(name: str, cell: Cell, classes: tuple[str, ...], quotes: bool) -> int | None:
  """Returns the place of a class that is named or, by its place, numbered."""
  value = _value(name, cell)
  # A column of whole numbers with blanks holds floats in Parquet.
  is_whole = isinstance(value, float) and value.is_integer()
  text = str(int(value) if is_whole else value).strip()
  if not text or text == "nan":
    return None
  if text in classes:
    return classes.index(text)
  is_place = text.isdecimal() and int(text) < len(classes)
  if is_place and not any(map(str.isdecimal, classes)):
    return int(text)
  raise InputError(
    f"column `{name}`: expected one of the classes {', '.join(classes)} or nothing, "
    f"received {_quoted(value, quotes)}; correct or blank it, or name its class."
  )


def _quoted(value: str | float, quotes: bool) -> str:
  """Quotes a cell for an error, which may be logged, unless it could be a comment.

  If a row lacks a field, its comment ends up in the wrong column. With `quotes`, single
  short words are quoted all the same.
  """
  text = str(value)
  is_short = len(text) <= 20 and len(text.split()) < 2
  # Numbers as people write them, such as 1,5 or 50%.
  is_wordless = text.isascii() and not any(map(str.isalpha, text))
  if isinstance(value, str) and not (is_short and (quotes or is_wordless)):
    return f"a text of {len(text)} characters"
  return repr(value)


def _float32(value: float) -> float:
  # A comment must get the same label whether its file stores 32-bit or 64-bit floats.
  return float(np.float32(value))


def _copy(cell: Cell, feature: tf.train.Feature) -> None:
  if isinstance(cell, str):
    feature.bytes_list.SetInParent()
    if cell:
      feature.bytes_list.value.append(cell.encode())
  elif isinstance(cell, int):
    feature.int64_list.value.append(cell)
  elif isinstance(cell, float):
    feature.float_list.value.append(cell)
  else:
    feature.CopyFrom(cell)
