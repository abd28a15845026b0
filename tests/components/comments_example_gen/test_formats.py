"""What a file is, is told by its content and not by its name."""

import bz2
import gzip
import io
import lzma
import pickle
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from clp_tfx.components.comments_example_gen.formats import recognized
from clp_tfx.components.comments_example_gen.readers import read_rows
from clp_tfx.errors import InputError

from .test_readers import FORMATS, rows_of

ROWS = [{"comment_text": "a, b", "toxicity": "1"}]
ROWS += [{"comment_text": "c; d\te", "toxicity": "0"}]
TABLE = {name: [row[name] for row in ROWS] for name in ROWS[0]}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
  "name",
  [
    "part-00000",
    "c.txt",
    "c.csv",
    "c.csv.gz",
    "c.tfrecord",
    "civil_comments-train.tfrecord-00000-of-00005",
    "part-00000.parquet",
    "part-00000-of-00010.gz",
    "c.csv.zip",
  ],
)
def test_any_file_under_any_name(write, tmp_path, ending, name):
  written = write(f"written{ending}", TABLE)
  shutil.move(written, tmp_path / name)
  assert rows_of(str(tmp_path / name)) == ROWS


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\r\n"])
def test_what_separates_the_columns(tmp_path, delimiter, start):
  path = tmp_path / "c.csv"
  header = delimiter.join(['"comment; text,"', "toxicity", "n"])
  path.write_text(
    f'{start}{header}\n"a{delimiter}b\nc"{delimiter}1{delimiter}\n', encoding="utf-8"
  )
  assert rows_of(str(path)) == [
    {"comment; text,": f"a{delimiter}b\nc", "toxicity": "1", "n": ""}
  ]


def test_a_single_column_is_not_split(tmp_path):
  path = tmp_path / "c.csv"
  path.write_text('comment_text\n"a, b; c"\nd; e\tf\n')
  assert rows_of(str(path)) == [
    {"comment_text": "a, b; c"},
    {"comment_text": "d; e\tf"},
  ]


def test_a_row_of_too_many_fields_names_what_to_quote(tmp_path):
  path = tmp_path / "c.tsv"
  path.write_text("comment_text\ttoxicity\na\tb\t1\n")
  with pytest.raises(InputError, match="received 3; quote fields that contain tabs or"):
    list(read_rows(str(path)))


def zipped(name="c.csv"):
  content = io.BytesIO()
  with zipfile.ZipFile(content, "w") as archive:
    archive.writestr(name, "comment_text,toxicity\na,1\n")
  return content.getvalue()


def tarred():
  content = io.BytesIO()
  with tarfile.open(fileobj=content, mode="w") as archive:
    archive.addfile(tarfile.TarInfo("c.csv"))
  return content.getvalue()


@pytest.mark.parametrize("name", ["c.csv", "c.parquet", "c.tfrecord-00000-of-00001"])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
  ("content", "message"),
  [
    (zipped(), "a zip archive, cannot be read: unpack it."),
    (
      zipped("[Content_Types].xml"),
      "an Office document, cannot be read: save it as CSV.",
    ),
    (tarred(), "an archive, cannot be read: unpack it."),
    (bz2.compress(b"text\na\n"), "a compressed file, cannot be read: unpack it."),
    (lzma.compress(b"text\na\n"), "a compressed file, cannot be read: unpack it."),
    (pickle.dumps({}), "a Python pickle, cannot be read: write it as CSV or Parquet."),
    (b'{"text": "a"}\n', "JSON, cannot be read: write it as CSV or Parquet."),
    (b'[\n {"text": "a"}]', "JSON, cannot be read: write it as CSV or Parquet."),
    (b"<!DOCTYPE html><p>", "a page of HTML or XML, cannot be read: get the file."),
    (b"SQLite format 3\0", "an SQLite database, cannot be read: export its table"),
  ],
)
def test_what_cannot_be_read_is_said(tmp_path, name, compressed, content, message):
  path = tmp_path / name
  path.write_bytes(gzip.compress(content) if compressed else content)
  with pytest.raises(InputError) as caught:
    list(read_rows(str(path)))
  assert str(caught.value).startswith(f"{path}, {message}")


def test_what_is_no_gzip_despite_its_name(tmp_path):
  path = tmp_path / "c.csv.gz"
  path.write_bytes(b"\x1f\x8a\0\xff")
  with pytest.raises(InputError, match="cannot be read: expected gzip, as its name"):
    list(read_rows(str(path)))


def test_parquet_within_gzip(write):
  path = Path(write("c.parquet", TABLE))
  path.write_bytes(gzip.compress(path.read_bytes()))
  with pytest.raises(InputError, match="Parquet within gzip, cannot be read: unpack"):
    list(read_rows(str(path)))


def test_a_file_of_unknown_type():
  with pytest.raises(InputError, match="a file of unknown type, cannot be read: give"):
    recognized(b"\0\1\2", "part-0")


@pytest.mark.parametrize(
  ("name", "kind"),
  [
    ("c.tfrecord-00000-of-00005", "TFRecord"),
    ("c.csv/part-0.parquet", "Parquet"),
    ("c.csv.bak", "CSV"),
  ],
)
def test_the_name_of_a_damaged_file_says_what_it_should_be(name, kind):
  assert recognized(b"\0\1\2", f"folder/{name}").name == kind
