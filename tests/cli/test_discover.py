"""clp-tfx discover prints the words that move scores, or JSON, and writes a draft."""

import json

import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli

from ..evaluation.models import text_model

COMMENTS = "comment_text\nA [red] gay\x1b[31m person\nNot bad at all\n"


def discover(*arguments):
  return CliRunner().invoke(cli, ["discover", *map(str, arguments)])


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
  folder = tmp_path_factory.mktemp("discover")
  lexicon = folder / "none.csv"
  lexicon.write_text("term,group\nwoman,gender\n")
  comments = folder / "comments.csv"
  comments.write_text(COMMENTS)
  return (
    *(text_model(folder / "model"), "--comments", comments),
    *("--identity-terms", lexicon, "--min-comments", 1, "--max-share", 1),
  )


def test_a_table_and_a_draft(arguments, tmp_path):
  draft = tmp_path / "draft.csv"
  result = discover(*arguments, "--output", draft)

  assert result.exit_code == 0, result.output
  # Gay adds .5, and bad .375, to a score of 0.
  rows = [line for line in result.output.splitlines() if "│" in line]
  assert [row.split("│")[1].strip() for row in rows] == ["gay", "bad"]
  assert "A [red] gay" in rows[0] and "\x1b" not in result.output
  assert result.output.endswith("keep what names people, and give it a group.\n")
  assert draft.read_text() == "term,group\ngay,undecided\nbad,undecided\n"


def test_json(arguments):
  result = discover(*arguments, "--json")

  words = json.loads(result.output[result.output.index("[\n") :])
  assert [(word["word"], word["texts"]) for word in words] == [("gay", 1), ("bad", 1)]
  assert words[1]["example"] == "Not bad at all"


def test_nothing_found_is_said(arguments):
  *others, _, _ = arguments  # Without --max-share 1.
  result = discover(*others)
  assert result.output.endswith("(--min-comments).\n") and "word ┃" not in result.output


def test_bad_usage_is_a_sentence(tmp_path):
  result = discover(tmp_path / "none", "--comments", tmp_path / "none.csv")
  assert result.exit_code == 2
  assert "Traceback" not in result.output
