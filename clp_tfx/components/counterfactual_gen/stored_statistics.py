"""How many texts have terms, what was made of them, and what was left out."""

import json
import posixpath
from collections.abc import Callable
from typing import Any, TextIO

from rich.table import Table

from clp_tfx.errors import InputError

FILE_NAME = "counterfactual_statistics.json"
TEXTS = "texts"
MATCHED = "texts_matched"
COUNTERFACTUALS = "counterfactuals"
SKIPPED = "skipped"
RULES = "rules"


def load_statistics(
  folder: str,
  open_file: Callable[[str], TextIO] = lambda path: open(path, encoding="utf-8"),  # noqa: SIM115
) -> dict[str, Any]:
  """Reads the statistics that CounterfactualGen wrote.

  Args:
    folder: The artifact's folder.
    open_file: Opens a path for reading text, where paths are not all local.

  Returns:
    `{"splits": {split: counts}}`, where counts are `texts`, `texts_matched` (those with
    a term), `counterfactuals`, `skipped` (texts by reason), `rules` (edits by rule),
    and `groups` and `terms`: by name the same counts without `texts`, of the texts
    that name the group or have the term.

  Raises:
    InputError: If there are none.
  """
  path = posixpath.join(folder, FILE_NAME)
  try:
    with open_file(path) as file:
      return json.load(file)
  # Remote file systems raise errors of their own for what is missing or forbidden.
  except Exception as error:
    raise InputError(
      f"Expected {path} to hold statistics of counterfactuals, but it cannot be read "
      f"({error}): run the pipeline again."
    ) from error


def statistics_table(statistics: dict[str, Any]) -> Table:
  """Returns statistics as a table: a row per split, group and term."""
  table = Table(title="Counterfactuals")
  for column in ("", "texts", "with terms", "counterfactuals", "skipped", "rules"):
    is_text = column in ("", "skipped", "rules")
    table.add_column(column, justify="left" if is_text else "right")
  for split, counts in statistics["splits"].items():
    table.add_section()
    table.add_row(split, f"{counts[TEXTS]:,}", *_cells(counts), style="bold")
    for kind in ("groups", "terms"):
      for name, inner in counts[kind].items():
        table.add_row(f"  {name}", "", *_cells(inner))
  return table


def _cells(counts: dict[str, Any]) -> list[str]:
  listed = [
    ", ".join(f"{name} {number:,}" for name, number in counts[key].items())
    for key in (SKIPPED, RULES)
  ]
  return [f"{counts[MATCHED]:,}", f"{counts[COUNTERFACTUALS]:,}", *listed]
