"""Repairs of what is around an edit, which removals and replacements both need."""

import re
from collections.abc import Iterator

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.articles import article_before
from clp_tfx.counterfactuals.lexicon import BLANKS
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES

_ARTICLE = re.compile(rf"(?<![^\s(\[\"\u201c\u2018'*_])(an?|the)[{BLANKS}]+\Z", re.I)
_ARTICLE_REACH = 12
_ARTICLE_ENDS = f"aAnNeE{BLANKS}"
_WORD = re.compile(rf"[{BLANKS}\"'\u2018\u201c(\[*_]*([\w'\u2019-]+)")
# An apostrophe after the s of a word closes a quote that was opened before it.
_OPEN_QUOTE = re.compile(r"(?<![^\s(\[])['\u2018](?!s\b)")
_QUOTE_REACH = 200
_NOUN_AFTER = re.compile(rf"[{BLANKS}]+[^\W\d_]")


def has_bare_apostrophe(text: str, mention: Mention) -> bool:
  """Tells whether an apostrophe that closes no quote makes a term possessive.

  Args:
    text: The text.
    mention: Ends before the apostrophe, if there is one.
  """
  end = mention.end
  return (
    end == mention.term_end
    and text[end : end + 1] in APOSTROPHES
    and text[end - 1 : end] in ("s", "S")
    and not _OPEN_QUOTE.search(text, max(0, end - _QUOTE_REACH), end)
    and bool(_NOUN_AFTER.match(text, end + 1))
  )


def article_at(text: str, after: int, start: int) -> re.Match[str] | None:
  """Returns the article before a position, if one is there and no edit has it.

  Args:
    text: The text.
    after: Index after the last edit.
    start: Index of the word that may have an article.

  Returns:
    A match whose first group is the article.
  """
  if start < 2 or text[start - 1] not in BLANKS:
    return None
  if text[start - 2] not in _ARTICLE_ENDS:
    return None
  return _ARTICLE.search(text, max(after, start - _ARTICLE_REACH), start)


def article_edits(text: str, article: re.Match[str], following: str) -> Iterator[Edit]:
  """Yields an edit where an article does not go with what follows it now.

  Args:
    text: The text.
    article: What `article_at` returned.
    following: What follows the article after the other edits.
  """
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
