import csv
import gzip
import io
import random
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from apache_beam.io.localfilesystem import LocalFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clp_tfx.components.comments_example_gen import rows as row_readers
from clp_tfx.components.comments_example_gen.formats import masked_crc
from clp_tfx.components.comments_example_gen.readers import read_rows
from clp_tfx.errors import InputError

FORMATS = (".csv", ".csv.gz", ".parquet", ".tfrecord", ".tfrecord.gz")
REAL_COMMENTS = Path(__file__).parents[4] / "shared" / "data" / "comments.csv.gz"
TEXTS = [
  "plain",
  'quotes "and" ""more""',
  "line\nfeed, carriage\r\nreturn and\ra lone one\n",
  "emoji 👩‍👩‍👧 and accents é e\u0301",
  "עברית ושפות עם כיוון, العربية",
  " spaces around \t",
  "",
  "\ufefflooks like a byte order mark",
  "x" * 1_000_000,
]


def value(cell):
  """Returns the single value of a cell, which may be a feature."""
  if not isinstance(cell, tf.train.Feature):
    return cell
  values = getattr(cell, cell.WhichOneof("kind")).value
  return values[0].decode() if isinstance(values[0], bytes) else values[0]


def rows_of(path):
  return [{k: value(v) for k, v in row.items()} for _, row in read_rows(path)]


def fails(path, *parts):
  with pytest.raises(InputError) as caught:
    list(read_rows(str(path)))
  message = str(caught.value)
  assert str(path) in message
  assert "\n" not in message
  for part in parts:
    assert part in message


@pytest.mark.parametrize("ending", FORMATS)
def test_texts_survive_byte_for_byte_and_in_order(write, ending):
  path = write(f"comments{ending}", {"comment_text": TEXTS, "n": range(len(TEXTS))})

  rows = rows_of(path)

  assert [row["comment_text"] for row in rows] == TEXTS
  assert [int(row["n"]) for row in rows] == list(range(len(TEXTS)))


@settings(
  max_examples=40,
  deadline=None,
  suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
  texts=st.lists(
    # CSV cannot contain NUL; surrogates are not characters.
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    min_size=1,
  )
)
def test_formats_agree_on_any_text(write, texts):
  table = {"comment_text": texts, "id": [str(i) for i in range(len(texts))]}

  for ending in FORMATS:
    assert [r["comment_text"] for r in rows_of(write(f"c{ending}", table))] == texts


def test_places_count_rows_from_one_and_lines_with_the_header(tmp_path):
  path = tmp_path / "comments.csv"
  path.write_bytes(b'text,n\n"a\nb",1\n\nc,2\n')

  # Line 1 is the header, lines 2 and 3 are row 1, and line 4 is blank and not a row.
  assert [place for place, _ in read_rows(str(path))] == [
    "row 1 (line 2)",
    "row 2 (line 5)",
  ]


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
  path = tmp_path / "comments.csv"
  path.write_bytes(b"\xef\xbb\xbftext,n\r\na,1\r\n")

  assert rows_of(path.as_posix()) == [{"text": "a", "n": "1"}]


def test_last_row_needs_no_line_feed_and_ending_ignores_case(tmp_path):
  path = tmp_path / "COMMENTS.CSV"
  path.write_bytes(b"text,n\na,1")

  assert rows_of(str(path)) == [{"text": "a", "n": "1"}]


def test_gzip_members_are_read_one_after_the_other(tmp_path):
  path = tmp_path / "comments.csv.gz"
  path.write_bytes(gzip.compress(b"text,n\na,1\n") + gzip.compress(b"b,2\n"))

  assert [row["text"] for row in rows_of(str(path))] == ["a", "b"]


class RemoteStream(io.BufferedIOBase):
  """A file as from a store such as gs://: only read and seek, no lines or name."""

  def __init__(self, file):
    self._file = file

  def readable(self):
    return True

  def seekable(self):
    return True

  def read(self, size=-1):
    return self._file.read(size)

  def seek(self, offset, whence=io.SEEK_SET):
    return self._file.seek(offset, whence)

  def tell(self):
    return self._file.tell()

  def close(self):
    self._file.close()
    super().close()


class RemoteFileSystem(LocalFileSystem):
  @classmethod
  def scheme(cls):
    return "remote"

  def open(self, path, *args, **kwargs):
    return RemoteStream(super().open(path.removeprefix("remote:/"), *args, **kwargs))


@pytest.mark.parametrize("ending", FORMATS)
def test_files_of_any_file_system_that_beam_knows(write, ending):
  path = write(f"comments{ending}", {"comment_text": TEXTS})

  rows = rows_of(f"remote:/{path}")

  assert [row["comment_text"] for row in rows] == TEXTS


def test_missing_remote_file(tmp_path):
  fails(f"remote:/{tmp_path}/none.csv", "does not exist")


def test_unknown_file_system():
  fails("nowhere://comments.csv", "cannot be opened", "nowhere")


# --- Parquet -------------------------------------------------------------------------


def test_parquet_types(tmp_path):
  path = tmp_path / "comments.parquet"
  text = ["a", None]
  table = pa.table(
    {
      "string": pa.array(text),
      "large": pa.array(text, pa.large_string()),
      "binary": pa.array([b"a", None]),
      "dictionary": pa.array(text).dictionary_encode(),
      "null": pa.nulls(2),
      "uint8": pa.array([1, None], pa.uint8()),
      "int64": pa.array([2**53 + 1, None]),
      "bool": pa.array([True, None]),
      "float": pa.array([0.5, None], pa.float32()),
      "double": pa.array([0.1, None]),
      "a.b": pa.array([3, None]),
      "a": pa.array([4, None]),
    }
  )
  pq.write_table(table, path)
  no_int = tf.train.Feature(int64_list=tf.train.Int64List())
  no_float = tf.train.Feature(float_list=tf.train.FloatList())

  (_, first), (_, second) = read_rows(str(path))

  assert first == {
    **dict.fromkeys(["string", "large", "binary", "dictionary"], "a"),
    "null": "",
    "uint8": 1,
    "int64": 2**53 + 1,
    "bool": 1,
    "float": 0.5,
    "double": 0.1,
    "a.b": 3,
    "a": 4,
  }
  assert second == {
    **dict.fromkeys(["string", "large", "binary", "dictionary", "null"], ""),
    **dict.fromkeys(["uint8", "int64", "bool", "a.b", "a"], no_int),
    **dict.fromkeys(["float", "double"], no_float),
  }


def test_parquet_row_groups_and_changing_dictionaries_stay_aligned(tmp_path):
  path = tmp_path / "comments.parquet"
  n = [f"text {i}" for i in range(1500)]
  table = pa.table({"n": n, "same": pa.array(n).dictionary_encode()})
  pq.write_table(table, path, row_group_size=70)

  assert rows_of(str(path)) == [{"n": text, "same": text} for text in n]


@pytest.mark.parametrize(
  "column, kind",
  [
    (pa.array([["a"]]), "list<"),
    (pa.array([{"a": 1}]), "struct<"),
    (pa.array([2**64 - 1], pa.uint64()), "uint64"),
  ],
)
def test_parquet_type_that_no_feature_holds(tmp_path, column, kind):
  path = tmp_path / "comments.parquet"
  pq.write_table(pa.table({"odd": column}), path)

  fails(path, "column `odd`", kind, "convert or drop")


def test_parquet_without_rows(tmp_path):
  path = tmp_path / "comments.parquet"
  pq.write_table(pa.table({"text": pa.array([], pa.string())}), path)

  fails(path, "has no comments")


# --- unreadable files ----------------------------------------------------------------


def test_missing_file(tmp_path):
  fails(tmp_path / "none.csv", "does not exist")


def test_folder(tmp_path):
  fails(tmp_path, "is a folder")


def test_damage_is_found_by_the_row(tmp_path):
  path = tmp_path / "c.csv.gz"
  # Random digits are not compressed: row 1000 is far from what is cut.
  noise = random.Random(0)
  lines = "".join(f"{noise.random()}\n" for _ in range(2000))
  path.write_bytes(gzip.compress(f"text\n{lines}".encode())[:-100])

  fails(path, "cannot be read after row 1", "expected an intact CSV file")


@pytest.mark.parametrize("ending", FORMATS)
def test_empty_file(tmp_path, ending):
  path = tmp_path / f"c{ending}"
  path.write_bytes(b"")

  fails(path, "is empty (0 bytes)")


@pytest.mark.parametrize("content", [b"", b"text,n\n", b"\n\n", b"\xef\xbb\xbf"])
def test_no_rows_in_csv(tmp_path, content):
  path = tmp_path / "c.csv.gz"
  path.write_bytes(gzip.compress(content))

  fails(path, "has no comments", "at least one row")


@pytest.mark.parametrize(
  "content, parts",
  [
    # Row 1 spans lines 2 and 3, so row 2 is in line 4.
    (b'text,n\n"a\nb",1\nc\n', ["row 2 (line 4)", "expected 2 fields", "received 1"]),
    (b"text,n\na,1,2\n", ["row 1 (line 2)", "received 3"]),
    (b'text,n\na,1\n"b,2\nc,3\n', ["row 2 (line 3)", "close every quote"]),
    (b'text,n\n"a"b,1\n', ["row 1 (line 2)", "double those inside"]),
    (b'text,n\n"a\n\xff",1\n', ["row 1 (line 2)", "0xff in line 3", "UTF-8"]),
    (b"te\xffxt,n\na,1\n", ["header (line 1)", "UTF-8"]),
    ("text,n\na,1\n".encode("utf-16"), ["header (line 1)", "UTF-8"]),
    (b"text,n\na\0,1\n", ["row 1 (line 2)", "NUL"]),
    (b"text,n\ra,1\r", ["header (line 1)", "carriage return"]),
    (b"text,n,text\na,1,b\n", ["columns 1 and 3 have the same name"]),
    (b",text\n0,a\n", ["column 1 has no name"]),
  ],
)
def test_malformed_csv(tmp_path, content, parts):
  path = tmp_path / "c.csv"
  path.write_bytes(content)

  fails(path, *parts)


@pytest.mark.parametrize("content", [b'"' + b"x\n" * 40, b"x" * 80 + b",1\n"])
def test_csv_does_not_fill_memory(tmp_path, monkeypatch, request, content):
  path = tmp_path / "c.csv"
  path.write_bytes(b"text,n\n" + content)
  limit = csv.field_size_limit()
  request.addfinalizer(lambda: csv.field_size_limit(limit))
  monkeypatch.setattr(row_readers, "_MAX_BYTES", 64)

  fails(path, "row 1 (line 2)", "longer than 64 bytes")


def tfrecord(payload, length=None):
  header = struct.pack("<Q", len(payload) if length is None else length)
  return header + masked_crc(header) + payload + masked_crc(payload)


def test_tfrecord_with_a_huge_length_is_not_allocated(tmp_path):
  path = tmp_path / "c.tfrecord"
  path.write_bytes(tfrecord(b"abc", length=2**60))

  fails(path, "row 1", "at most 16777216 bytes", "received 1152921504606846976")


def test_record_that_is_no_example(tmp_path):
  path = tmp_path / "c.tfrecord"
  example = tf.train.Example()
  example.features.feature["a"].bytes_list.value.append(b"b")
  path.write_bytes(tfrecord(example.SerializeToString()) + tfrecord(b"no example"))

  fails(path, "row 2", "expected a tf.train.Example")


# --- noise ---------------------------------------------------------------------------

NOISY = {"text": [f'"{i}", é😀\n' for i in range(30)], "n": [i / 30 for i in range(30)]}


def read_or_refuse(path, content):
  """Returns the rows, or None if refused; any other exception fails the test."""
  Path(path).write_bytes(content)
  try:
    return rows_of(path)
  except InputError as error:
    assert path in str(error)
    return None


def noisy(content, seed):
  noise = random.Random(seed)
  flipped = bytearray(content)
  flipped[noise.randrange(len(content))] ^= 1 << noise.randrange(8)
  return {
    "random": noise.randbytes(noise.randrange(1, 2000)),
    "cut": content[: noise.randrange(1, len(content))],
    "flipped": bytes(flipped),
  }


@pytest.mark.parametrize("ending", [".csv.gz", ".tfrecord", ".tfrecord.gz"])
def test_noise_is_refused_or_harmless_where_there_are_checksums(write, ending):
  path = write(f"c{ending}", NOISY)
  content = Path(path).read_bytes()
  rows = rows_of(path)
  refused = 0
  for seed in range(150):
    for kind, damaged in noisy(content, seed).items():
      found = read_or_refuse(path, damaged)
      if found is None:
        refused += 1
      elif kind == "cut" and ending == ".tfrecord":  # Between two records.
        assert found == rows[: len(found)]
      else:  # A byte of gzip's header, such as its time, does not affect the rows.
        assert found == rows
  assert refused > 400  # of 450


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_noise_is_never_another_error(write, ending):
  path = write(f"c{ending}", NOISY)
  content = Path(path).read_bytes()
  refused = 0
  for seed in range(150):
    for damaged in noisy(content, seed).values():
      refused += read_or_refuse(path, damaged) is None
  assert refused > 225  # of 450; there are no checksums


def test_real_comments_are_all_there():
  if not REAL_COMMENTS.exists():
    pytest.skip(f"{REAL_COMMENTS} is not there")
  with gzip.open(REAL_COMMENTS, "rt", encoding="utf-8", newline="") as file:
    expected = list(csv.DictReader(file))

  rows = [row for _, row in read_rows(str(REAL_COMMENTS))]

  assert len(rows) == 92_790
  assert rows == expected
