import pytest
import tensorflow as tf

from clp_tfx.components.comments_example_gen.comments import (
  check_comments,
  read_examples,
  read_texts,
)
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.errors import InputError

ENDINGS = (".csv", ".csv.gz", ".parquet", ".tfrecord", ".tfrecord.gz")


def test_error_names_file_row_and_column(tmp_path):
  path = tmp_path / "comments.csv"
  path.write_text('comment_text,toxicity\n"a\nb",0\nc,7\n')

  with pytest.raises(InputError) as caught:
    list(read_examples(str(path), ExampleConfig()))

  assert str(caught.value) == (
    f"{path}, row 2 (line 4), column `toxicity`: expected a number from 0 to 1 or "
    "nothing, received '7'; correct or blank it."
  )


def test_later_example_without_the_text_names_its_row(tmp_path):
  path = str(tmp_path / "c.tfrecord")
  example = tf.train.Example()
  example.features.feature["toxicity"].float_list.value.append(0.5)
  records = [example.SerializeToString()]
  example.features.feature["comment_text"].bytes_list.value.append(b"a")
  records.insert(0, example.SerializeToString())
  with tf.io.TFRecordWriter(path) as writer:
    for record in records:
      writer.write(record)

  with pytest.raises(InputError, match="row 2, column `comment_text` is missing"):
    list(read_examples(path, ExampleConfig()))


def test_texts_are_those_of_the_examples_whatever_the_labels(tmp_path):
  path = tmp_path / "comments.csv"
  path.write_text("comment_text,toxicity,split\na,0,dev\nb,7,test\nc,,train\n")
  # The hash of "c" is for neither eval nor test.
  assert [*read_texts(str(path), ExampleConfig())] == [
    ("eval", b"a"), ("test", b"b"), ("train", b"c")
  ]  # fmt: skip
  path.write_text("comment_text,split\na,dev\nb,later\n")
  with pytest.raises(InputError, match=r"row 2 \(line 3\), column `split`: expected"):
    list(read_texts(str(path), ExampleConfig()))
  path.write_text("body,split\na,dev\n")
  with pytest.raises(InputError, match="column `comment_text` is missing"):
    list(read_texts(str(path), ExampleConfig()))


@pytest.mark.parametrize("ending", ENDINGS)
def test_check_accepts_files_with_the_columns(write, ending):
  table = {"text": ["a", "b"], "target": [0.5, 0.0]}

  assert check_comments([write(f"c{ending}", table)]) is None


@pytest.mark.parametrize("ending", ENDINGS)
def test_check_names_the_columns_there_are(write, ending):
  good = write(f"good{ending}", {"comment_text": ["a"], "toxicity": [0.5]})
  path = write(f"bad{ending}", {"body": ["a"], "toxicity": [0.5]})

  with pytest.raises(InputError) as caught:
    check_comments([good, path])

  assert path in str(caught.value)
  assert "`comment_text` is missing: the columns are body, toxi" in str(caught.value)
  check_comments([path], text_feature="body")


def test_check_reads_the_first_rows_only(tmp_path):
  path = tmp_path / "c.csv"
  path.write_bytes(b"comment_text,toxicity\n" + b"a,1\n" * 2000 + b'"unclosed,1\n')

  check_comments([str(path)])
  with pytest.raises(InputError, match="row 2001"):
    list(read_examples(str(path), ExampleConfig()))


@pytest.mark.parametrize(
  "name, content, part",
  [
    ("none.csv", None, "does not exist"),
    ("c.txt", b"\0\1", "a file of unknown type, cannot be read"),
    ("c.csv", b"", "is empty"),
    ("c.csv", b"comment_text,toxicity\n", "has no comments"),
    ("c.parquet", b"PAR1", "cannot be read"),
  ],
)
def test_check_refuses(tmp_path, name, content, part):
  path = tmp_path / name
  if content is not None:
    path.write_bytes(content)

  with pytest.raises(InputError, match=part):
    check_comments([str(path)])


def test_check_refuses_a_folder(tmp_path):
  with pytest.raises(InputError, match="is a folder"):
    check_comments([str(tmp_path)])
