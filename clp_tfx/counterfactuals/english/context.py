"""The context of a word in an English sentence."""

import re
from typing import NamedTuple

from clp_tfx.counterfactuals.english.words import (
  ADVERBS,
  AUXILIARIES,
  CONJUNCTIONS,
  DETERMINERS,
  FINITE_VERBS,
  PREPOSITIONS,
  PRONOUNS,
)
from clp_tfx.counterfactuals.identity_term import BLANKS

_REACH = 64
# A single line break before a small letter may just wrap a long line.
_BLANK = rf"(?:[{BLANKS}]+(?:\r?\n(?=[a-z]))?|\r?\n(?=[a-z]))"
_QUOTES = frozenset('"`\u201c*_')
_BRACKETS = frozenset("([")
_JOINTS = frozenset("/(")
COORDINATORS = frozenset({"and", "or", "&"})
_FOLLOWING = re.compile(
  rf"(?P<close>(?:''|[\"\u201d*_])*)(?P<blank>{_BLANK}?)(?P<open>[\"\u201c\u2018'(\[*_~$\u00a3\u20ac#]*)"
  rf"(?P<first>&|[^\W_][\w'\u2019-]*)"
  rf"(?:{_BLANK}(?P<second>&|[^\W_][\w'\u2019-]*)"
  rf"(?:{_BLANK}(?P<third>[^\W_][\w'\u2019-]*))?)?"
)
_PARTNER_AFTER = re.compile(
  rf"(?:\s?/\s?|,?{_BLANK}(?:and|or|&){_BLANK}|,{_BLANK}|{_BLANK}?\()"
  r"(his|hers?|him|my|mine|your|yours|our|ours|their|theirs|its|them)\b",
  re.IGNORECASE,
)
_PARTNER_BEFORE = re.compile(
  r"\b(his|him|their|them|my|your|our|its)(?:\s?/\s?|\s(?:and|or|&)\s|\()$",
  re.IGNORECASE,
)
CLOSED_CLASSES = (
  PREPOSITIONS | CONJUNCTIONS | DETERMINERS | PRONOUNS | AUXILIARIES | ADVERBS
) - {"past", "half", "opposite", "will"}


class Role(NamedTuple):
  """Role of a word in a sentence.

  Example:
    >>> roles = frozenset({"object", "possessive_determiner"})
    >>> role_of(roles, "I like her", 7, 10).role
    'object'

  Attributes:
    role: One of `clp_tfx.counterfactuals.lexicon.ROLES`.
    rule: Name of the rule that decided.
    confidence: Probability that the role is right.
  """

  role: str
  rule: str
  confidence: float


class Context(NamedTuple):
  """The neighbours of a word, in lower case; empty if missing or punctuation.

  Attributes:
    before: The word before it.
    before_that: The word before that.
    first: The word after it.
    second: The second word after it.
    third: The third word after it.
    opened: Characters directly before the first word after it: a quote, bracket or $.
    written: The first word after it, as written.
    partner: The pronoun it is coordinated with: "his" in "her/his" and "his or her".
    begins: Whether it begins a sentence.
  """

  before: str
  before_that: str
  first: str
  second: str
  third: str
  opened: str
  written: str
  partner: str
  begins: bool


def context(text: str, start: int, end: int) -> Context:
  """Returns the context of a part of a text."""
  first = second = third = opened = written = ""
  quoted = False
  match = _FOLLOWING.match(text, end, end + _REACH)
  if match:
    close, blank, opening, *following = match.groups("")
    quoted = bool(close)
    is_next = (not quoted or text[max(0, start - 1) : start] in _QUOTES) and (
      blank or opening[:1] in _BRACKETS
    )
    if is_next:
      written, opened = following[0], opening
      # A word whose first letters are masked is not the rest of it.
      first = opened if "***" in opened else _plain(written)
      if len(written) > 1 and written.isupper() and text[start:end].islower():
        first = written  # His IT department, her US visa.
      second, third = _plain(following[1]), _plain(following[2])
  preceding = text[max(0, start - _REACH) : start]
  if quoted:
    preceding = preceding.rstrip('"`\u201c*_')
  before, before_that = _before(preceding)
  begins = not before and text[start].isupper() and not text[end - 1].isupper()
  found = None
  if not first or first in COORDINATORS or opened == "(":
    found = _PARTNER_AFTER.match(text, end, end + _REACH)
  if not found and (preceding[-1:] in _JOINTS or before in COORDINATORS):
    found = _PARTNER_BEFORE.search(preceding)
  partner = found[1].lower() if found else ""
  return Context(
    before, before_that, first, second, third, opened, written, partner, begins
  )


def _plain(word: str) -> str:
  if word.isalpha():
    return word.lower()
  return word.lower().replace("\u2019", "'").rstrip("'-")


def _before(preceding: str) -> tuple[str, str]:
  if not preceding[-1:].isspace() or preceding.endswith("\n\n"):
    return "", ""
  words = preceding.rsplit(None, 2)
  if not words or not words[-1][-1].isalnum():
    return "", ""
  before = _plain(words[-1].lstrip("\"'\u201c\u2018([*_"))
  if len(words) < 2 or not words[-2][-1].isalnum():
    return before, ""
  return before, _plain(words[-2].lstrip("\"'\u201c\u2018([*_"))


def ends_phrase(word: str) -> bool:
  """Tells whether a noun phrase cannot continue with a word."""
  return not word or word in CLOSED_CLASSES or word in FINITE_VERBS
