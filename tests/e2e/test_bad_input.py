"""Bad input ends with one sentence, exit code 2, and nothing half-written."""

import gzip
import random

import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli

pytestmark = pytest.mark.e2e

HEADER = "comment_text,toxicity\n"
GOOD = HEADER + "".join(
  f"comment {i} about her,{i % 2}\nand about nobody {i},{i % 2}\n" for i in range(50)
)


def noise(seed):
  return random.Random(seed).randbytes(2000)


CASES = {
  "missing.csv": (None, "missing.csv", "not"),
  "folder.csv": ("folder", "folder.csv", "folder"),
  "comments.docx": (b"PK\3\4", "comments.docx", "a zip archive"),
  "empty.csv": (b"", "empty.csv", "empty"),
  "header_only.csv": (HEADER.encode(), "header_only.csv", ""),
  "no_text.csv": (b"text_of_it,toxicity\nx,1\n", "comment_text", "text_of_it"),
  "no_label.csv": (b"comment_text,label_of_it\nx,1\n", "toxicity", "label_of_it"),
  "no_positive.csv": (GOOD.replace(",1", ",0").encode(), "positive", "toxicity"),
  "no_term.csv": (GOOD.replace(" her", " it").encode(), "identity_en", "term"),
  "above_one.csv": ((GOOD + "x,1.5\n").encode(), "1.5", "102"),
  "no_number.csv": ((GOOD + "x,high\n").encode(), "toxicity", "102"),
  "nan.csv": ((GOOD + "x,nan\n").encode(), "nan", "102"),
  "latin1.csv": (GOOD.encode() + b"caf\xe9,1\n", "UTF-8", "102"),
  "unclosed.csv": ((GOOD + '"never closed,1\n').encode(), "unclosed.csv", "quot"),
  "extra_field.csv": ((GOOD + "a,1,2\n").encode(), "extra_field.csv", "102"),
  "split.csv": (
    b"comment_text,toxicity,split\nx,1,trian\n",
    "of 5 characters",
    "split",
  ),
  "noise.csv.gz": (noise(1), "noise.csv.gz", "gzip"),
  "half.csv.gz": (gzip.compress(GOOD.encode() * 9)[:-40], "half.csv.gz", ""),
  "noise.parquet": (noise(2), "noise.parquet", ""),
  "noise.tfrecord": (noise(3), "noise.tfrecord", ""),
}


def run(*args):
  return CliRunner().invoke(cli, ["run", *map(str, args)])


@pytest.mark.parametrize("name", CASES)
def test_a_faulty_file(name, tmp_path):
  content, *expected = CASES[name]
  path = tmp_path / name
  if content == "folder":
    path.mkdir()
  elif content is not None:
    path.write_bytes(content)
  result = run("--comments", path, "--output", tmp_path / "out")
  assert result.exit_code == 2, result.output
  message = result.stderr.split("Error: ", 1)[1].strip()
  assert len(message.splitlines()) == 1, message
  for part in expected:
    assert part in message
  assert "Traceback" not in result.output
  assert "while running" not in message
  assert not (tmp_path / "out" / "summary.json").exists()
  assert not (tmp_path / "out" / "serving_model").exists()


def test_a_corrected_file_is_read_again(tmp_path):
  path = tmp_path / "comments.csv"
  path.write_text(GOOD + "x,high\n")
  options = ["--comments", path, "--output", tmp_path / "out", "--epochs", 1]
  options += ["--baseline", "none", "--max-flip-rate", 1, "--min-pairs", 1]
  options += ["--harm-gate", "off"]
  assert run(*options).exit_code == 2
  path.write_text(GOOD)
  result = run(*options)
  # The comments are read and evaluated; with so few, any AUC is possible.
  assert result.exit_code in (0, 3), result.output


def test_a_model_function_that_is_not_there(tmp_path):
  result = run("--output", tmp_path / "out", "--model-fn", "nowhere.build_model")
  assert result.exit_code == 2
  assert "nowhere" in result.stderr


def test_an_output_folder_that_cannot_be_written(tmp_path):
  (tmp_path / "file").write_text("")
  result = run("--output", tmp_path / "file" / "out")
  assert result.exit_code == 2
  assert "cannot be written" in result.stderr


def test_comments_that_do_not_fit_the_schema_stop_before_training(tmp_path):
  (tmp_path / "comments.csv").write_text(GOOD)
  schema = tmp_path / "schema.pbtxt"
  schema.write_text('feature { name: "author" type: BYTES presence { min_count: 1 } }')
  result = run(
    *("--comments", tmp_path / "comments.csv"),
    *("--schema", schema, "--output", tmp_path / "out"),
  )
  assert result.exit_code == 2, result.output
  assert "--schema" in result.stderr
  assert "author" in result.stderr
  assert not (tmp_path / "out" / "pipeline_root" / "Trainer").exists()
