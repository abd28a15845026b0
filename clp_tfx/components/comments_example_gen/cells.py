"""Reads the cells of a row as text, numbers and classes, or says what is wrong.

With `quotes`, messages may quote short cells; see `ExampleConfig.example_texts`.
"""

import math
from collections.abc import Collection

import numpy as np
import tensorflow as tf

from clp_tfx.components.comments_example_gen.rows import Cell, Row
from clp_tfx.errors import InputError

_TRUTHS = {"true": 1.0, "false": 0.0}
_LARGEST = float(np.finfo(np.float32).max)


def value_of(name: str, cell: Cell) -> str | int | float:
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


def text_of(name: str, row: Row, quotes: bool) -> bytes:
  """Returns the comment of a row, in UTF-8."""
  if name not in row:
    raise InputError(
      f"column `{name}` is missing: {listed('features', row, quotes)}; add it, with no "
      "value if the comment is blank."
    )
  text = value_of(name, row[name])
  if not isinstance(text, str):
    raise InputError(
      f"column `{name}`: expected text, received the number {text}; name the column "
      "that holds the comments."
    )
  return text.encode()


def share_of(name: str, cell: Cell, quotes: bool) -> float | None:
  """Returns a number in [0, 1] in the precision of examples, None if blank."""
  value = value_of(name, cell)
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
      f"{quoted(value, quotes)}; correct or blank it."
    )
  return float32(share)


def rating_of(name: str, cell: Cell, quotes: bool) -> float | None:
  """Returns a number of any size in the precision of examples, None if blank."""
  value = value_of(name, cell)
  if isinstance(value, str) and not value.strip():
    return None
  try:
    number = float(value)
  except ValueError:
    number = math.nan
  if not abs(number) <= _LARGEST:
    raise InputError(
      f"column `{name}`: expected a number or nothing, received "
      f"{quoted(value, quotes)}; correct or blank it."
    )
  return float32(number)


def class_of(
  name: str, cell: Cell, classes: tuple[str, ...], quotes: bool
) -> int | None:
  """Returns the place of a class that is named or, by its place, numbered."""
  value = value_of(name, cell)
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
    f"received {quoted(value, quotes)}; correct or blank it, or name its class."
  )


def quoted(value: str | float, quotes: bool) -> str:
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


def listed(what: str, names: Collection[str], quotes: bool) -> str:
  """Says which columns or features there are; without quotes, how many."""
  if not quotes:
    return f"there are {len(names)} other {what} (a file's first row must name them)"
  return f"the {what} are {joined(names)}"


def joined(names: Collection[str]) -> str:
  """Returns names in order, on one line that is not too long for a message."""
  return " ".join(", ".join(sorted(names)).split())[:1000]


def float32(value: float) -> float:
  """Returns a number in the precision of examples.

  A comment must get the same label whether its file stores 32-bit or 64-bit floats.
  """
  return float(np.float32(value))


def copy_cell(cell: Cell, feature: tf.train.Feature) -> None:
  """Copies a cell with its type to a feature, which has no values if it is blank."""
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
