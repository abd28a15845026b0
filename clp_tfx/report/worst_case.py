"""Lays out the section on the worst case over the terms of a role."""

import os.path
from typing import Any

from clp_tfx.report import formats

_ALL = "All comments"
_BESIDE, _LONGEST = 120, 400
"""Characters to show beside what differs between two texts, and altogether."""


def worst_case_section(summary: dict[str, Any]) -> dict[str, Any] | None:
  """Returns what the section shows, or None if nothing was to be measured.

  Args:
    summary: With `worst_case`, as `clp_tfx.evaluation` writes it, or without.

  Returns:
    `inactive`, a sentence that is empty if there are figures; `comments` and
    `variants`, their numbers; `rows`, all comments and those of each dimension, with a
    `name`, the number of `comments` and the formatted `before` and `after`, each with
    its interval; `terms` that change most decisions, and the `texts` with the lowest
    and the highest score of one comment.
  """
  found = summary.get("worst_case")
  if not found:
    return None
  if found["inactive"] or not found["comments"]:
    sentence = found["inactive"] or (
      "The worst case over terms was not measured: no comment has a term that another "
      "one of its role can stand for."
    )
    return {"inactive": sentence}
  before, after = found["baseline"], found["model"]
  rows = {_ALL: (found["comments"], before, after)}
  for name, figures in after["by_dimension"].items():
    of_baseline = before and before["by_dimension"][name]
    rows[name.replace("_", " ")] = (figures["comments"], of_baseline, figures)
  widest = after["widest"]
  return {
    "inactive": "",
    "comments": found["comments"],
    "variants": found["variants"],
    "stable": formats.percent(after["stable"]),
    "rows": [_row(name, *figures) for name, figures in rows.items()],
    "terms": after["terms"],
    "texts": _shortened([widest["lowest"], widest["highest"]]),
  }


def _shortened(ends: list[dict[str, Any]]) -> list[dict[str, Any]]:
  """Shortens two texts to the part in which they differ, and what is beside it."""
  texts = [each["text"] or "" for each in ends]
  start = max(0, len(os.path.commonprefix(texts)) - _BESIDE)
  alike = len(os.path.commonprefix([text[::-1] for text in texts]))
  shown = []
  for text in texts:
    end = min(len(text) - max(0, alike - _BESIDE), start + _LONGEST)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shown.append(f"{before}{text[start:end]}{after}")
  return [{**each, "text": text} for each, text in zip(ends, shown, strict=True)]


def _row(
  name: str, comments: int, before: dict[str, Any] | None, after: dict[str, Any]
) -> dict[str, Any]:
  row: dict[str, Any] = {"name": name, "comments": comments}
  for key, figures in (("before", before or {}), ("after", after)):
    row[key] = formats.percent(figures.get("stable"))
    row[f"{key}_interval"] = formats.interval(figures.get("stable_bounds"))
  return row
