import io
import json

import pytest
from click.testing import CliRunner
from rich.console import Console

from clp_tfx.cli import cli
from clp_tfx.cli.preview import _highlighted, _lines
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError


def preview(*args, **options):
  result = CliRunner().invoke(cli, ["preview", *map(str, args)], **options)
  assert result.exit_code == 0, result.output
  return result.stdout


def test_json_is_an_object_per_text_and_line():
  first, second = map(
    json.loads,
    preview("--json", "I'm a gay artist", "No term.\nTwo lines").splitlines(),
  )
  assert first == {
    "text": "I'm a gay artist",
    "counterfactuals": [
      {
        "text": "I'm an artist",
        "group": "sexual_orientation/homosexual",
        "edit": "a→an;gay→",
        "confidence": 0.95,
        "edits": [
          {
            "original": "a",
            "start": 4,
            "end": 5,
            "replacement": "an",
            "term": "",
            "group": "",
            "label": "a→an",
            "rule": "a or an",
            "confidence": 0.95,
          },
          {
            "original": "gay ",
            "start": 6,
            "end": 10,
            "replacement": "",
            "term": "gay",
            "group": "sexual_orientation/homosexual",
            "label": "gay→",
            "rule": "removal",
            "confidence": 1.0,
          },
        ],
      }
    ],
    "skipped": None,
  }
  assert second == {
    "text": "No term.\nTwo lines",
    "counterfactuals": [],
    "skipped": None,
  }


def test_reads_one_text_per_line_from_the_standard_input():
  lines = preview("--json", input=b"She left.\r\n\nHe \xff left.").splitlines()
  texts = [json.loads(line)["counterfactuals"] for line in lines]
  assert [[each["text"] for each in found] for found in texts] == [
    ["left."],
    [],
    ["\udcff left."],
  ]


def test_without_text_at_a_terminal(monkeypatch):
  class Terminal(io.StringIO):
    def isatty(self):
      return True

  monkeypatch.setattr("sys.stdin", Terminal())
  with pytest.raises(InputError, match="give TEXT in quotes"):
    _lines()


def test_options(tmp_path):
  lexicon = tmp_path / "terms.csv"
  lexicon.write_text(
    "term,group,counterparts,connotation\ncat,c,dog|cow,\ndog,d,,\ncow,e,,\nrat,f,,\n"
  )
  more = tmp_path / "more.csv"
  more.write_text("term,group,connotation\nvermin,f,pejorative\n")

  def texts(text, *options):
    found = json.loads(preview("--identity-terms", lexicon, "--json", *options, text))
    return [each["text"] for each in found["counterfactuals"]] or found["skipped"]

  assert texts("a cat", "--method", "substitution") == ["a dog", "a cow"]
  assert texts("a cat", "--method", "substitution", "--max-counterfactuals", 1) == [
    "a dog"
  ]
  assert texts("a rat", "--method", "substitution") == "no_counterpart"
  assert texts("cat vermin", "--pejorative-terms", more) == "pejorative"
  assert texts("cat vermin") == ["vermin"]
  assert texts("a cat", "--min-confidence", 0.95) == "low_confidence"


def test_for_people():
  shown = preview("I'm a gay artist", "Nobody")
  assert "I'm an artist" in shown
  assert "a→an;gay→" in shown
  assert "a or an (0.95)" in shown
  assert "no identity term" in shown


def test_edits_are_highlighted_and_control_characters_are_not_sent():
  generator = CounterfactualGenerator(IdentityTerms.load("identity_en"), "substitution")
  text = "\x1b[31m She [bold] left"
  (found,) = generator.generate(text)
  output = io.StringIO()
  Console(file=output, force_terminal=True, color_system="standard").print(
    _highlighted(text, found)
  )
  # Struck through in red, then green; the escape sequence in the text is neutralised.
  assert output.getvalue() == (
    "\ufffd[31m \x1b[9;31mShe\x1b[0m\x1b[32mHe\x1b[0m [bold] left\n"
  )
