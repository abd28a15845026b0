"""The comments of an evaluation: all of them or the test split, labelled or not."""

from collections.abc import Iterator, Sequence

from clp_tfx.components.comments_example_gen.comments import read_examples
from clp_tfx.components.comments_example_gen.examples import ExampleConfig, find_column
from clp_tfx.components.comments_example_gen.readers import open_rows
from clp_tfx.errors import InputError


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
  for example in read_examples(path, config, needs_label=False):
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
    with open_rows(path) as (columns, _):
      column = find_column(config.label_feature, columns)
    if required and column is None:
      raise InputError(
        f"{path}, column `{config.label_feature}` is missing: the columns are "
        f"{', '.join(columns)}; name the one with the labels, or none."
      )
    labelled.append(column is not None)
  return any(labelled)
