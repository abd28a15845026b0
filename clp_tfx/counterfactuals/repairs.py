"""Repairs of edits and of the text around them, for removals and replacements."""

import re
from collections.abc import Iterator

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.articles import article_before
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.tokenizer import APOSTROPHES

_ARTICLE = re.compile(rf"(?<![^\s(\[\"\u201c\u2018'*_])(an?|the)[{BLANKS}]+\Z", re.I)
_OPENING_QUOTES = "\"'`\u201c\u2018*_"
_ARTICLE_REACH = 12
_ARTICLE_ENDS = f"aAnNeE{BLANKS}"
_WORD = re.compile(rf"[{BLANKS}\"'\u2018\u201c(\[*_]*([\w'\u2019-]+)")
# With an open quote before it, an apostrophe after an s closes the quote.
_OPEN_QUOTE = re.compile(r"(?<![^\s(\[])['\u2018](?!s\b)")
_QUOTE_REACH = 200
# Written in capitals among small letters, too.
_ACRONYM = re.compile("(?:2S|G|L)*(?:LGB|GBT)|BIPOC|POC|AAPI|ADHD|[AM]FAB|FTM|MTF")
_WORD_START = re.compile(r"(?<![^\s-])\S")
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


def article_before_quotes(text: str, after: int, start: int) -> re.Match[str] | None:
  """Returns what `article_at` does, also if a quote opens after the article."""
  while start > after and text[start - 1] in _OPENING_QUOTES:
    start -= 1
  return article_at(text, after, start)


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
    written = new.upper()
  else:
    written = new.capitalize() if old[0] == "A" else new
  label = f"{old.lower()}\u2192{new}"
  yield Edit(article.start(1), article.end(1), written, "", "", label, "a or an", 0.95)


def cased(term: str, original: str) -> str:
  """Returns a term in the case of the original: lower, Title or UPPER."""
  if original.islower():
    return term
  if original.isupper() and len(original) > 1:
    return term if _ACRONYM.match(original) else term.upper()
  if " " in term and term.count(" ") == original.count(" "):
    return " ".join(map(cased, term.split(" "), original.split(" ")))
  if not original[:1].isupper():
    return term
  if original.istitle() and not term.isalpha():
    return titled(term)
  return term[:1].upper() + term[1:]


def titled(term: str) -> str:
  """Returns a term with a capital in each word: "Baha'i", unlike `str.title`."""
  return _WORD_START.sub(lambda match: match[0].upper(), term)


def possessive(text: str, mention: Mention, end: int, new: str) -> tuple[str, int]:
  """Returns a replacement with its possessive ending, and the end of the original.

  If only one of the two is a plural in -s, the s after the apostrophe comes or goes:
  "men's" and "ladies'", "princess'" and "prince's".

  Args:
    text: The text.
    mention: What is replaced.
    end: Index up to which it is replaced; the rest of the mention stays.
    new: The replacement.
  """
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
