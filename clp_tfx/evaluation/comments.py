"""Reads the comments of an evaluation: all or the test split, labelled or not."""

from collections.abc import Iterator, Sequence

from clp_tfx.components.comments_example_gen.comments import read_examples
from clp_tfx.components.comments_example_gen.examples import (
  ExampleConfig,
  find_column,
  listed,
)
from clp_tfx.components.comments_example_gen.readers import open_rows
from clp_tfx.components.comments_example_gen.spans import as_pattern, find_files
from clp_tfx.errors import InputError


def comment_files(comments: Sequence[str]) -> list[str]:
  """Returns the files that paths and patterns name, as a run finds them.

  Args:
    comments: As in `CommentsExampleGen`; of several spans the newest.

  Raises:
    InputError: If a pattern matches nothing.
  """
  if tables := [path for path in comments if path.startswith("bq://")]:
    raise InputError(
      f"Expected files of comments. Received: {tables[0]}; export the table to Parquet."
    )
  return find_files("", [as_pattern(path) for path in comments]).paths


def read_comments(path: str, config: ExampleConfig, split: str) -> Iterator[bytes]:
  """Reads the examples of one file; without a label column they are unlabelled.

  Args:
    path: As in `read_rows`.
    config: Columns to read.
    split: `all` comments, or only the `test` split that the pipeline's gate would use,
      by the `split` column or a hash of the text.

  Yields:
    Serialised tf.Examples.

  Raises:
    InputError: If the file or a row is invalid; the message says where.
  """
  for example in read_examples(path, config, needs_label=False):
    if split == "all" or example.split == split:
      yield example.serialized


def check_label(paths: Sequence[str], config: ExampleConfig, required: bool) -> bool:
  """Returns whether any file has the label column.

  Args:
    paths: Files of comments.
    config: Configuration with the name of the column.
    required: Whether every file must have the column.

  Raises:
    InputError: If a required column is missing or a file cannot be read.
  """
  labelled = []
  for path in paths:
    with open_rows(path) as (columns, _):
      column = find_column(config.label_feature, columns)
    if required and column is None:
      raise InputError(
        f"{path}, column `{config.label_feature}` is missing: "
        f"{listed('columns', columns, config.example_texts)}; name the label column, "
        "or leave out --label-feature."
      )
    labelled.append(column is not None)
  return any(labelled)
