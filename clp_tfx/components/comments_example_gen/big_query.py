"""Reads comments from a BigQuery table instead of files."""

import collections
import datetime
import decimal
import re
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.io.gcp.bigquery import ReadFromBigQuery
from apache_beam.transforms.window import GlobalWindows
from apache_beam.typehints.decorators import no_annotations
from tfx.components.example_gen.component import QueryBasedExampleGen
from tfx.dsl.components.base import executor_spec
from tfx.proto import example_gen_pb2

from clp_tfx.code_digest import code_digest
from clp_tfx.components.comments_example_gen.examples import (
  ExampleBuilder,
  ExampleConfig,
)
from clp_tfx.components.comments_example_gen.executor import SplitsExecutor
from clp_tfx.components.comments_example_gen.properties import (
  custom_config,
  example_config,
  output_splits,
)
from clp_tfx.components.comments_example_gen.rows import Cell, Row
from clp_tfx.components.comments_example_gen.transforms import Counts, splits_of, tagged
from clp_tfx.errors import InputError

SCHEME = "bq://"
TABLE = "table"
"""Name of the component's property that holds the table."""
_TABLE = re.compile(r"(?P<project>[\w:.-]+)\.(?P<dataset>\w+)\.(?P<table>[\w$-]+)")


class BigQueryCommentsGen(QueryBasedExampleGen):
  """Reads a table of labelled comments into `train`, `eval` and `test` examples.

  Apart from the source, it works like `CommentsExampleGen`. Beam needs `--project` and
  `--temp_location`, a folder in `gs://`, to read the table.

  TFX caches by the table's name: if the table changes but keeps its name, it is read
  again only with the cache off or cleared.

  Component `outputs` contains:
    - `examples`: Channel of type `standard_artifacts.Examples`.

  Example:
    >>> config = ExampleConfig(text_feature="text")
    >>> table = "bq://project.dataset.comments"
    >>> component = BigQueryCommentsGen(table, config, neutral_sentences=0)
    >>> [*component.outputs]
    ['examples']

  Args:
    table: The table, such as `bq://project.dataset.table`.
    config: Columns to read.
    neutral_sentences: As in `CommentsExampleGen`.

  Raises:
    InputError: If the table's name is not of this form.
  """

  def __init__(self, table: str, config: ExampleConfig, neutral_sentences: int = 0):
    _parts(table)
    super().__init__(
      input_config=example_gen_pb2.Input(
        splits=[example_gen_pb2.Input.Split(name="comments", pattern="*")]
      ),
      output_config=output_splits(),
      custom_config=custom_config(config, neutral_sentences),
      custom_executor_spec=executor_spec.BeamExecutorSpec(BigQueryExecutor),
    )
    self.exec_properties[TABLE] = table
    self.exec_properties["code_digest"] = code_digest(__name__)


class BigQueryExecutor(SplitsExecutor):
  """Writes a table's comments as tf.Examples, one TFRecord folder per split."""

  def examples_by_split(
    self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
  ) -> dict[str, beam.PCollection]:
    """Returns serialized tf.Examples by split."""
    table, config = exec_properties[TABLE], example_config(exec_properties)
    project, dataset, name = _parts(table)
    return (
      pipeline
      | ReadFromBigQuery(project=project, dataset=dataset, table=name)
      | BuildExamples(table, config)
    )


class BuildExamples(beam.PTransform):
  """Converts rows to serialized tf.Examples, split by split, like `ReadComments`.

  Args:
    table: The table's name, for errors.
    config: Columns to read.

  Raises:
    InputError: While running, if a row is invalid, or `train` or `test` has no positive
      or no negative comment.
  """

  def __init__(self, table: str, config: ExampleConfig):
    super().__init__()
    self._table = table
    self._config = config

  @no_annotations  # Beam takes annotations for element types.
  def expand(self, rows: beam.PCollection) -> dict[str, beam.PCollection]:
    """Implements PTransform."""
    built = rows | beam.ParDo(_BuildExample(self._table, self._config)).with_outputs()
    return splits_of(built, [self._table], self._config)


class _BuildExample(beam.DoFn):
  """Converts a row to an example; all rows of a table have the same columns."""

  def __init__(self, table: str, config: ExampleConfig):
    self._table = table
    self._config = config
    self._builder: ExampleBuilder | None = None

  def start_bundle(self) -> None:
    self._counts: Counts = collections.Counter()

  def process(self, row: dict[str, Any]) -> Iterator[beam.pvalue.TaggedOutput]:
    try:
      if self._builder is None:
        self._builder = ExampleBuilder(row, self._config)
      example = self._builder.build(_cells(row))
    except InputError as error:
      raise InputError(f"{self._table}, {error}") from None
    self._counts[example.split, example.labels] += 1
    yield tagged(example)

  def finish_bundle(self) -> Iterator[Any]:
    yield tagged(GlobalWindows.windowed_value(self._counts))


def _parts(table: str) -> tuple[str, str, str]:
  form = _TABLE.fullmatch(table.removeprefix(SCHEME))
  if not table.startswith(SCHEME) or not form:
    raise InputError(
      f"Expected a table of comments as {SCHEME}project.dataset.table. "
      f"Received: {table}."
    )
  return form["project"], form["dataset"], form["table"]


def _cells(row: dict[str, Any]) -> Row:
  return {name: _cell(name, value) for name, value in row.items()}


def _cell(name: str, value: Any) -> Cell:
  if value is None:
    return tf.train.Feature()
  if isinstance(value, bool):
    return int(value)
  if isinstance(value, str | int | float):
    return value
  if isinstance(value, decimal.Decimal):
    return float(value)
  if isinstance(value, bytes):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
  if isinstance(value, datetime.date | datetime.time):
    return value.isoformat()
  raise InputError(
    f"column `{name}`: expected text, a number, a boolean or a date, received "
    f"{type(value).__name__}; use a view of the table without this column."
  )
