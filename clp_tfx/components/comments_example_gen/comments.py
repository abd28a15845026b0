"""Files of comments to examples, file by file."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence

from clp_tfx.components.comments_example_gen.examples import (
  ExampleBuilder,
  ExampleConfig,
  SplitExample,
)
from clp_tfx.components.comments_example_gen.readers import Row, read_rows
from clp_tfx.components.comments_example_gen.spans import (
  as_pattern,
  find_files,
  one_span,
)
from clp_tfx.errors import InputError

_MOST_FILES = 20
# Columns are known before all rows are: a tf.Example may leave out blank features.
_HEAD_ROWS = 100


def read_examples(path: str, config: ExampleConfig) -> Iterator[SplitExample]:
  """Reads the examples of one file.

  Args:
    path: As in `read_rows`.
    config: Which columns are read.

  Yields:
    One example per row.

  Raises:
    InputError: If the file or a row is not as expected; says where.
  """
  with contextlib.closing(read_rows(path)) as rows:
    builder, head = _open_examples(path, rows, config)
    for place, row in itertools.chain(head, rows):
      try:
        yield builder.build(row)
      except InputError as error:
        raise InputError(f"{path}, {place}, {error}") from None


def check_comments(
  comments: Sequence[str],
  text_feature: str = "comment_text",
  label_feature: str = "toxicity",
  span: int | None = None,
) -> None:
  """Checks that files can be opened and have the columns, by their first rows.

  Args:
    comments: Local paths or URIs, or patterns of them, of which the first files are
      looked at. Tables are not.
    text_feature: Column of the text.
    label_feature: Column of the label.
    span: The span to read; the newest when not given.

  Raises:
    InputError: If a file is missing, empty, of an unknown type, without rows,
      damaged at its start, or lacks a column.
  """
  config = ExampleConfig(text_feature, label_feature)
  patterns = [as_pattern(path) for path in comments if not path.startswith("bq://")]
  found = find_files("", patterns, None if span is None else one_span(span))
  for path in found.paths[:_MOST_FILES]:
    with contextlib.closing(read_rows(path)) as rows:
      _open_examples(path, rows, config)


def _open_examples(
  path: str, rows: Iterator[tuple[str, Row]], config: ExampleConfig
) -> tuple[ExampleBuilder, list[tuple[str, Row]]]:
  head = list(itertools.islice(rows, _HEAD_ROWS))
  columns = dict.fromkeys(name for _, row in head for name in row)
  try:
    return ExampleBuilder(columns, config), head
  except InputError as error:
    raise InputError(f"{path}, {error}") from None
