"""Finds the edits of a text that was rewritten elsewhere, by comparison."""

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.mentions import Mention

# Words, runs of white space and single other characters: edits cover whole words.
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Comparing takes quadratic time, so longer differences are a single edit.
_MOST_TOKENS = 500


def edits_between(
  text: str, rewritten: str, mentions: Sequence[Mention], rule: str
) -> list[Edit]:
  """Returns the edits that turn a text into another one.

  Each mention belongs to one edit: the first that touches it or, if the mention was
  left as it is, an empty edit at its start. So it counts for its term and group in any
  case.

  Args:
    text: The original.
    rewritten: The other text.
    mentions: The mentions in the original, in order and not overlapping.
    rule: Rule to record in the edits.

  Returns:
    The edits, in order and not overlapping; `applied` to the text, they give the other
    text. Edits without a mention have an empty term, group and label.
  """
  left, edits = list(mentions), []
  for start, end, replacement in _changes(text, rewritten):
    while left and left[0].end <= start:
      edits.append(_edit(left[0].start, left[0].start, "", rule, left.pop(0)))
    touched = []
    while left and left[0].start < end:
      touched.append(left.pop(0))
    # The first of several mentions gets the replacement; the others are removed.
    bounds = [start, *[mention.start for mention in touched[1:]], end]
    for place, mention in enumerate(touched or [None]):
      new = "" if place else replacement
      edits.append(_edit(bounds[place], bounds[place + 1], new, rule, mention))
  return edits + [_edit(each.start, each.start, "", rule, each) for each in left]


def _edit(
  start: int, end: int, replacement: str, rule: str, mention: Mention | None
) -> Edit:
  term, group = (mention.term, mention.group) if mention else ("", "")
  label = f"{term}\u2192\u2026" if mention else ""
  return Edit(start, end, replacement, term, group, label, rule, 1.0)


def _changes(text: str, rewritten: str) -> Iterator[tuple[int, int, str]]:
  """Yields start, end and replacement of each difference."""
  old, new = _TOKEN.findall(text), _TOKEN.findall(rewritten)
  first = _shared(old, new)
  last = _shared(old[first:][::-1], new[first:][::-1])
  at = list(itertools.accumulate(map(len, old), initial=0))[first:]
  old, new = old[first : len(old) - last], new[first : len(new) - last]
  for start, end, new_start, new_end in _differing(old, new):
    yield at[start], at[end], "".join(new[new_start:new_end])


def _shared(old: list[str], new: list[str]) -> int:
  """Returns the number of tokens that the two have in common at their start."""
  for length, (one, other) in enumerate(zip(old, new, strict=False)):
    if one != other:
      return length
  return min(len(old), len(new))


def _differing(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
  """Yields the ranges of old and new tokens that replace each other."""
  if max(len(old), len(new)) > _MOST_TOKENS:
    yield 0, len(old), 0, len(new)
    return
  matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
  for kind, *span in matcher.get_opcodes():
    if kind != "equal":
      yield tuple(span)
