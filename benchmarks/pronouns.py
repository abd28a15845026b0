"""Measures how often the rules find the right role of "her" and "his".

python benchmarks/pronouns.py FILE... [--errors N] [--json OUTPUT]

Reads English treebanks in CoNLL-U (Universal Dependencies; .conllu), and CSV files with
the columns text, pronoun, index (which occurrence of it, from 0) and role. Prints a
table with a row per file and pronoun and the first N errors of each, and writes all
figures as JSON. Exits with 1 if a target is missed.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.counterfactuals.english import role_of

ROLES = {
  "her": frozenset({"object", "possessive_determiner"}),
  "his": frozenset({"possessive_determiner", "possessive_pronoun"}),
}
BARS = {"her": 0.94, "his": 0.985}


class Case(NamedTuple):
  """A pronoun in a sentence and its role."""

  text: str
  start: int
  pronoun: str
  role: str


class Token(NamedTuple):
  """The fields of a treebank word that this benchmark needs."""

  form: str
  start: int
  upos: str
  xpos: str
  features: frozenset[str]
  relation: str


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--errors", "shown", default=20, help="Errors to print for each pronoun.")
@click.option("--json", "output", type=click.Path(), help="File for the figures.")
def main(paths: tuple[str, ...], shown: int, output: str | None) -> None:
  """Measures the rules on treebanks (.conllu) and annotated sentences (.csv)."""
  console = Console(soft_wrap=True)
  table = Table("file", "pronoun", "cases", "right", "accuracy", "target")
  figures = []
  for path in paths:
    read = from_conllu if path.endswith((".conllu", ".conll")) else from_csv
    cases = list(read(Path(path).read_text(encoding="utf-8")))
    for pronoun in ROLES:
      some = [case for case in cases if case.pronoun == pronoun]
      if some:
        figures.append({"file": Path(path).name, "pronoun": pronoun, **measured(some)})
  for each in figures:
    table.add_row(
      each["file"],
      each["pronoun"],
      str(each["cases"]),
      str(each["right"]),
      f"{each['accuracy']:.1%}",
      f"{BARS[each['pronoun']]:.1%}",
    )
    console.print(f"[bold]{each['file']}: {each['pronoun']}")
    for error in each["errors"][:shown]:
      console.print(escape(f"  {error['role']} taken for {error['taken_for']}"))
      console.print(escape(f"    {error['text']}  ({error['rule']})"))
  console.print(table)
  if output:
    Path(output).write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
  if any(each["accuracy"] < BARS[each["pronoun"]] for each in figures):
    raise SystemExit(1)


def measured(cases: list[Case]) -> dict:
  """Returns the accuracy of the rules, overall and by rule, and the errors."""
  errors, right, total = [], Counter(), Counter()
  for case in cases:
    end = case.start + len(case.pronoun)
    found = role_of(ROLES[case.pronoun], case.text, case.start, end)
    total[found.rule] += 1
    right[found.rule] += found.role == case.role
    if found.role != case.role:
      marked = f"{case.text[: case.start]}[{case.text[case.start : end]}]"
      errors.append(
        {
          "text": marked + case.text[end:],
          "role": case.role,
          "taken_for": found.role,
          "rule": found.rule,
        }
      )
  return {
    "cases": len(cases),
    "right": len(cases) - len(errors),
    "accuracy": 1 - len(errors) / len(cases),
    "rules": {
      rule: {"cases": count, "right": right[rule]}
      for rule, count in total.most_common()
    },
    "errors": errors,
  }


def from_csv(content: str) -> Iterator[Case]:
  """Yields the annotated pronouns of a CSV file."""
  for row in csv.DictReader(content.splitlines(keepends=True)):
    pronoun = row["pronoun"].lower()
    found = re.finditer(rf"\b{re.escape(pronoun)}\b", row["text"], re.IGNORECASE)
    starts = [match.start() for match in found]
    if pronoun in ROLES and row["role"] in ROLES[pronoun]:
      yield Case(row["text"], starts[int(row["index"])], pronoun, row["role"])


def from_conllu(content: str) -> Iterator[Case]:
  """Yields every her and his in a treebank, with its annotated role."""
  for block in re.split(r"\n\s*\n", content.replace("\r\n", "\n")):
    text, tokens = _sentence(block)
    for token in tokens:
      pronoun = token.form.lower()
      if pronoun in ROLES:
        yield Case(text, token.start, pronoun, _role(token))


def _sentence(block: str) -> tuple[str, list[Token]]:
  """Returns the text of a sentence and its tokens with their positions."""
  lines = block.split("\n")
  rows = [line.split("\t") for line in lines if re.match(r"\d+(?:-\d+)?\t", line)]
  known = [line[9:] for line in lines if line.startswith("# text = ")]
  text = known[0] if known else _joined(rows)
  tokens, position, limit, contracted = [], 0, len(text), 0
  for row in rows:
    first, _, last = row[0].partition("-")
    if int(first) > contracted:
      limit = len(text)
    start = text.find(row[1], position, limit)
    if start < 0:
      continue  # A part that is not written out in its word.
    if last:  # Its parts follow, each in its own row.
      contracted, position, limit = int(last), start, start + len(row[1])
      continue
    position = start + len(row[1])
    features = frozenset(row[5].split("|"))
    tokens.append(Token(row[1], start, row[3], row[4], features, row[7]))
  return text, tokens


def _joined(rows: list[list[str]]) -> str:
  text, contracted = "", 0
  for row in rows:
    first, _, last = row[0].partition("-")
    if int(first) > contracted:
      contracted = int(last or 0)
      text += row[1] + ("" if "SpaceAfter=No" in row[9] else " ")
  return text.rstrip(" ")


def _role(token: Token) -> str:
  """Returns the role of her or his from its relation, tag or features."""
  relation = token.relation
  determines = relation.split(":")[0] == "det" or relation == "nmod:poss"
  if token.form.lower() == "her":
    # A coordinated determiner ("her and his car") has a different relation.
    possessive = (
      token.xpos == "PRP$" or token.upos == "DET" or "Poss=Yes" in token.features
    )
    known = token.xpos in ("PRP", "PRP$") or token.features != {"_"}
    return (
      "possessive_determiner" if (possessive if known else determines) else "object"
    )
  if token.upos == "DET" or determines:
    return "possessive_determiner"
  beside = relation.split(":")[0] in ("conj", "goeswith", "reparandum", "flat", "fixed")
  if relation == "_" or (beside and token.xpos == "PRP$"):
    return "possessive_determiner" if token.xpos == "PRP$" else "possessive_pronoun"
  return "possessive_pronoun"


if __name__ == "__main__":
  main()
