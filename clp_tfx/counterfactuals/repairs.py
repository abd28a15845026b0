"""Repairs of the text around an edit, for both removals and replacements."""

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
# With an open quote before it, an apostrophe after an s closes the quote.
_OPEN_QUOTE = re.compile(r"(?<![^\s(\[])['\u2018](?!s\b)")
_QUOTE_REACH = 200
_NOUN_AFTER = re.compile(rf"[{BLANKS}]+[^\W\d_]")


def has_bare_apostrophe(text: str, mention: Mention) -> bool:
  """Tells whether the term of a mention has a possessive apostrophe without an s.

  Args:
    text: The text.
    mention: Mention that ends before the apostrophe, if there is one.
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
  """Returns the article before a position, unless there is none or it is edited.

  Args:
    text: The text.
    after: Index after the last edit.
    start: Index of the word that may follow an article.

  Returns:
    A match whose first group is the article.
  """
  if start < 2 or text[start - 1] not in BLANKS:
    return None
  if text[start - 2] not in _ARTICLE_ENDS:
    return None
  return _ARTICLE.search(text, max(after, start - _ARTICLE_REACH), start)


def article_edits(text: str, article: re.Match[str], following: str) -> Iterator[Edit]:
  """Yields an edit if an article does not fit the text that now follows it.

  Args:
    text: The text.
    article: Match from `article_at`.
    following: The text after the article, as the other edits leave it.
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
