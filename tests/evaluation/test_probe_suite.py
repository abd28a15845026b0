"""Files of other people's sentences: what is read, and what is refused."""

import csv
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.evaluation.probe_config import SuiteOptions
from clp_tfx.evaluation.probe_suite import read_suite
from clp_tfx.probes.fill import Probe

HEADER = ("text", "label", "identity", "functionality")
ROWS = [
  ("I am gay.", "ok", "gay", "self"),
  ("I hate gay people.", "hate", " gay ", "attack"),
  ("I hate you.", "hate", "", "abuse"),
]
PROBES = [
  Probe("I am gay.", "neutral", "self", "1", "gay"),
  Probe("I hate gay people.", "hostile", "attack", "2", "gay"),
]


def csv_file(folder, rows, header=HEADER):
  path = folder / "suite.csv"
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([header, *rows])
  return str(path)


def options(path, **others):
  return SuiteOptions(**{"probes": path, "not_toxic": ("ok",), **others})


def test_sentences_that_name_an_identity_are_read(tmp_path):
  # The third names nobody, so that it says nothing about an identity.
  assert read_suite(options(csv_file(tmp_path, ROWS))) == PROBES


def test_columns_and_labels_are_named_by_option(tmp_path):
  header = ("case", "gold", "target", "kind", "frame")
  rows = [(*row, f"frame {number}") for number, row in enumerate(ROWS)]
  found = read_suite(
    options(
      csv_file(tmp_path, rows, header),
      text_column="case",
      label_column="gold",
      identity_column="target",
      functionality_column="kind",
      template_column="frame",
      not_toxic=("ok", "hate"),
    )
  )
  assert [probe.label for probe in found] == ["neutral", "neutral"]
  assert [probe.template for probe in found] == ["frame 0", "frame 1"]


def test_numbers_are_labels_too(tmp_path):
  path = str(tmp_path / "suite.parquet")
  columns = list(zip(*ROWS, strict=True))
  columns[1] = [0, 1, 1]
  pq.write_table(pa.table(dict(zip(HEADER, columns, strict=True))), path)
  assert read_suite(options(path, not_toxic=("0",))) == PROBES


def record(**cells):
  features = {
    name: tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    for name, values in cells.items()
  }
  example = tf.train.Example(features=tf.train.Features(feature=features))
  return example.SerializeToString()


def records(folder, *found):
  path = str(folder / "suite.tfrecord")
  with tf.io.TFRecordWriter(path) as writer:
    for each in found:
      writer.write(each)
  return path


def test_tf_examples(tmp_path):
  cells = [{n: [c.encode()] for n, c in zip(HEADER, row, strict=True)} for row in ROWS]
  del cells[2]["identity"]
  path = records(tmp_path, *(record(**each) for each in cells))
  assert read_suite(options(path)) == PROBES


@pytest.mark.parametrize(
  ("cells", "message"),
  [
    ({"text": [b"\xff"]}, "row 1, column `text`: expected UTF-8"),
    ({"text": [b"a", b"b"]}, "row 1, column `text`: expected one value, received 2"),
  ],
)
def test_bad_tf_examples_are_refused(cells, message, tmp_path):
  good = {name: [b"ok"] for name in HEADER}
  with pytest.raises(InputError, match=re.escape(message)):
    read_suite(options(records(tmp_path, record(**{**good, **cells}))))


@pytest.mark.parametrize(
  ("rows", "others", "message"),
  [
    (ROWS, {"text_column": "txt"}, "column `txt` is missing: the columns are text, "),
    (ROWS, {"template_column": "t"}, "name the one to read with --template-column"),
    (ROWS, {"not_toxic": ("fine",)}, "'fine', which is given with --not-toxic: its "),
    (ROWS, {"not_toxic": ("fine",)}, "labels are 'ok', 'hate'."),
    (ROWS[2:], {"not_toxic": ("hate",)}, "no sentence with a value in column"),
    ([("", "ok", "gay", "f")], {}, "row 1 (line 2), column `text` is blank"),
    ([("a", "", "gay", "f")], {}, "row 1 (line 2), column `label` is blank"),
    ([("a", "ok", "gay", "")], {}, "column `functionality` is blank"),
    ([("a", "ok", "gay")], {}, "expected 4 fields as in the header, received 3"),
    ([("a", "ok", f"{n}", "f") for n in range(1001)], {}, "has 1,001 different values"),
    ([], {}, "has no comments"),
  ],
)
def test_a_bad_file_is_refused_in_a_sentence(rows, others, message, tmp_path):
  with pytest.raises(InputError, match=re.escape(message)) as caught:
    read_suite(options(csv_file(tmp_path, rows), **others))
  assert "\n" not in str(caught.value) and str(tmp_path) in str(caught.value)


def test_a_file_of_comments_is_no_suite(tmp_path, monkeypatch):
  monkeypatch.setattr("clp_tfx.evaluation.probe_suite._MOST_SENTENCES", 2)
  with pytest.raises(InputError, match="more than 2 sentences: give fewer"):
    read_suite(options(csv_file(tmp_path, ROWS)))
