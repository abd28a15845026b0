"""The commands, code and links of the pages: options exist, code compiles."""

import re
import shlex
from pathlib import Path

import click
import pytest

from clp_tfx.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
# Stands for the rest of a command, and for a value that only users know.
LEFT_OUT = "…"


def commands(text):
  """Yields the commands of a page, each as a list of words."""
  lines = re.sub(r"\\\n\s+", "", text).splitlines()
  for line in lines:
    if line.startswith("    ") or not line.startswith(("#", " ")):
      line = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
      if line.startswith("clp-tfx "):
        yield shlex.split(re.split(r"[|>]", line)[0], comments=True)


def shown():
  for page in PAGES:
    for words in commands(page.read_text(encoding="utf-8")):
      yield pytest.param(words, id=f"{page.name}: {' '.join(words)}"[:90])


def test_commands_are_found():
  first = "    clp-tfx a --b 'c d' \\\n      --e f   # g\n"
  text = f"{first}\n    .venv/bin/clp-tfx h > i\nclp-tfx j\n"
  assert [*commands(text)] == [
    ["clp-tfx", "a", "--b", "c d", "--e", "f"],
    ["clp-tfx", "h"],
    ["clp-tfx", "j"],
  ]
  assert len([*shown()]) > 30


@pytest.mark.parametrize("words", shown())
def test_commands_are_understood(words):
  parse(*words[1:])


@pytest.mark.parametrize(
  "words", [["run", "--no-such"], ["run", "--epochs"], ["run", "--epochs", "one"]]
)
def test_what_is_wrong_is_found(words):
  with pytest.raises(click.UsageError):
    parse(*words)


def parse(name, *given):
  if name.startswith("--"):
    return
  command = cli.commands[name]
  context = click.Context(command, info_name=name)
  # Unknown options and missing values are errors here.
  values, _, _ = command.make_parser(context).parse_args(
    [word for word in given if word != LEFT_OUT]
  )
  for option in command.params:
    value = values.get(option.name)
    if value not in (None, LEFT_OUT) and not isinstance(option, click.Argument):
      option.type_cast_value(context, value)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_compiles(page):
  blocks = re.findall(
    r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S
  )
  for block in blocks:
    compile(block, page.name, "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_what_is_there(page):
  text = page.read_text(encoding="utf-8")
  for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    assert file.exists(), target
    if anchor and file.suffix == ".md":
      assert anchor in anchors(file.read_text(encoding="utf-8")), target


def anchors(text):
  """Returns the anchors of a page's titles, as GitHub makes them."""
  titles = re.findall(r"^#+ (.*)", text, re.M)
  words = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
  return {each.replace(" ", "-") for each in words}
