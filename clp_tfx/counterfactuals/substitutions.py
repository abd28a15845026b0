"""Replaces identity terms in a text and repairs what is around them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.repairs import (
  article_at,
  article_edits,
  has_bare_apostrophe,
)
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES

_WORD_START = re.compile(r"(?<![^\s-])\S")


class Replacement(NamedTuple):
  """A mention and its replacement.

  Attributes:
    mention: The mention.
    end: Index up to which the mention is replaced; the rest stays.
    term: The term that replaces it, as the lexicon spells it.
    rule: How the term was chosen.
    confidence: Probability that the choice is right.
    english: Whether English grammar applies.
  """

  mention: Mention
  end: int
  term: str
  rule: str
  confidence: float
  english: bool


def substitution_edits(text: str, replacements: Iterable[Replacement]) -> list[Edit]:
  """Returns the edits that replace mentions and repair the articles before them.

  Args:
    text: The text.
    replacements: Replacements, in order and not overlapping.
  """
  edits: list[Edit] = []
  after = 0
  for item in replacements:
    mention, end = item.mention, item.end
    new = _cased(item.term, text[mention.start : end])
    if item.english:
      if end < mention.end or text[end : end + 1] in APOSTROPHES:
        new, end = _possessive(text, item, new)
      article = article_at(text, after, mention.start)
      if article:
        edits += article_edits(text, article, new)
    after = end
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
  """Returns a term in the case of the original: lower, Title or UPPER."""
  if original.islower():
    return term
  if original.isupper() and len(original) > 1:
    return term.upper()
  if not original[:1].isupper():
    return term
  if original.istitle() and not term.isalpha():
    return _WORD_START.sub(lambda match: match[0].upper(), term)
  return term[:1].upper() + term[1:]


def _possessive(text: str, item: Replacement, new: str) -> tuple[str, int]:
  """Returns a replacement with its possessive ending, and the end of the original.

  If only one of the two is a plural in -s, the s after the apostrophe comes or goes:
  "men's" and "ladies'", "princess'" and "prince's".
  """
  mention, end = item.mention, item.end
  clitic = text[end : mention.end]
  if not clitic and end == mention.term_end and has_bare_apostrophe(text, mention):
    if new[-1:] not in ("s", "S"):
      return new + text[end] + ("S" if new.isupper() else "s"), end + 1
  elif clitic[1:].lower() == "s" and _is_plural(new) and not _is_plural(mention.term):
    return new + clitic[0], mention.end
  return new, end


def _is_plural(word: str) -> bool:
  word = word.lower()
  return word.endswith("s") and not word.endswith(("ss", "us", "is"))
