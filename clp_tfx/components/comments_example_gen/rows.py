"""Reads the rows of a stream of CSV, of Parquet, or of TFRecords."""

import csv
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf
from google.protobuf.message import DecodeError

from clp_tfx.components.comments_example_gen.formats import (
  PARQUET,
  TFRECORD,
  Format,
  masked_crc,
)
from clp_tfx.errors import InputError

Cell = str | int | float | tf.train.Feature
"""A value, typed as in its file; blank is `""` or a feature without values."""
Row = dict[str, Cell]

_MAX_BYTES = 16 * 2**20  # Per line, field or record: garbage must not fill the memory.
_BATCH_ROWS = 512
_BUFFER_BYTES = 4 * 2**20  # Per column, instead of a whole row group.


def rows_of(stream: BinaryIO, found: Format) -> Iterator[tuple[str, Row]]:
  """Reads rows one by one.

  Args:
    stream: The content of a file, uncompressed.
    found: What it is.

  Yields:
    The position of a row, such as `row 3 (line 5)`, and its cells by column.

  Raises:
    InputError: If a row is damaged; the message, to stand after the path and a comma,
      says which.
    Exception: Arrow's and zlib's own errors for damage that they find.
  """
  if found.name == PARQUET:
    return _parquet_rows(stream)
  if found.name == TFRECORD:
    return _tfrecord_rows(stream)
  return _csv_rows(stream, found.delimiter)


def reason_of(error: BaseException) -> str:
  """Returns an error as part of a sentence."""
  return " ".join(f"{error}".split()).rstrip(".")[:200] or type(error).__name__


def _check_header(names: Sequence[str]) -> None:
  if "" in names:
    raise InputError(
      f"column {names.index('') + 1} has no name; name it (in pandas, "
      "to_csv(index=False) leaves out the unnamed index)."
    )
  for number, name in enumerate(names, start=1):
    first = names.index(name) + 1
    if first < number:
      # Not the name: the first row of a file without names is a comment's.
      raise InputError(
        f"columns {first} and {number} have the same name; rename or drop one of them."
      )


# --- CSV -----------------------------------------------------------------------------


def _csv_rows(stream: BinaryIO, delimiter: str) -> Iterator[tuple[str, Row]]:
  csv.field_size_limit(_MAX_BYTES)
  reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
  header: list[str] = []
  number = 0
  while True:
    line = reader.line_num + 1
    place = f"row {number} (line {line})" if header else f"header (line {line})"
    try:
      fields = next(reader, None)
    except UnicodeDecodeError as error:
      raise InputError(
        f"{place}: byte 0x{error.object[error.start]:02x} in line "
        f"{reader.line_num + 1} is not UTF-8; save the file as UTF-8."
      ) from None
    except csv.Error as error:
      raise InputError(f"{place}: {_csv_advice(str(error))}.") from None
    if fields is None:
      return
    if not fields:  # Skip blank lines between records.
      continue
    if not header:
      _check_header(fields)
      header = fields
    elif len(fields) == len(header):
      yield place, dict(zip(header, fields, strict=True))
    else:
      raise InputError(
        f"{place}: expected {len(header)} fields as in the header, received "
        f"{len(fields)}; quote fields that contain {_DELIMITER_NAMES[delimiter]} or "
        "line breaks."
      )
    number += 1


_DELIMITER_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons"}


def _csv_advice(error: str) -> str:
  if "NUL" in error:
    return "the line has a NUL character; save the file as UTF-8 text without them"
  if "new-line" in error:
    return (
      "a carriage return outside quotes; end lines with a line feed and quote fields "
      "that contain line breaks"
    )
  if "limit" in error:
    error = f"a line or field is longer than {_MAX_BYTES} bytes"
  return (
    f"the quotes do not match ({error}); close every quote that opens a field and "
    "double those inside"
  )


def _lines(stream: BinaryIO) -> Iterator[str]:
  encoding = "utf-8-sig"
  while line := stream.readline(_MAX_BYTES + 1):
    if len(line) > _MAX_BYTES:
      raise csv.Error("line larger than limit")
    text = line.decode(encoding)
    if "\0" in text:  # The csv module refuses it only up to Python 3.10.
      raise csv.Error("line contains NUL")
    yield text
    encoding = "utf-8"


# --- Parquet -------------------------------------------------------------------------


def _parquet_rows(stream: BinaryIO) -> Iterator[tuple[str, Row]]:
  file = pq.ParquetFile(stream, buffer_size=_BUFFER_BYTES)
  names = file.schema_arrow.names
  _check_header(names)
  # Columns are read one by one because Arrow 10 otherwise crashes on damaged files
  # whose columns differ in length.
  columns = [_cells(name, file) for name in names]
  number = 0
  for number, cells in enumerate(zip(*columns, strict=True), start=1):
    yield f"row {number}", dict(zip(names, cells, strict=True))
  if number != file.metadata.num_rows:
    raise EOFError(f"expected {file.metadata.num_rows} rows, received {number}")


def _cells(name: str, file: pq.ParquetFile) -> Iterator[Cell]:
  for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=[name]):
    yield from _typed(name, batch[name])


def _typed(name: str, column: pa.Array) -> list[Cell]:
  """Returns cells as integers, floats or text, with nulls as blanks of that type."""
  if pa.types.is_dictionary(column.type):
    column = column.dictionary_decode()
  blank: Cell = ""
  target = pa.string()
  if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
    blank = tf.train.Feature(int64_list=tf.train.Int64List())
    target = pa.int64()
  elif pa.types.is_floating(column.type):
    blank = tf.train.Feature(float_list=tf.train.FloatList())
    target = pa.float64()
  try:
    values = column.cast(target).to_pylist()
  except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
    raise InputError(
      f"column `{name}`: expected text, numbers or booleans, received type "
      f"{column.type} ({reason_of(error)}); convert or drop the column."
    ) from None
  return [blank if value is None else value for value in values]


# --- TFRecord ------------------------------------------------------------------------


def _tfrecord_rows(stream: BinaryIO) -> Iterator[tuple[str, Row]]:
  number = 0
  while header := stream.read(12):
    number += 1
    place = f"row {number}"
    record = _record(stream, header, place)
    try:
      example = tf.train.Example.FromString(record)
    except DecodeError:
      raise InputError(
        f"{place}: expected a tf.train.Example, received another kind of record; "
        "write the comments as tf.train.Examples."
      ) from None
    yield place, dict(example.features.feature)


def _record(stream: BinaryIO, header: bytes, place: str) -> bytes:
  """Reads a record's payload; the format is length (8 bytes), CRC (4), payload, CRC."""
  if len(header) == 12 and masked_crc(header[:8]) == header[8:]:
    (length,) = struct.unpack("<Q", header[:8])
    if length > _MAX_BYTES:
      raise InputError(
        f"{place}: expected a record of at most {_MAX_BYTES} bytes, received {length}; "
        "write smaller records."
      )
    payload = stream.read(length + 4)
    if len(payload) == length + 4 and masked_crc(payload[:-4]) == payload[-4:]:
      return payload[:-4]
  raise InputError(
    f"{place}: expected a TFRecord with valid checksums, received a damaged or "
    "truncated one; export or download the file again."
  )
