import csv
import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.evaluation.score_table import ScoreTable, is_table
from clp_tfx.evaluation.texts import digest, text_id
from clp_tfx.scorers.function import held
from clp_tfx.scorers.scorer import TextScorer

TEXTS = {"A gay man": 0.75, "": 0.0, "Ж\n\ufffd": 1.0}


def id_of(text):
  return text_id(digest(text))


def csv_file(path, rows, header=("id", "score")):
  opened = gzip.open if path.name.endswith(".gz") else open
  with opened(path, "wt", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([header, *rows])
  return str(path)


def written(path):
  """Writes the scores of TEXTS in the format of the path's name."""
  rows = [{"score": score, "id": id_of(text)} for text, score in TEXTS.items()]
  if "csv" in path.name:
    return csv_file(path, [(row["id"], row["score"]) for row in rows])
  if "jsonl" in path.name:
    content = "\n\n".join(map(json.dumps, rows)).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
  elif "parquet" in path.name:
    table = pa.Table.from_pylist(rows)
    kind = pa.schema([("score", pa.float32()), ("id", pa.string())])
    pq.write_table(table.cast(kind), path)
  else:
    with tf.io.TFRecordWriter(str(path)) as writer:
      for row in rows:
        features = tf.train.Features()
        features.feature["id"].bytes_list.value.append(row["id"].encode())
        features.feature["score"].float_list.value.append(row["score"])
        writer.write(tf.train.Example(features=features).SerializeToString())
  return str(path)


def test_ids_stay_the_same():
  # Tables that people have scored must be read by later versions.
  assert id_of("A gay man") == "t128209c4edb463e7"
  assert id_of("") == "te4a6a0577479b2b4"


@pytest.mark.parametrize(
  "name", ["s.csv", "s.csv.gz", "s.jsonl", "s.jsonl.gz", "s.parquet", "s.tfrecord"]
)
def test_scores_are_found_by_id_in_every_format(name, tmp_path):
  path = written(tmp_path / name)
  assert is_table(path)
  score = ScoreTable(path)
  assert score([*TEXTS][::-1]).tolist() == [*TEXTS.values()][::-1]
  assert score(["", ""]).tolist() == [0, 0]


def test_to_a_scorer_the_table_is_a_model(tmp_path):
  path = csv_file(tmp_path / "s.csv", [(id_of("a"), -1.0), (id_of("b"), 3)])
  with held(ScoreTable(path), path) as name:
    scores = TextScorer(name, score_kind="logit").score_texts(["b", "a"])
    np.testing.assert_allclose(scores, 1 / (1 + np.exp([-3, 1])))
    with pytest.raises(InputError) as caught:
      TextScorer(name).score_texts(["b"])
  assert str(caught.value).startswith(f"Expected probabilities from {path}, but it ret")


def test_rows_with_one_id_may_differ_by_rounding_only(tmp_path):
  rows = [(id_of("a"), 0.5), (id_of("b"), 0.1), (id_of("a"), 0.50001)]
  assert ScoreTable(csv_file(tmp_path / "s.csv", rows))(["a"]) == [0.5]
  path = csv_file(tmp_path / "t.csv", [*rows, (id_of("b"), 0.2)])
  with pytest.raises(InputError) as caught:
    ScoreTable(path)
  assert str(caught.value) == (
    f"{path} has the scores 0.1 and 0.2 for the id {id_of('b')}: rows with one id have "
    "one text, so give them one score."
  )


def test_missing_scores_are_counted(tmp_path):
  score = ScoreTable(csv_file(tmp_path / "s.csv", [(id_of("b"), 1)]))
  with pytest.raises(InputError, match=f"no score for 2 of 3 texts.* {id_of('a')}: "):
    score(["b", "a", "c"])


A = id_of("a")


@pytest.mark.parametrize(
  ("row", "message"),
  [
    ((A, ""), r"row 2 \(line 3\), column `score`: expected a number, received ''"),
    ((A, "NA"), "expected a number, received 'NA'; score every row"),
    ((A, "nan"), "expected a number, received 'nan'"),
    ((A, "inf"), "expected a number, received 'inf'"),
    ((A, "0,5"), "expected a number, received '0,5'"),
    ((A, "a comment that has moved"), "received a text of 24 characters"),
    (("a comment that has moved", 1), "column `id`: .* received a text of 24 char"),
    ((A[:-1], 1), "column `id`: expected an id as clp-tfx generate writes it"),
    (("1" + A[1:], 1), "column `id`: expected an id"),
    (("t" + "g" * 16, 1), "column `id`: expected an id"),
  ],
)
def test_what_is_no_score_is_said_in_a_sentence(row, message, tmp_path):
  path = csv_file(tmp_path / "s.csv", [(id_of("b"), 0.5), row])
  with pytest.raises(InputError, match=message) as caught:
    ScoreTable(path)
  assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
  ("name", "content", "message"),
  [
    ("s.csv", "id,text\nt0,a\n", "column `score` is missing: its columns are id, text"),
    ("s.csv", "score\n1\n", "column `id` is missing"),
    ("s.csv", "", "is empty"),
    ("s.parquet", "PAR1", "cannot be read"),
    ("s.jsonl", "", "has no rows"),
    ("s.jsonl", "[1]\n", "line 1, is not a JSON object"),
    ("s.jsonl", f'{{"id": "{A}", "score": 1}}\n{{', "line 2, is not a JSON object"),
    ("s.jsonl", f'{{"id": "{A}", "score": true}}', "expected a number, received 'True"),
    ("s.jsonl", f'{{"id": "{A}", "score": null}}', "expected a number"),
    ("s.jsonl", f'{{"id": "{A}", "score": NaN}}', "expected a number, received 'nan'"),
    ("s.jsonl.gz", "{}", "cannot be read"),
    ("none.jsonl", None, "cannot be read .No such file"),
    ("none.csv", None, "does not exist"),
  ],
)
def test_what_is_no_table_is_said_in_a_sentence(name, content, message, tmp_path):
  path = tmp_path / name
  if content is not None:
    path.write_text(content)
  with pytest.raises(InputError, match=message) as caught:
    ScoreTable(str(path))
  assert "\n" not in str(caught.value)
