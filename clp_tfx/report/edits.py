"""What a counterfactual changed, as pieces of text to show."""

import difflib
import re

KEPT, REMOVED, ADDED, ELIDED = "kept", "removed", "added", "elided"

# Words, runs of blanks, and other characters one by one: edits show whole words.
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Comparing takes time quadratic in the tokens; longer differences are shown whole.
_MOST_TOKENS = 500


def pieces(
  original: str, counterfactual: str, context: int = 160
) -> list[tuple[str, str]]:
  """Cuts two texts into what they share and what differs.

  Args:
    original: A text.
    counterfactual: The text after edits.
    context: Characters of unchanged text kept on each side of an edit; what is further
      away is elided.

  Returns:
    Kind (`kept`, `removed`, `added` or `elided`) and text of each piece; kept and
    removed make up the original, kept and added the counterfactual, where nothing is
    elided.
  """
  old, new = _WORD.findall(original), _WORD.findall(counterfactual)
  start = _shared(old, new)
  end = _shared(old[start:][::-1], new[start:][::-1])
  found = [(KEPT, "".join(old[:start]))]
  found += _different(old[start : len(old) - end], new[start : len(new) - end])
  found.append((KEPT, "".join(old[len(old) - end :])))
  found = [(kind, text) for kind, text in found if text]
  return [
    short
    for place, (kind, text) in enumerate(found)
    for short in _shortened(kind, text, context, place > 0, place < len(found) - 1)
  ]


def _shared(old: list[str], new: list[str]) -> int:
  """Returns how many tokens the two start with in common."""
  for length, (one, other) in enumerate(zip(old, new, strict=False)):
    if one != other:
      return length
  return min(len(old), len(new))


def _different(old: list[str], new: list[str]) -> list[tuple[str, str]]:
  if max(len(old), len(new)) > _MOST_TOKENS:
    return [(REMOVED, "".join(old)), (ADDED, "".join(new))]
  matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
  found = []
  for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
    if kind == "equal":
      found.append((KEPT, "".join(old[old_from:old_to])))
    else:
      found += [
        (REMOVED, "".join(old[old_from:old_to])),
        (ADDED, "".join(new[new_from:new_to])),
      ]
  return found


def _shortened(
  kind: str, text: str, context: int, after_edit: bool, before_edit: bool
) -> list[tuple[str, str]]:
  """Returns a kept text's ends next to edits, with what is between them elided."""
  head = text[:context] if after_edit else ""
  tail = text[-context:] if before_edit else ""
  if kind != KEPT or len(text) <= len(head) + len(tail) + context // 4:
    return [(kind, text)]
  parts = [(KEPT, head), (ELIDED, "…"), (KEPT, tail)]
  return [(part, words) for part, words in parts if words]
