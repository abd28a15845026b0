"""clp-tfx preview: shows the counterfactuals of a text."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from clp_tfx.cli.options import for_people, given, options_of, printable
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import CounterfactualOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.outcome import (
  NO_COUNTERPART,
  PEJORATIVE,
  Counterfactual,
  Outcome,
)
from clp_tfx.errors import InputError
from clp_tfx.options import made

_NONE = {
  "": "no identity term, no counterfactual",
  PEJORATIVE: "a pejorative term: no counterfactual",
  NO_COUNTERPART: "no term with a counterpart: no counterfactual",
}


@click.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@options_of(
  CounterfactualOptions, "counterfactual_fn", "only_when_label_below", "no_match"
)
@click.option(
  "--json", "as_json", is_flag=True, help="Print one line of JSON per text."
)
def preview(texts: tuple[str, ...], as_json: bool, **options: Any) -> None:
  """Prints the counterfactuals and edits of each text.

  Without TEXT, reads one text per line from standard input.
  """
  with for_people():
    chosen = made(CounterfactualOptions, given(options))
    generator = CounterfactualGenerator(
      IdentityTerms.load(chosen.identity_terms),
      chosen.method,
      chosen.max_counterfactuals,
      chosen.min_confidence,
      chosen.pejorative_terms,
    )
    lines = iter(texts) if texts else _lines()
  console = Console(soft_wrap=True, highlight=False)
  for text in lines:
    outcome = generator.outcome(text)
    if as_json:
      # Bytes that are not UTF-8 are escaped so that JSON parsers can read them.
      shown = json.dumps(_as_dict(text, outcome), ensure_ascii=not _is_utf8(text))
      click.echo(shown)
    else:
      _print(console, text, outcome)


def _lines() -> Iterator[str]:
  """Returns the lines of standard input without line endings."""
  if sys.stdin.isatty():
    raise InputError(
      "Expected a text or piped input, but found neither: give TEXT in quotes, or pipe "
      "one text per line into this command."
    )
  lines = sys.stdin.buffer
  return (line.rstrip(b"\r\n").decode("utf-8", "surrogateescape") for line in lines)


def _is_utf8(text: str) -> bool:
  return not any("\ud800" <= character <= "\udfff" for character in text)


def _as_dict(text: str, outcome: Outcome) -> dict:
  return {
    "text": text,
    "counterfactuals": [
      {
        "text": each.text,
        "group": each.group,
        "edit": each.edit,
        "confidence": each.confidence,
        "edits": [
          {"original": text[edit.start : edit.end], **edit.as_dict()}
          for edit in each.edits
        ],
      }
      for each in outcome.counterfactuals
    ],
    "skipped": outcome.skipped or None,
  }


def _print(console: Console, text: str, outcome: Outcome) -> None:
  console.print(Text(printable(text), "bold"))
  for each in outcome.counterfactuals:
    # Without colours, removed text would look like kept text.
    colours = console.is_terminal and not console.no_color
    shown = _highlighted(text, each) if colours else Text(printable(each.text))
    console.print(Text("  ") + shown)
    console.print(Text(f"    edited: {each.edit}  (group: {each.group})", "dim"))
    for edit in each.edits:
      line = f"    {edit.label}  {edit.rule} ({edit.confidence:.2f})"
      console.print(Text(line, "dim"))
  if not outcome.counterfactuals:
    reason = _NONE.get(outcome.skipped, "only counterfactuals of low confidence")
    console.print(Text(f"  {reason}", "yellow"))


def _highlighted(text: str, counterfactual: Counterfactual) -> Text:
  """Returns a text with removed parts struck out and inserted parts in green."""
  marked, end = Text(), 0
  for edit in counterfactual.edits:
    marked.append(printable(text[end : edit.start]))
    marked.append(printable(text[edit.start : edit.end]), "red strike")
    marked.append(printable(edit.replacement), "green")
    end = edit.end
  return marked.append(printable(text[end:]))
