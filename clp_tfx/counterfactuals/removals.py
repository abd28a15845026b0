"""Removes identity terms from a text and repairs what is around them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.articles import article_is_orphaned
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.repairs import (
  article_at,
  article_edits,
  has_bare_apostrophe,
)

LINE_BREAKS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_OPENING = "([{<\u00ab\u2039\u201c\u2018\u201e\u201a\u00bf\u00a1\"'`"
_CLOSING = ")]}>\u00bb\u203a\u201d\u2019.,;:!?\u2026%\"'`"
_FOLLOWING_REACH = 40


class Removal(NamedTuple):
  """A mention to remove.

  Attributes:
    mention: The mention.
    noun: Whether it is always a noun.
    english: Whether English grammar applies.
  """

  mention: Mention
  noun: bool
  english: bool


def removal_edits(text: str, removals: Iterable[Removal]) -> list[Edit]:
  """Returns the edits that remove mentions and repair what is around them.

  A removal leaves no blanks at the ends of a line or before punctuation, no doubled
  blanks and no article without its noun. Everything else stays as it is, including line
  breaks and capitals.

  Args:
    text: The text.
    removals: Removals, in order and not overlapping.
  """
  edits: list[Edit] = []
  units: list[_Unit] = []
  end = 0
  for run in _runs(text, removals):
    repairs, found = _units(text, run, end)
    # A removed article can directly follow the previous removal: "he's a boy".
    if repairs or text[end : found[0].start].strip(BLANKS) or not units:
      edits += _unit_edits(text, units, end)
      edits += repairs
      units = []
    units += found
    end = run[-1].mention.end
  return edits + _unit_edits(text, units, end)


def without_head(text: str, mention: Mention) -> Mention:
  """Returns a mention without a neutral last word, or with a bare apostrophe.

  "black people" becomes "black"; "ladies" in "the ladies' room" becomes "ladies'".
  """
  words = (
    text[mention.start : mention.term_end].rsplit(None, 1)
    if " " in mention.term
    else ()
  )
  if len(words) == 2 and words[1].lower() in NEUTRAL_HEADS:
    end = mention.start + len(words[0])
    return mention._replace(end=end, term_end=end)
  if has_bare_apostrophe(text, mention):
    return mention._replace(end=mention.end + 1)
  return mention


def _runs(text: str, removals: Iterable[Removal]) -> Iterator[list[Removal]]:
  """Yields groups of removals that have only blanks between them."""
  run: list[Removal] = []
  for removal in removals:
    if run and text[run[-1].mention.end : removal.mention.start].strip(BLANKS):
      yield run
      run = []
    run.append(removal)
  if run:
    yield run


class _Unit(NamedTuple):
  """The start of a word to remove, and the values of its edit."""

  start: int
  term: str
  group: str
  label: str
  rule: str
  confidence: float


def _units(text: str, run: list[Removal], after: int) -> tuple[list[Edit], list[_Unit]]:
  """Returns the edits of the article before a run, and the words to remove."""
  units = [
    _Unit(
      removal.mention.start,
      removal.mention.term,
      removal.mention.group,
      f"{removal.mention.term}\u2192",
      "removal" if removal.english else "no grammar",
      removal.mention.confidence,
    )
    for removal in run
  ]
  article = article_at(text, after, units[0].start) if run[0].english else None
  if not article:
    return [], units
  last = run[-1]
  end = last.mention.end
  right = text[end : end + _FOLLOWING_REACH].lstrip(BLANKS)
  if not article_is_orphaned(right, last.noun and end == last.mention.term_end):
    return list(article_edits(text, article, right)), units
  label = f"{article[1].lower()}\u2192"
  return [], [_Unit(article.start(1), "", "", label, "orphaned article", 0.9), *units]


def _unit_edits(text: str, units: list[_Unit], end: int) -> list[Edit]:
  """Returns the edits that remove neighbouring words; the last one ends at `end`."""
  if not units:
    return []
  start, end = _gap(text, units[0].start, end)
  bounds = [start, *[unit.start for unit in units[1:]], end]
  return [
    Edit(bounds[index], bounds[index + 1], "", *unit[1:])
    for index, unit in enumerate(units)
  ]


def _gap(text: str, start: int, end: int) -> tuple[int, int]:
  """Extends a removed part of a text by the blanks to remove with it."""
  left, right = start, end
  while left and text[left - 1] in BLANKS:
    left -= 1
  while right < len(text) and text[right] in BLANKS:
    right += 1
  starts_line = not left or text[left - 1] in LINE_BREAKS
  ends_line = right == len(text) or text[right] in LINE_BREAKS
  if ends_line:
    return (left, right) if starts_line else (left, end)
  if right == end and text[right] in _CLOSING:
    return left, right
  if starts_line:
    return start, right  # The indentation stays.
  if left == start and text[left - 1] in _OPENING:
    return left, right
  if left < start:
    return left + 1, right
  return left, max(right - 1, end)
