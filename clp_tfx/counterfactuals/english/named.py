"""Words that are named or discussed rather than used: Iron Man, the term "Jewish"."""

import re

from clp_tfx.counterfactuals.english.known import Known, is_capital, is_name
from clp_tfx.counterfactuals.lexicon import BLANKS

_OPENING, _CLOSING = "\"'`\u201c\u2018", "\"'`\u201d\u2019"
_WORDS_FOR_WORDS = frozenset(
  {"adjective", "epithet", "label", "labels", "nickname", "noun", "phrase", "pronoun"}
  | {"pronouns", "slur", "spelling", "surname", "term", "terms", "word", "words"}
)
_STRAY = "`\u00b4"
_WORD_REACH = 16
_NEXT = re.compile(r"[ -]([A-Z][a-z]\w*)")
_BEFORE = re.compile(r"[^\s.!?:;\"(*=>|] ([A-Z][a-z]\w*)[ -]\Z")
_BEFORE_REACH = 24
_RANK = re.compile(r" of (?:the )?[A-Z]")
_RANKS = frozenset(
  {"baron", "baroness", "count", "countess", "duchess", "duke", "earl", "emperor"}
  | {"empress", "king", "lady", "lord", "man", "prince", "princess", "queen", "woman"}
)
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "sir", "madam"})


def is_named(text: str, start: int, end: int, known: Known) -> bool:
  """Tells whether a term is part of a name, under discussion or no word here.

  Args:
    text: The text.
    start: Index of the first character of the term.
    end: Index after its last.
    known: The words of the lexicon.
  """
  if text[start - 1 : start] in _OPENING and start and text[end : end + 1] in _CLOSING:
    return end < len(text)
  before = text[max(0, start - _WORD_REACH) : start].rstrip(_OPENING + BLANKS)
  if before[before.rfind(" ") + 1 :].lower() in _WORDS_FOR_WORDS:
    return True
  written = text[start:end]
  lower = written.lower()
  if text[end : end + 1] in _STRAY and text[end : end + 1]:
    return True  # He`s late: no clitic.
  if text[end + 1 : end + 1 + len(lower)].lower() == lower and len(lower) < 3:
    return True  # He he.
  if not written[0].isupper() or lower in _TITLES:
    return False
  following = _NEXT.match(text, end)
  if following and is_name(following[1], known):
    return True  # Transgender Voice, BRIT Awards.
  if not is_capital(written):
    return False
  if lower in _RANKS and _RANK.match(text, end):
    return True
  last = _BEFORE.search(text, max(0, start - _BEFORE_REACH), start)
  # By The Britons, for Iron Man.
  return bool(last) and (last[1] == "The" or is_name(last[1], known))
