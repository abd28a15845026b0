"""Writes the texts that an evaluation scores as a table, for models elsewhere."""

import contextlib
import csv
import io
import itertools
import json
import os
import tempfile
import types
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import apache_beam as beam
import pyarrow as pa
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.options.pipeline_options import PipelineOptions

from clp_tfx.components.comments_example_gen.comments import read_texts
from clp_tfx.components.comments_example_gen.examples import (
  TRAIN_OR_EVAL,
  ExampleConfig,
)
from clp_tfx.components.counterfactual_gen import statistics, transforms
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.errors import InputError
from clp_tfx.evaluation.comments import comment_files
from clp_tfx.evaluation.generate_config import CSV, PARQUET, GenerateConfig
from clp_tfx.evaluation.pairs import generation_of
from clp_tfx.evaluation.text_rows import Comment, Row, RowMaker, probe_rows
from clp_tfx.evaluation.texts import COLUMNS
from clp_tfx.files import local_folder, own_temporary_folder
from clp_tfx.pipeline.beam_runners import DIRECT, check_servers, told_by_workers
from clp_tfx.tfma.audit_pairs import Audit

_SCHEMA = pa.schema(
  [(name, pa.float64() if name == "confidence" else pa.string()) for name in COLUMNS]
)
_BATCH = 4096  # Comments. The rows of each are a row group of a Parquet file.


def generate_texts(comments: str | list[str], output: str, **options: Any) -> None:
  """Writes comments and counterfactuals as a table, like `clp-tfx generate`.

  Example:
    >>> generate_texts("comments.csv", "texts.csv")
    >>> with open("texts.csv") as file:
    ...   print(next(file).split(",")[:3])
    ['id', 'text', 'role']

  Args:
    comments: One or several files of comments, as for `evaluate_model`.
    output: File to write; `.parquet`, `.csv` or `.jsonl`.
    **options: Fields of `GenerateConfig`.

  Raises:
    InputError: If the comments or an option are invalid, or no comment has a term.
  """
  paths = (comments,) if isinstance(comments, str) else tuple(comments)
  generate(GenerateConfig(comments=paths, output=output, **options), io.StringIO())


@own_temporary_folder()
def generate(config: GenerateConfig, terminal: TextIO) -> None:
  """Writes a table as `generate_texts` does, from a configuration.

  Args:
    config: The configuration.
    terminal: Where to show progress.
  """
  files = comment_files(config.comments)
  check_servers(config.pipeline_args)
  print("Generating counterfactuals ...", file=terminal, flush=True)
  with _writable(config.output) as path, told_by_workers():
    _run(config, files, path)


@contextlib.contextmanager
def _writable(output: str) -> Iterator[str]:
  """Yields a path for Beam, which leaves a folder beside it if it fails.

  It has no wildcard, which Beam would take for a pattern.
  """
  if "://" in output:
    yield output
    return
  parent, name = os.path.split(os.path.abspath(output))
  try:
    os.makedirs(parent, exist_ok=True)
    with (
      local_folder(parent) as plain,
      tempfile.TemporaryDirectory(prefix=".unfinished-", dir=plain) as folder,
    ):
      path = os.path.join(folder, f"table.{name.rpartition('.')[2]}")
      yield path
      os.replace(path, output)
  except OSError as error:
    raise InputError(
      f"{output} cannot be written ({error.strerror or error}): give another file with "
      "--output."
    ) from error


def _run(config: GenerateConfig, files: list[str], path: str) -> None:
  columns = ExampleConfig(config.text_feature, config.label_column)
  generation = generation_of(config, config.text_feature)
  audit = _audit(config)
  with beam.Pipeline(options=PipelineOptions(config.pipeline_args)) as pipeline:
    read = (
      pipeline
      | "Files" >> beam.Create(files)
      # Batches from here on: Beam takes its time over each element.
      | "Read" >> beam.FlatMap(_read, columns, config.split)
    )
    if (config.beam_runner, config.workers) != (DIRECT, 1):
      read |= "Shuffle" >> beam.Reshuffle()  # Otherwise each worker makes whole files.
    made = read | "Rows" >> beam.ParDo(_MakeRows(generation, audit)).with_outputs(
      _MakeRows.COUNTS, main="rows"
    )
    checked = (
      made[_MakeRows.COUNTS]
      | "Count" >> beam.CombineGlobally(statistics.SumCounts())
      | "Check" >> beam.FlatMap(_checked, generation, config)
    )
    rows = [made["rows"], checked]
    if config.with_probes:
      rows.append(pipeline | "Probe" >> beam.Create([None]) | beam.Map(_probes))
    _ = rows | beam.Flatten() | "Write" >> _Write(path, config.format)


def _audit(config: GenerateConfig) -> Audit | None:
  """Returns the audit, None if its pairs are the others, as by default."""
  audit = Audit.of(config.audit_terms, config)
  if audit and not config.counterfactual_fn and audit.digests[0] == audit.digests[1]:
    return None
  return audit


def _read(path: str, columns: ExampleConfig, split: str) -> Iterator[list[Comment]]:
  # A run decides by whether any comment is marked `eval`; the file says `train`.
  chosen = (
    ("train" if each.split == TRAIN_OR_EVAL else each.split, each.text)
    for each in read_texts(path, columns)
    if split in ("all", each.split)
  )
  while batch := list(itertools.islice(chosen, _BATCH)):
    yield batch


def _checked(
  counts: statistics.Counts, generation: Generation, config: GenerateConfig
) -> Sequence[list[Row]]:
  """Returns no rows; the rows are written only once this has not failed."""
  if not counts["all", statistics.TEXTS]:
    raise InputError(
      f"{', '.join(config.comments)} has no comment in its {config.split} split: give "
      "--split all, or another file."
    )
  transforms.check_match(counts, generation)
  return []


def _probes(_: None) -> list[Row]:
  return list(probe_rows())


class _MakeRows(beam.DoFn):
  """Makes the rows of a batch of comments."""

  COUNTS = "counts"

  def __init__(self, generation: Generation, audit: Audit | None):
    self._generation = generation
    self._audit = audit

  def setup(self) -> None:
    self._maker = RowMaker(self._generation, self._audit)

  def process(self, comments: list[Comment]) -> Iterator[Any]:
    rows, counts = self._maker.rows(comments)
    yield rows
    yield beam.pvalue.TaggedOutput(self.COUNTS, counts)


class _Write(beam.PTransform):
  """Writes batches of rows to one file."""

  def __init__(self, path: str, kind: str):
    super().__init__()
    self._path = path
    self._kind = kind

  def expand(self, rows: beam.PCollection) -> Any:
    one = {"num_shards": 1, "shard_name_template": ""}
    rows |= "Printable" >> beam.Map(_without_nul)
    if self._kind == PARQUET:
      tables = rows | beam.Map(lambda some: pa.Table.from_pylist(some, _SCHEMA))
      return tables | beam.io.WriteToParquetBatched(
        self._path, _SCHEMA, codec="snappy", **one
      )
    as_lines = _csv_lines if self._kind == CSV else _json_lines
    header = ",".join(COLUMNS) if self._kind == CSV else None
    lines = rows | beam.Map(lambda some: "\n".join(as_lines(some)))
    is_gzip = self._path.endswith(".gz")
    kind = CompressionTypes.GZIP if is_gzip else CompressionTypes.UNCOMPRESSED
    return lines | beam.io.WriteToText(
      self._path, header=header, compression_type=kind, **one
    )


def _without_nul(rows: list[Row]) -> list[Row]:
  # R, and Python's csv module before 3.11, read no further.
  return [
    {**row, "text": row["text"].replace("\0", "\ufffd")} if "\0" in row["text"] else row
    for row in rows
  ]


def _csv_lines(rows: list[Row]) -> list[str]:
  lines: list[str] = []
  end = "\r\n"  # The writer quotes what the end of a line has.
  writer = csv.writer(types.SimpleNamespace(write=lines.append), lineterminator=end)
  writer.writerows([row[name] for name in COLUMNS] for row in rows)
  return [line.removesuffix(end) for line in lines]


def _json_lines(rows: list[Row]) -> list[str]:
  return list(map(json.JSONEncoder(ensure_ascii=False).encode, rows))
