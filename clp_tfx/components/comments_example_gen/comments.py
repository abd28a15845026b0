"""Converts files of comments to examples, file by file."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from clp_tfx.components.comments_example_gen.examples import (
  ExampleBuilder,
  ExampleConfig,
  SplitExample,
  SplitText,
  find_column,
)
from clp_tfx.components.comments_example_gen.readers import open_rows
from clp_tfx.components.comments_example_gen.rows import Row
from clp_tfx.components.comments_example_gen.spans import (
  as_pattern,
  find_files,
  one_span,
)
from clp_tfx.errors import InputError

_MOST_FILES = 20
_Converted = TypeVar("_Converted")


def read_examples(
  path: str, config: ExampleConfig, needs_label: bool = True
) -> Iterator[SplitExample]:
  """Reads the examples of one file.

  Example:
    >>> (first, *_) = read_examples("comments.csv", ExampleConfig(), needs_label=True)
    >>> first.split
    'train'

  Args:
    path: As in `read_rows`.
    config: Columns to read.
    needs_label: Whether the label columns are required. If they are optional, one that
      is missing counts as blank.

  Yields:
    One example per row.

  Raises:
    InputError: If the file or a row is invalid; the message says where.
  """
  yield from _converted(path, config, needs_label, ExampleBuilder.build)


def read_texts(path: str, config: ExampleConfig) -> Iterator[SplitText]:
  """Reads the texts of one file, faster than `read_examples`.

  Example:
    >>> (first, *_) = read_texts("comments.csv", ExampleConfig())
    >>> first
    SplitText(split='train', text=b'I met a gay neighbor')

  Args:
    path: As in `read_rows`.
    config: Columns to read. Cells of others, such as the labels, are not looked at.

  Yields:
    One text per row.

  Raises:
    InputError: If the file, a text or a split is invalid; the message says where.
  """
  yield from _converted(path, config, False, ExampleBuilder.text)


def check_comments(
  comments: Sequence[str],
  text_feature: str = "comment_text",
  label_feature: str | Sequence[str] = "toxicity",
  span: int | None = None,
  example_texts: bool = True,
) -> None:
  """Checks that files can be opened and that their first rows have the columns.

  Args:
    comments: Local paths, URIs or patterns of them. If there are many files, only the
      first are checked; tables are not.
    text_feature: Column of the text.
    label_feature: Column of the label, or those of several.
    span: The span to read; the newest by default.
    example_texts: Whether errors may quote the files.

  Raises:
    InputError: If a file is missing, empty, of an unknown type, without rows,
      damaged at its start, or lacks a column.
  """
  config = ExampleConfig(text_feature, label_feature, example_texts=example_texts)
  patterns = [as_pattern(path) for path in comments if not path.startswith("bq://")]
  found = find_files("", patterns, None if span is None else one_span(span))
  for path in found.paths[:_MOST_FILES]:
    with open_rows(path) as (columns, _):
      _builder(path, columns, config)


def _converted(
  path: str,
  config: ExampleConfig,
  needs_label: bool,
  convert: Callable[[ExampleBuilder, Row], _Converted],
) -> Iterator[_Converted]:
  with open_rows(path) as (columns, rows):
    blank = {
      name: ""
      for name in config.label_columns
      if not needs_label and not find_column(name, columns)
    }
    builder = _builder(path, [*columns, *blank], config)
    for place, row in rows:
      try:
        yield convert(builder, {**row, **blank} if blank else row)
      except InputError as error:
        raise InputError(f"{path}, {place}, {error}") from None


def _builder(
  path: str, columns: Collection[str], config: ExampleConfig
) -> ExampleBuilder:
  try:
    return ExampleBuilder(columns, config)
  except InputError as error:
    raise InputError(f"{path}, {error}") from None
