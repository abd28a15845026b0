"""Reads rows from files of comments on any file system that Beam supports."""

import contextlib
import gzip
import itertools
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from clp_tfx.components.comments_example_gen.formats import (
  GZIP,
  HEAD_BYTES,
  PARQUET,
  Format,
  recognized,
)
from clp_tfx.components.comments_example_gen.rows import Row, reason_of, rows_of
from clp_tfx.errors import InputError
from clp_tfx.files import open_file

_HEAD_ROWS = 100  # Several, because a tf.Example may leave out blank features.
_DAMAGE = (
  OSError,
  EOFError,
  zlib.error,
  pa.ArrowException,
  ValueError,
  OverflowError,
  MemoryError,
)


def read_rows(path: str) -> Iterator[tuple[str, Row]]:
  """Reads a file of comments row by row without loading all of it.

  Args:
    path: Local path or URI of a file whose content, not its name, says what it is:
      CSV, with commas, tabs or semicolons, Parquet, or TFRecords of tf.Examples; CSV
      and TFRecords may be gzipped. Text is UTF-8; a byte order mark is skipped.

  Yields:
    The position of a row, such as `row 3 (line 5)`, and its cells by column. Rows
    count from 1, without the header of a CSV file.

  Raises:
    InputError: If the file does not exist, is of another kind, has no rows, or has a
      damaged row.
  """
  place, kind = None, "gzip"
  with contextlib.closing(_open(path)) as raw:
    try:
      stream, found = _recognized(raw, path)
      kind = found.name
      for place, row in rows_of(stream, found):
        yield place, row
    except InputError as error:  # Before _DAMAGE: it is a ValueError.
      raise InputError(f"{path}, {error}") from None
    except _DAMAGE as error:
      since = f"after {place}" if place else "from its start"
      raise InputError(
        f"{path} cannot be read {since} ({reason_of(error)}): expected an intact "
        f"{kind} file; export or download it again."
      ) from error
  if place is None:
    raise InputError(
      f"{path} has no comments: expected column names and at least one row."
    )


@contextlib.contextmanager
def open_rows(path: str) -> Iterator[tuple[list[str], Iterator[tuple[str, Row]]]]:
  """Opens a file of comments and finds its columns before reading all rows.

  Args:
    path: As in `read_rows`.

  Yields:
    The column names, taken from the first rows, and all rows as `read_rows` yields
    them.

  Raises:
    InputError: As `read_rows` does.
  """
  with contextlib.closing(read_rows(path)) as rows:
    head = list(itertools.islice(rows, _HEAD_ROWS))
    columns = dict.fromkeys(name for _, row in head for name in row)
    yield list(columns), itertools.chain(head, rows)


def _open(path: str) -> BinaryIO:
  try:
    stream = open_file(path)
    is_empty = not stream.read(1)
    stream.seek(0)
  except FileNotFoundError:
    raise InputError(f"{path} does not exist; give the path of a file.") from None
  except IsADirectoryError:
    raise InputError(f"{path} is a folder; give the files in it.") from None
  except Exception as error:  # Each file system is a plugin with its own errors.
    raise InputError(
      f"{path} cannot be opened ({reason_of(error)}); check its name and permissions."
    ) from error
  if is_empty:
    stream.close()
    raise InputError(f"{path} is empty (0 bytes); give a file with comments.")
  return stream


def _recognized(raw: BinaryIO, path: str) -> tuple[BinaryIO, Format]:
  """Returns the content of a file, uncompressed, from its start, and what it is."""
  is_gzip = raw.read(len(GZIP)) == GZIP
  raw.seek(0)
  stream = gzip.GzipFile(fileobj=raw) if is_gzip else raw
  name = re.sub(r"\.gz$", "", path, flags=re.IGNORECASE) if is_gzip else path
  found = recognized(_head(stream), name)
  if is_gzip and found.name == PARQUET:
    raise InputError("Parquet within gzip, cannot be read: unpack it.")
  stream.seek(0)
  return stream, found


def _head(stream: BinaryIO) -> bytes:
  head = b""
  # What is damaged later is found by the row.
  with contextlib.suppress(OSError, EOFError, zlib.error):
    while len(head) < HEAD_BYTES and (more := stream.read1(HEAD_BYTES)):
      head += more
  return head
