"""Replaces identity terms in a text and repairs what is around them."""

from collections.abc import Iterable
from typing import NamedTuple

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.proper_names import is_proper
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.repairs import (
  article_before_quotes,
  article_edits,
  cased,
  possessive,
  titled,
)
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES


class Replacement(NamedTuple):
  """A mention and its replacement.

  Attributes:
    mention: The mention.
    end: Index up to which the mention is replaced; the rest stays.
    term: The term that replaces it, as the lexicon spells it.
    rule: How the term was chosen.
    confidence: Probability that the choice is right.
    english: Whether English grammar applies.
    group: The group that the mention no longer names.
    becomes: The group that it names instead.
  """

  mention: Mention
  end: int
  term: str
  rule: str
  confidence: float
  english: bool
  group: str
  becomes: str = ""


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
    term = item.term
    if item.english and _needs_capital(text, item):
      term = titled(term)
    new = cased(term, text[mention.start : end])
    if item.english:
      if end < mention.end or text[end : end + 1] in APOSTROPHES:
        new, end = possessive(text, mention, end, new)
      article = article_before_quotes(text, after, mention.start)
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


def _needs_capital(text: str, item: Replacement) -> bool:
  """Tells whether a name stands for a word that is none: natives, Europeans."""
  return (
    is_proper(item.term, item.becomes)
    and not is_proper(item.mention.term, item.group)
    and not text.islower()
  )
