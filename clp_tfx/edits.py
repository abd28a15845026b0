"""Edits of a text: identity terms removed or replaced, and what that calls for."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from clp_tfx.english_articles import article_before, article_is_orphaned
from clp_tfx.english_words import NEUTRAL_HEADS
from clp_tfx.identity_terms import BLANKS
from clp_tfx.mentions import Mention

LINE_BREAKS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_OPENING = "([{<\u00ab\u2039\u201c\u2018\u201e\u201a\u00bf\u00a1\"'`"
_CLOSING = ")]}>\u00bb\u203a\u201d\u2019.,;:!?\u2026%\"'`"
_ARTICLE = re.compile(rf"(?<![^\s(\[\"\u201c\u2018'*_])(an?|the)[{BLANKS}]+\Z", re.I)
_ARTICLE_REACH = 12
_WORD = re.compile(rf"[{BLANKS}\"'\u2018\u201c(\[*_]*([\w'\u2019-]+)")
_FOLLOWING_REACH = 40
# An apostrophe after the s of a word closes a quote that was opened before it.
_OPEN_QUOTE = re.compile(r"(?<![^\s(\[])['\u2018](?!s\b)")
_QUOTE_REACH = 200
_NOUN_AFTER = re.compile(rf"[{BLANKS}]+[^\W\d_]")
_WORD_START = re.compile(r"(?<![^\s-])\S")


class Edit(NamedTuple):
  """A stretch of a text and what stands there instead.

  Attributes:
    start: Index of its first character in the original text.
    end: Index after its last one.
    replacement: What stands there instead; empty for a removal.
    term: The identity term, as the lexicon has it; empty where an edit only repairs
      what is around one.
    group: The term's group; empty as well then.
    label: The edit in short: `gay→`, `he→she`, `an→a`; on the left the term.
    rule: What was done, or how it was chosen: a name from docs/counterfactuals.md.
    confidence: How likely this is what a writer would have done, from 0 to 1.
  """

  start: int
  end: int
  replacement: str
  term: str
  group: str
  label: str
  rule: str
  confidence: float


class Replacement(NamedTuple):
  """What to put in the place of a mention.

  Attributes:
    mention: The mention.
    end: Index up to which it is replaced; what follows stays.
    term: What replaces it, as the lexicon has it.
    rule: How it was chosen.
    confidence: How likely it is right, from 0 to 1.
    english: Whether English grammar applies.
  """

  mention: Mention
  end: int
  term: str
  rule: str
  confidence: float
  english: bool


class Removal(NamedTuple):
  """A mention to leave out.

  Attributes:
    mention: The mention.
    noun: Whether it is a noun and cannot be an adjective.
    english: Whether English grammar applies.
  """

  mention: Mention
  noun: bool
  english: bool


def applied(text: str, edits: Iterable[Edit]) -> str:
  """Returns a text after edits that are in order and do not overlap."""
  pieces, end = [], 0
  for edit in edits:
    pieces += text[end : edit.start], edit.replacement
    end = edit.end
  pieces.append(text[end:])
  return "".join(pieces)


def removal_edits(text: str, removals: Iterable[Removal]) -> list[Edit]:
  """Returns the edits that remove mentions and repair what is around them.

  No blank is left that a mention alone called for, at the ends of a line, before
  punctuation or doubled; nor an article without its noun. Everything else stays as it
  is, line breaks and capitals included.

  Args:
    text: The text.
    removals: In order, not overlapping.
  """
  edits: list[Edit] = []
  for run in _runs(text, removals):
    edits += _run_edits(text, run, edits[-1].end if edits else 0)
  return edits


def without_head(text: str, mention: Mention) -> Mention:
  """Returns a mention without the head that names no identity, and with a bare '.

  Of "black people" it is "black"; of "ladies" in "the ladies' room" it is "ladies'".
  """
  words = (
    text[mention.start : mention.term_end].rsplit(None, 1)
    if " " in mention.term
    else ()
  )
  if len(words) == 2 and words[1].lower() in NEUTRAL_HEADS:
    end = mention.start + len(words[0])
    return mention._replace(end=end, term_end=end)
  if _bare_apostrophe(text, mention):
    return mention._replace(end=mention.end + 1)
  return mention


def _bare_apostrophe(text: str, mention: Mention) -> bool:
  """Tells whether an apostrophe that closes no quote makes a term possessive."""
  end = mention.end
  return (
    end == mention.term_end
    and text[end : end + 1] in ("'", "\u2019")
    and text[end - 1 : end] in ("s", "S")
    and not _OPEN_QUOTE.search(text, max(0, end - _QUOTE_REACH), end)
    and bool(_NOUN_AFTER.match(text, end + 1))
  )


def _runs(text: str, removals: Iterable[Removal]) -> Iterator[list[Removal]]:
  """Yields the removals that have nothing but blanks between them together."""
  run: list[Removal] = []
  for removal in removals:
    if run and text[run[-1].mention.end : removal.mention.start].strip(BLANKS):
      yield run
      run = []
    run.append(removal)
  if run:
    yield run


def _run_edits(text: str, run: list[Removal], after: int) -> Iterator[Edit]:
  last = run[-1]
  units = [
    (
      removal.mention.start,
      removal.mention.term,
      removal.mention.group,
      "removal" if removal.english else "no grammar",
      1.0,
    )
    for removal in run
  ]
  end = last.mention.end
  article = _article(text, after, units[0][0]) if run[0].english else None
  if article:
    right = text[end : end + _FOLLOWING_REACH].lstrip(BLANKS)
    noun = last.noun and last.mention.end == last.mention.term_end
    if article_is_orphaned(right, noun):
      units.insert(
        0, (article.start(1), "", article[1].lower(), "orphaned article", 0.9)
      )
    else:
      yield from _article_edit(text, article, right)
  gap_start, gap_end = _gap(text, units[0][0], end)
  starts = [gap_start, *(unit[0] for unit in units[1:])]
  ends = [*starts[1:], gap_end]
  for start, end, (_, term, group, rule, confidence) in zip(
    starts, ends, units, strict=True
  ):
    if term:
      yield Edit(start, end, "", term, group, f"{term}\u2192", rule, confidence)
    else:
      yield Edit(start, end, "", "", "", f"{group}\u2192", rule, confidence)


def _gap(text: str, start: int, end: int) -> tuple[int, int]:
  """Returns what to remove, with its blanks, where a stretch of text goes."""
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
    return start, right  # Its indentation stays.
  if left == start and text[left - 1] in _OPENING:
    return left, right
  if left < start:
    return left + 1, right
  return left, max(right - 1, end)


def substitution_edits(text: str, replacements: Iterable[Replacement]) -> list[Edit]:
  """Returns the edits that replace mentions and repair the articles before them.

  Args:
    text: The text.
    replacements: In order, not overlapping.
  """
  edits: list[Edit] = []
  for item in replacements:
    mention = item.mention
    original = text[mention.start : item.end]
    new, end = _cased(item.term, original), item.end
    if item.english:
      new, end = _possessive(text, item, new)
      article = _article(text, edits[-1].end if edits else 0, mention.start)
      if article:
        edits += _article_edit(text, article, new)
    edits.append(
      Edit(
        mention.start,
        end,
        new,
        mention.term,
        mention.group,
        f"{mention.term}\u2192{item.term}",
        item.rule,
        item.confidence,
      )
    )
  return edits


def _cased(term: str, original: str) -> str:
  """Returns a term in the case of what it replaces: lower, Title or UPPER."""
  if original.islower():
    return term
  if original.isupper() and len(original) > 1:
    return term.upper()
  if not original[:1].isupper():
    return term
  if original.istitle():
    return _WORD_START.sub(lambda match: match[0].upper(), term)
  return term[:1].upper() + term[1:]


def _possessive(text: str, item: Replacement, new: str) -> tuple[str, int]:
  """Returns a replacement with its possessive ending, and where what it replaces ends.

  The s of 's goes and comes where one of the two is a plural in -s and the other is
  not: "men's" and "ladies'", "princess'" and "prince's".
  """
  mention, end = item.mention, item.end
  clitic = text[end : mention.end]
  if not clitic and end == mention.term_end and _bare_apostrophe(text, mention):
    if new[-1:] not in ("s", "S"):
      return new + text[end] + ("S" if new.isupper() else "s"), end + 1
  elif clitic[1:].lower() == "s" and _is_plural(new) and not _is_plural(mention.term):
    return new + clitic[0], mention.end
  return new, end


def _is_plural(word: str) -> bool:
  word = word.lower()
  return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _article(text: str, after: int, start: int) -> re.Match[str] | None:
  """Returns the article before a position, if one is there and no edit has it."""
  if start < 2 or text[start - 1] not in BLANKS:
    return None
  return _ARTICLE.search(text, max(after, start - _ARTICLE_REACH), start)


def _article_edit(text: str, article: re.Match[str], following: str) -> Iterator[Edit]:
  """Yields an edit where an article does not go with what follows it now."""
  old, word = article[1], _WORD.match(following)
  if old.lower() == "the" or not word:
    return
  new = article_before(word[1], spelled=not old.isupper() or not word[1].isupper())
  if new == old.lower():
    return
  if old == "AN" or (old == "A" and word[1].isupper() and len(word[1]) > 1):
    cased = new.upper()
  else:
    cased = new.capitalize() if old[0] == "A" else new
  label = f"{old.lower()}\u2192{new}"
  yield Edit(article.start(1), article.end(1), cased, "", "", label, "a or an", 0.95)
