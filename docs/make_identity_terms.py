"""Writes the table of what identity_en holds into docs/counterfactuals.md.

python docs/make_identity_terms.py [--check]

With --check it writes nothing and exits with 1 where the table is out of date.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from clp_tfx.counterfactuals import IdentityTerm, IdentityTerms

PAGE = Path(__file__).parent / "counterfactuals.md"
BEGIN, END = "<!-- identity_en -->\n", "<!-- /identity_en -->\n"
_ENDINGS = (
  ("wives", "wife"),
  ("women", "woman"),
  ("men", "man"),
  ("children", "child"),
  ("people", "person"),
  ("ies", "y"),
  ("es", ""),
  ("s", ""),
)


def lemma(row: IdentityTerm, known: set[tuple[str, str]]) -> str:
  """Returns the word that a term is a form of.

  Singular and plural are one lemma, and so are all names of one nation ("Briton",
  "British"), and a word and what begins with it in the same group ("black people").

  Args:
    row: The term's row.
    known: Terms with their groups.
  """
  if row.group.startswith("nationality/"):
    return row.group
  term = row.term
  for plural, singular in _ENDINGS:
    base = term.removesuffix(plural) + singular
    if term.endswith(plural) and (base, row.group) in known:
      term = base
      break
  first = term.split(" ")[0]
  return first if (first, row.group) in known else term


def counts(rows: Iterable[IdentityTerm]) -> dict[str, tuple[int, int, int, int]]:
  """Returns lemmas, forms, forms with counterparts and with senses, by dimension."""
  rows = list(rows)
  known = {(row.term, row.group) for row in rows}
  by_dimension: dict[str, list[IdentityTerm]] = {}
  for row in rows:
    by_dimension.setdefault(row.group.split("/")[0], []).append(row)
  return {
    dimension: (
      len({lemma(row, known) for row in some}),
      len({row.term for row in some}),
      len({row.term for row in some if row.counterparts}),
      len({row.term for row in some if any(row.sense)}),
    )
    for dimension, some in sorted(by_dimension.items())
  }


def table() -> str:
  """Returns the table."""
  by_dimension = counts(IdentityTerms.load("identity_en").terms)
  total = tuple(map(sum, zip(*by_dimension.values(), strict=True)))
  lines = [
    "| dimension | lemmas | forms | with counterparts | with sense rules |",
    "|---|---|---|---|---|",
  ]
  for name, numbers in (*by_dimension.items(), ("all", total)):
    lines.append(f"| {' | '.join(map(str, (name, *numbers)))} |")
  return "\n".join(lines) + "\n"


def main(*arguments: str) -> int:
  """Writes the table, or with --check compares it."""
  text = PAGE.read_text(encoding="utf-8")
  made = re.sub(
    f"(?s){BEGIN}.*?{END}", lambda _: BEGIN + "\n" + table() + "\n" + END, text
  )
  if "--check" in arguments:
    return int(made != text)
  PAGE.write_text(made, encoding="utf-8")
  return 0


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
