"""The comments of an evaluation: all of them or the test split, labelled or not."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence

from clp_tfx.components.comments_example_gen.civil_comments import ALIASES
from clp_tfx.components.comments_example_gen.examples import (
  ExampleBuilder,
  ExampleConfig,
)
from clp_tfx.components.comments_example_gen.readers import Row, read_rows
from clp_tfx.errors import InputError

# Columns are known before all rows are: a tf.Example may leave out blank features.
_HEAD_ROWS = 100


def read_comments(path: str, config: ExampleConfig, split: str) -> Iterator[bytes]:
  """Reads the examples of one file, unlabelled where it has no label column.

  Args:
    path: As in `read_rows`.
    config: Which columns are read.
    split: `all` or `test`: all comments, or those that the pipeline judges on, by the
      `split` column or a hash of the text.

  Yields:
    Serialised tf.Examples.

  Raises:
    InputError: If the file or a row is not as expected; says where.
  """
  with contextlib.closing(read_rows(path)) as rows:
    head, columns = _head(rows)
    blank = {} if _label_column(columns, config) else {config.label_feature: ""}
    try:
      builder = ExampleBuilder({*columns, *blank}, config)
    except InputError as error:
      raise InputError(f"{path}, {error}") from None
    for place, row in itertools.chain(head, rows):
      try:
        example = builder.build({**row, **blank})
      except InputError as error:
        raise InputError(f"{path}, {place}, {error}") from None
      if split == "all" or example.split == split:
        yield example.serialized


def check_label(paths: Sequence[str], config: ExampleConfig, required: bool) -> bool:
  """Returns whether any file has the label column.

  Args:
    paths: Files of comments.
    config: Names the column.
    required: Whether every file has to have it.

  Raises:
    InputError: If it has to and has not, or a file cannot be read.
  """
  labelled = []
  for path in paths:
    with contextlib.closing(read_rows(path)) as rows:
      _, columns = _head(rows)
    column = _label_column(columns, config)
    if required and column is None:
      raise InputError(
        f"{path}, column `{config.label_feature}` is missing: the columns are "
        f"{', '.join(columns)}; name the one with the labels, or none."
      )
    labelled.append(column is not None)
  return any(labelled)


def _head(rows: Iterator[tuple[str, Row]]) -> tuple[list[tuple[str, Row]], list[str]]:
  head = list(itertools.islice(rows, _HEAD_ROWS))
  return head, list(dict.fromkeys(name for _, row in head for name in row))


def _label_column(columns: Sequence[str], config: ExampleConfig) -> str | None:
  candidates = (config.label_feature, ALIASES.get(config.label_feature))
  return next((name for name in candidates if name in columns), None)
