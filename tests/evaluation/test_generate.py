import csv
import gzip
import json

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli
from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.errors import InputError
from clp_tfx.evaluation.evaluate import evaluate_model
from clp_tfx.evaluation.generate import generate_texts
from clp_tfx.evaluation.texts import COLUMNS, digest, text_id
from clp_tfx.probes import fill_probes

from ..conftest import clp_tfx

COMMENTS = [
  ("comment_text", "toxicity", "split"),
  ("A gay woman, bad\n", 1, "test"),
  ("Nothing", "", "train"),
  ("Nothing", 0, "test"),
  ("Some\nlines\r", 0, "test"),  # Without a comma, which would have been quoted.
]


def comments_file(path, rows=COMMENTS):
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows(rows)
  return str(path)


def id_of(text):
  return text_id(digest(text))


def rows_of(path):
  """Reads a table as a user would, with blank cells as in CSV."""
  if path.suffix == ".parquet":
    rows = pq.read_table(path).to_pylist()
  elif ".jsonl" in path.name:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
      rows = list(map(json.loads, file))
  else:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as file:
      rows = list(csv.DictReader(file))
  assert all(list(row) == list(COLUMNS) for row in rows)
  return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def test_every_format_holds_the_comments_and_their_counterfactuals(tmp_path):
  comments = comments_file(tmp_path / "c.csv")
  text, made = "A gay woman, bad\n", ", bad\n"
  # "A" has lost its noun; the edit of lowest confidence is that of the article.
  nothing = {
    "id": id_of("Nothing"), "text": "Nothing", "role": "comment",
    "comment_id": id_of("Nothing"), "edits": "", "terms": "", "groups": "",
    "confidence": "",
  }  # fmt: skip
  groups = "gender/female;sexual_orientation/homosexual"
  expected = [
    {
      "id": id_of(made), "text": made, "role": "counterfactual",
      "comment_id": id_of(text), "split": "test", "terms": "gay;woman",
      "groups": groups, "confidence": "0.9",
    },
    {
      "id": id_of(text), "text": text, "role": "comment", "comment_id": id_of(text),
      "split": "test", "edits": "", "terms": "gay;woman",
      "groups": "gender;gender/female;sexual_orientation;"
      "sexual_orientation/homosexual", "confidence": "",
    },
    {**nothing, "split": "test"},
    {**nothing, "split": "train"},
    {
      **nothing, "split": "test", "text": "Some\nlines\r",
      "id": id_of("Some\nlines\r"), "comment_id": id_of("Some\nlines\r"),
    },
  ]  # fmt: skip
  for name in ("t.parquet", "t.csv", "t.jsonl", "t.csv.gz", "t.jsonl.gz"):
    generate_texts(comments, str(tmp_path / name))
    rows = sorted(rows_of(tmp_path / name), key=lambda r: (r["text"], r["split"]))
    edits = edits_from_json(rows[0].pop("edits"))
    assert [edit.term for edit in edits if edit.term] == ["gay", "woman"]
    assert rows == expected, name
  assert sorted(path.name for path in tmp_path.iterdir()) == [
    "c.csv", "t.csv", "t.csv.gz", "t.jsonl", "t.jsonl.gz", "t.parquet"
  ]  # fmt: skip


def test_texts_of_the_audit_have_rows_if_no_counterfactual_has_them(tmp_path):
  comments = comments_file(tmp_path / "c.csv", [["comment_text"], ["A gay Sikh, bad"]])
  generate_texts(
    comments,
    str(tmp_path / "t.csv"),
    identity_terms="gender_and_sexual_orientation",
  )
  roles = {row["role"]: row for row in rows_of(tmp_path / "t.csv")}
  assert roles["counterfactual"]["text"] == "A Sikh, bad"
  assert roles["audit"]["text"] == ", bad" and roles["audit"]["terms"] == "gay;sikh"
  assert roles["audit"]["comment_id"] == roles["comment"]["id"]
  generate_texts(comments, str(tmp_path / "u.csv"), audit_terms="identity_en")
  assert [row["role"] for row in rows_of(tmp_path / "u.csv")] == [
    "comment",
    "counterfactual",
  ]


def test_the_test_split_and_the_probes(tmp_path):
  comments = comments_file(tmp_path / "c.csv")
  generate_texts(comments, str(tmp_path / "t.csv"), split="test", with_probes=True)
  rows = rows_of(tmp_path / "t.csv")
  probes = [row for row in rows if row["role"] == "probe"]
  assert len(rows) - len(probes) == 4
  held_out = [probe for probe in fill_probes() if probe.split == "held_out"]
  texts = {t for probe in held_out for t in (probe.text, probe.person) if t}
  assert len(probes) == len(texts) and {row["text"] for row in probes} == texts
  assert all(row["id"] == id_of(row["text"]) for row in rows)


def test_a_remote_table(tmp_path, memory_files):
  comments = comments_file(tmp_path / "c.csv")
  generate_texts(comments, "memory://bucket/t.jsonl")
  lines = memory_files["memory://bucket/t.jsonl"].decode().splitlines()
  assert len(lines) == 5 and list(memory_files) == ["memory://bucket/t.jsonl"]


@pytest.mark.parametrize(
  ("options", "message"),
  [
    (
      {"output": "t.xlsx"},
      "--output to be a file that ends in .parquet, .csv or .json",
    ),
    ({"output": "gs://b/t[1].csv"}, r"without \*, \? and \["),
    ({"output": "none.csv/t.csv"}, "cannot be written"),
    ({"comments": "absent*.csv"}, "no file matches"),
    ({"comments": ()}, "No comments are given"),
    ({"identity_terms": "identity_de"}, "to have a term of lexicon 'identity_de'"),
    ({"text_feature": "body"}, "column `body` is missing"),
    ({"beam_runner": "FlinkRunner"}, "The FlinkRunner needs --job_endpoint"),
    ({"method": "neutral", "identity_terms": "identity_de"}, "identity_de|language"),
  ],
)
def test_what_cannot_be_worked_with_is_said_in_a_sentence(
  options, message, tmp_path, monkeypatch
):
  monkeypatch.chdir(tmp_path)
  (tmp_path / "none.csv").write_text("x")
  comments = comments_file(tmp_path / "c.csv")
  before = sorted(tmp_path.iterdir())
  with pytest.raises(InputError, match=message):
    generate_texts(**{"comments": comments, "output": "t.csv", **options})
  assert sorted(tmp_path.iterdir()) == before


def test_the_command_says_what_comes_next(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  comments_file(tmp_path / "c.csv")

  def told(*arguments):
    done = CliRunner().invoke(cli, arguments)
    return done.exit_code, done.output

  code, said = told("generate", "c.csv", "--output", "t.csv")
  assert code == 0 and "Wrote t.csv. Add a column `score`" in said
  code, said = told("generate", "c.csv")
  assert code == 2 and "Expected --output to be a file" in said
  code, said = told("evaluate", "--scores", "t.csv", "--comments", "c.csv")
  assert code == 2 and "column `score` is missing" in said


def test_one_model_is_measured(tmp_path):
  comments = comments_file(tmp_path / "c.csv")
  for model, more, message in (
    ("m", {"scores": "s.csv"}, "Expected one model. Received: m and s.csv; give only"),
    ("", {}, "No model is given: give .* or a table with scores"),
  ):
    with pytest.raises(InputError, match=message):
      evaluate_model(model, comments, output=str(tmp_path / "out"), **more)


def test_a_table_without_the_probes_is_refused_before_anything_is_scored(tmp_path):
  comments = comments_file(tmp_path / "c.csv")
  ids = "".join(f"{id_of(text)},0.5\n" for text, *_ in COMMENTS[1:3])
  (tmp_path / "s.csv").write_text(f"id,score\n{ids}{id_of(COMMENTS[4][0])},0.5\n")
  with pytest.raises(InputError, match="no score for 10 of 10 .*--with-probes"):
    evaluate_model(
      "",
      comments,
      scores=str(tmp_path / "s.csv"),
      max_identity_spread=0.3,
      output=str(tmp_path / "out"),
    )


@pytest.mark.e2e
def test_several_processes_write_the_same_rows(tmp_path):
  rows = [(f"A gay man and {n} women", 0, "test") for n in range(1500)]
  comments = comments_file(tmp_path / "c.csv", [COMMENTS[0], *rows])
  generate_texts(comments, str(tmp_path / "one.jsonl"))
  done = clp_tfx(
    *("generate", "c.csv", "--output", "two.jsonl", "--workers", 2), cwd=tmp_path
  )
  assert done.returncode == 0, done.stderr
  one, two = (
    (tmp_path / f"{n}.jsonl").read_text().splitlines() for n in ("one", "two")
  )
  assert len(one) == 3000 and sorted(one) == sorted(two)
