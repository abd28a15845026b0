"""clp-tfx discover: words that raise scores and that no lexicon names."""

import json
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.cli.options import for_people, given, options_of, printable, quietly
from clp_tfx.evaluation.discover_config import DiscoverConfig

_EXAMPLE = 60


@click.command()
@click.argument("model", default="")
@options_of(DiscoverConfig, "model", "scores", "baseline")
@click.option("--json", "as_json", is_flag=True, help="Print the words as JSON.")
def discover(model: str, as_json: bool, **options: Any) -> None:
  """Finds words that raise a model's scores and that no lexicon names.

  Counterfactual Logit Pairing remedies the terms of a lexicon and no others. This
  command looks for what is missing: it removes words from comments that are not
  labelled positive, and lists those without which the score falls most. Many of them
  are insults. A person has to choose the words that name people and to give each a
  group: --output writes a draft.

  Exit codes: 0 done, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    config = DiscoverConfig(model=model, **given(options))
    with quietly() as terminal:
      print("Loading TensorFlow ...", file=terminal, flush=True)
      from clp_tfx.evaluation.discover import discover as discovered

      found = discovered(config, terminal)
  if as_json:
    words = [word._asdict() for word in found]
    click.echo(json.dumps(words, indent=2, ensure_ascii=False))
    return
  if found:
    Console().print(_table(found))
  else:
    click.echo("No word raises scores that is in enough comments (--min-comments).")
  if config.output:
    click.echo(f"Draft: {config.output}; keep what names people, and give it a group.")


def _table(found: list[Any]) -> Table:
  table = Table(title="Words that raise scores most")
  table.add_column("word")
  table.add_column("comments", justify="right")
  table.add_column("logit", justify="right")
  table.add_column("for example", overflow="ellipsis", no_wrap=True)
  for word in found:
    table.add_row(
      escape(printable(word.word)),
      f"{word.texts:,}",
      f"{word.effect:+.2f}",
      escape(printable(_around(word.example, word.word))),
    )
  return table


def _around(text: str, word: str) -> str:
  """Returns the part of a text that begins a little before the word."""
  start = max(0, text.lower().find(word) - _EXAMPLE // 2)
  part = " ".join(text[start : start + _EXAMPLE].split())
  return f"… {part}" if start else part
