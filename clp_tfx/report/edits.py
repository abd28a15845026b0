"""Splits a flip's texts into pieces that show the edits."""

from collections.abc import Sequence
from typing import Any

KEPT, REMOVED, ADDED, ELIDED = "kept", "removed", "added", "elided"


def pieces(flip: dict[str, Any], context: int = 160) -> list[tuple[str, str]]:
  """Splits the texts of a flip into shared and edited pieces.

  Args:
    flip: A flip as kept by WorstFlips, with texts. If it has no edits (pairs made by a
      user function or stored by version 0.1), the whole texts count as edited.
    context: Characters of unchanged text to keep on each side of an edit; the rest is
      elided.

  Returns:
    Kind (`kept`, `removed`, `added` or `elided`) and text of each piece. If nothing is
    elided, kept and removed pieces make up the original, kept and added pieces the
    counterfactual.
  """
  original = flip["original"]
  if "edits" not in flip:
    found = [(REMOVED, original), (ADDED, flip["counterfactual"])]
  else:
    found = _marked(original, flip["edits"])
  found = [(kind, text) for kind, text in found if text]
  return [
    short
    for place, (kind, text) in enumerate(found)
    for short in _shortened(kind, text, context, place > 0, place < len(found) - 1)
  ]


def _marked(original: str, edits: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
  found, end = [], 0
  for edit in edits:
    if "feature" in edit:
      continue  # It is of another column.
    found += [
      (KEPT, original[end : edit["start"]]),
      (REMOVED, original[edit["start"] : edit["end"]]),
      (ADDED, edit["replacement"]),
    ]
    end = edit["end"]
  return [*found, (KEPT, original[end:])]


def _shortened(
  kind: str, text: str, context: int, after_edit: bool, before_edit: bool
) -> list[tuple[str, str]]:
  """Returns a piece; long kept text is shortened to its ends next to edits."""
  head = text[:context] if after_edit else ""
  tail = text[-context:] if before_edit else ""
  if kind != KEPT or len(text) <= len(head) + len(tail) + context // 4:
    return [(kind, text)]
  parts = [(KEPT, head), (ELIDED, "…"), (KEPT, tail)]
  return [(part, words) for part, words in parts if words]
