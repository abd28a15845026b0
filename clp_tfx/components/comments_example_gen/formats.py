"""Tells what a file of comments is from its first bytes, whatever its name."""

import codecs
import csv
import io
import re
import struct
from typing import NamedTuple

import google_crc32c

from clp_tfx.errors import InputError

HEAD_BYTES = 2**16
"""How much of a file is needed to tell; a tar archive names itself at byte 257."""
GZIP = b"\x1f\x8b"

CSV, PARQUET, TFRECORD = "CSV", "Parquet", "TFRecord"
_DELIMITERS = ",\t;"
_NAMED = {
  "csv": CSV,
  "tsv": CSV,
  "parquet": PARQUET,
  "tfrecord": TFRECORD,
  "tfrecords": TFRECORD,
}

_UNPACK, _CONVERT = "unpack it", "write it as CSV or Parquet"
_OTHERS = (
  (rb"PK\x03\x04.*\[Content_Types\]", "an Office document", "save it as CSV"),
  (rb"\xd0\xcf\x11\xe0", "an Office document", "save it as CSV"),
  (rb"PK(\x03\x04|\x05\x06)", "a zip archive", _UNPACK),
  (rb"7z\xbc\xaf|Rar!|.{257}ustar", "an archive", _UNPACK),
  (rb"BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd", "a compressed file", _UNPACK),
  (rb"Obj\x01", "an Avro file", _CONVERT),
  (rb"ORC", "an ORC file", _CONVERT),
  (rb"ARROW1|FEA1", "an Arrow file", _CONVERT),
  (rb"\x89HDF", "an HDF5 file", _CONVERT),
  (rb"SQLite format 3\0", "an SQLite database", "export its table as CSV"),
  (rb"\x80[\x02-\x05]", "a Python pickle", _CONVERT),
  (rb"%PDF", "a PDF document", _CONVERT),
  (rb"\s*(\{\s*\"|\[\s*[\[{])", "JSON", _CONVERT),
  (rb"(?i)\s*<(!doctype html|html|\?xml)", "a page of HTML or XML", "get the file"),
  (rb"version https://git-lfs", "a pointer of Git LFS", "fetch it with git lfs pull"),
)
"""How files start that cannot be read, what they are, and what to do."""


class Format(NamedTuple):
  """What a file is, without its compression.

  Attributes:
    name: `CSV`, `PARQUET` or `TFRECORD`.
    delimiter: Of a CSV file.
  """

  name: str
  delimiter: str = ","


def recognized(head: bytes, path: str) -> Format:
  """Returns what a file is.

  Its name counts only for a file that is damaged from its start: the error is about
  what it should have been.

  Args:
    head: Its first `HEAD_BYTES`, uncompressed.
    path: Its name, without `.gz` if that has been found true.

  Raises:
    InputError: If it cannot be read; the message, to stand after the path and a comma,
      says what it is and what to do.
  """
  if head.startswith(b"PAR1"):
    return Format(PARQUET)
  if len(head) >= 12 and masked_crc(head[:8]) == head[8:12]:
    return Format(TFRECORD)
  for start, what, advice in _OTHERS:
    if re.match(start, head, re.DOTALL):
      raise InputError(f"{what}, cannot be read: {advice}.")
  if _is_text(head):
    return Format(CSV, _delimiter(head))
  if path.lower().endswith(".gz"):
    raise InputError(
      "damaged from its start, cannot be read: expected gzip, as its name says; export "
      "or download it again."
    )
  endings = re.findall(r"\.([a-z]+)", path.lower().rpartition("/")[2])
  name = next((_NAMED[each] for each in reversed(endings) if each in _NAMED), None)
  if name is None and b"\0" in head:
    raise InputError(
      "a file of unknown type, cannot be read: give CSV, Parquet, or TFRecords of "
      "tf.train.Examples."
    )
  return Format(name or CSV, _delimiter(head))


def masked_crc(data: bytes) -> bytes:
  """Returns the masked CRC-32C that TFRecord stores."""
  crc = google_crc32c.value(data)
  return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _is_text(head: bytes) -> bool:
  try:
    # The last character may be cut.
    text = codecs.getincrementaldecoder("utf-8")().decode(head)
  except UnicodeDecodeError:
    return False
  return "\0" not in text


def _delimiter(head: bytes) -> str:
  """Returns what splits the header into most columns; a comma if nothing does."""
  text = head.decode("utf-8-sig", "replace")
  return max(_DELIMITERS, key=lambda each: _columns(text, each))


def _columns(text: str, delimiter: str) -> int:
  try:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return len(next(filter(None, rows), ()))
  except csv.Error:
    return 0
