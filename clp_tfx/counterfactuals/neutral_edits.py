"""Rewrites a text so that it names no identity and stays English.

`neutral_words` chooses what stands for each mention, `neutral_joints` joins words that
have become the same, `neutral_spans` says what goes with a modifier; here articles and
capitals at the beginning of a sentence are repaired.
"""

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.articles import is_spelled
from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.neutral_doubts import doubt
from clp_tfx.counterfactuals.neutral_joints import (
  MOST_MODIFIERS,
  REACH,
  SENTENCE_ENDS,
  join_equals,
  told_apart,
)
from clp_tfx.counterfactuals.neutral_spans import is_kept, set_span
from clp_tfx.counterfactuals.neutral_words import NeutralWord, neutral_word
from clp_tfx.counterfactuals.repairs import (
  article_before_quotes,
  article_edits,
  cased,
  possessive,
)
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES

_NEIGHBOURS = re.compile(r"[^\W\d_]{2,}")
_OPENING = "\"'\u201c\u2018([*_ \t\u00a0-"


def neutral_edits(
  text: str, mentions: Iterable[tuple[Mention, frozenset[str]]], known: Known
) -> list[Edit]:
  """Returns the edits that make a text name no identity.

  Args:
    text: The text.
    mentions: Mentions, in order and not overlapping, with the roles that their terms
      have in the lexicon.
    known: The words of the lexicon.
  """
  words = [neutral_word(text, mention, roles, known) for mention, roles in mentions]
  for index, word in enumerate(words):
    if word.kind == "group" and is_kept(text, words, index, known):
      word.kind, word.new, word.start = "modifier", "", word.mention.start
    elif word.kind == "group":
      word.kind = "noun"
  repairs = [*join_equals(text, words)]
  for index, word in enumerate(words):
    if word.kind in ("modifier", "title", "predicate"):
      set_span(text, words, index, known)
  repairs += told_apart(text, words)
  doubt(text, words, known)
  end = 0
  for word in words:
    word.start = max(word.start, end)
    end = word.end = max(word.end, word.start)
  edits = [*_edits(text, words)]
  edits += _apart(edits, repairs)
  edits += _apart(edits, _verb_edits(text, words))
  edits.sort(key=lambda edit: (edit.start, edit.end))
  edits += _apart(edits, _articles(text, edits))
  return sorted(edits, key=lambda edit: (edit.start, edit.end))


def _edits(text: str, words: Sequence[NeutralWord]) -> Iterator[Edit]:
  first = -1  # Where the removals before a word begin.
  for index, word in enumerate(words):
    start, end, new = word.start, word.end, word.new
    begin = start if first < 0 else first
    begins = text[begin : begin + 1].isupper() and _begins_sentence(text, begin)
    if not new:
      first = begin
      is_last = index + 1 == len(words) or words[index + 1].start > end
      if is_last and begins and text[end : end + 1].islower():
        new = text[end].upper()
        end += 1
      if is_last:
        first = -1
    else:
      source = text[begin:end].split(None, 1)[0]
      first = -1
      if word.kind == "pronoun":
        new = cased(new, source)
      elif _is_shouted(text, start, end):
        new = new.upper()
      elif begins:
        new = new[0].upper() + new[1:]
      if word.kind == "noun" and (
        end < word.mention.end or text[end : end + 1] in APOSTROPHES
      ):
        new, end = possessive(text, word.mention, end, new)
    mention = word.mention
    label = f"{mention.term}\u2192{word.new}"
    yield Edit(
      start, end, new, mention.term, mention.group, label, word.rule, word.confidence
    )


def _begins_sentence(text: str, start: int) -> bool:
  if text[start - 1 : start] in ('"', "\u201c", "\u2018", "*", "("):
    return True
  before = text[max(0, start - REACH) : start].rstrip(_OPENING)
  return not before or before[-1] in f"{SENTENCE_ENDS}:;>=|\u2026)"


def _is_shouted(text: str, start: int, end: int) -> bool:
  """Tells words in capitals from abbreviations such as POC."""
  written = text[start:end]
  if not written.isupper():
    return False
  before = _NEIGHBOURS.findall(text[max(0, start - REACH) : start])[-1:]
  after = _NEIGHBOURS.findall(text[end : end + REACH])[:1]
  return not is_spelled(written) or any(each.isupper() for each in before + after)


def _verb_edits(text: str, words: Iterable[NeutralWord]) -> Iterator[Edit]:
  for word in words:
    for change in word.changes:
      label = (
        f"{text[change.start : change.end].strip().lower()}\u2192{change.new.strip()}"
      )
      yield Edit(
        change.start,
        change.end,
        change.new,
        "",
        "",
        label,
        change.rule,
        change.confidence,
      )


def _articles(text: str, edits: Sequence[Edit]) -> Iterator[Edit]:
  """Yields the edits of articles that do not fit what follows them now."""
  after = 0
  for index, edit in enumerate(edits):
    article = article_before_quotes(text, after, edit.start)
    after = edit.end
    if article:
      pieces, end = [], edit.start
      for each in edits[index : index + MOST_MODIFIERS]:
        pieces += text[end : each.start], each.replacement
        end = each.end
      pieces.append(text[end : end + REACH])
      yield from article_edits(text, article, "".join(pieces))


def _apart(edits: Iterable[Edit], more: Iterable[Edit]) -> list[Edit]:
  """Returns those of some edits that overlap neither others nor each other."""
  taken = sorted((edit.start, edit.end) for edit in edits)
  found: list[Edit] = []
  for edit in more:
    place = bisect.bisect(taken, (edit.start, edit.end))
    is_before = place == len(taken) or edit.end <= taken[place][0]
    if is_before and (not place or taken[place - 1][1] <= edit.start):
      found.append(edit)
      taken.insert(place, (edit.start, edit.end))
  return found
