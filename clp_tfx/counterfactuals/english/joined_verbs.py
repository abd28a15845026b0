"""The words after an English subject, and the further verbs that share it.

"She walks and talks" has two verbs, "she likes long walks and talks" has one; in "she
said the door is open and left", another subject has "is".
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.english.verbs import (
  NOUN_LIKE_FORMS,
  PLURALS,
  VERBS,
  bare_form,
)
from clp_tfx.counterfactuals.english.words import (
  ADVERBS,
  DETERMINERS,
  FINITE_VERBS,
  LY_ADJECTIVES,
  PREPOSITIONS,
  PRONOUNS,
  word_lists,
)

_LISTS = word_lists(__name__)
_REPORTING = _LISTS["reporting"]
CLAUSE_BEGINNINGS = _LISTS["clause_beginnings"]
_SUBJECT_BEGINNINGS = CLAUSE_BEGINNINGS | {"the", "a", "my", "his", "her"}
_LATE_SUBJECTS = (_LISTS["late_subjects"] | ADVERBS | {"not"}) - {"etc"}
_MAY_BE_OBJECTS = frozenset({"it", "this", "these", "those", "people", "you"})
COORDINATORS = frozenset({"and", "or", "but", "then", "yet", "&", "nor"})
_INVERTING = frozenset({"neither", "nor", "so"})
_STOPS = frozenset(".!?;:\n")
_TOKEN = re.compile(r"[^\W_][\w'\u2019-]*|\n|[^\w\s]")
_REACH = 140


class VerbChange(NamedTuple):
  """A verb form to replace.

  Attributes:
    start: Index of its first character.
    end: Index after its last.
    new: The form that agrees with "they", in the case of the old one.
    rule: Name of the rule.
    confidence: Probability that the form belongs to the subject and is right.
  """

  start: int
  end: int
  new: str
  rule: str
  confidence: float


class Token(NamedTuple):
  """A word or another character after a subject.

  Attributes:
    start: Index of its first character.
    end: Index after its last.
    written: The word as it is written.
    word: The word in lower case, with the plain apostrophe.
  """

  start: int
  end: int
  written: str
  word: str


def tokens_after(text: str, start: int) -> list[Token]:
  """Returns the words and other characters from an index to the end of a sentence."""
  tokens = []
  for match in _TOKEN.finditer(text, start, start + _REACH):
    written = match[0]
    word = written.lower().replace("\u2019", "'")
    tokens.append(Token(match.start(), match.end(), written, word))
    if word in _STOPS:
      break
  return tokens


def changed(token: Token, rule: str, confidence: float) -> VerbChange:
  """Returns the change of a verb in the third person singular to its plural."""
  new = bare_form(token.word)
  if "\u2019" in token.written:
    new = new.replace("'", "\u2019")
  if token.written.isupper():
    new = new.upper()
  elif token.written[0].isupper():
    new = new[0].upper() + new[1:]
  return VerbChange(token.start, token.end, new, rule, confidence)


def is_adverb(word: str) -> bool:
  """Tells whether a word can stand between a subject and its verb."""
  return word in _LATE_SUBJECTS or (
    word.endswith("ly") and len(word) > 4 and word not in LY_ADJECTIVES
  )


def main_verb(tokens: Sequence[Token], index: int) -> int:
  """Returns the index of the verb after a relative clause, or 0."""
  for place in range(index, len(tokens)):
    token, before = tokens[place], tokens[place - 1].word
    if token.word in COORDINATORS or token.word in CLAUSE_BEGINNINGS:
      return 0
    form = bare_form(token.word)
    is_verb = token.word in PLURALS or form in VERBS
    if is_verb and before not in DETERMINERS and before not in PREPOSITIONS:
      return place
  return 0


def joined_changes(tokens: Sequence[Token], first: int) -> Iterator[VerbChange]:
  """Yields the changes of further verbs of the same subject: and talks, but isn't."""
  index, verb = first, first - 1
  while index < len(tokens):
    word = tokens[index].word
    joins = word in COORDINATORS or word == ","
    before = tokens[index - 1].word if index else ","
    is_object = word in _MAY_BE_OBJECTS and (
      before in PREPOSITIONS or index == verb + 1
    )
    is_so = word == "so" and before == "and"  # And so far has won.
    if word in CLAUSE_BEGINNINGS and not (is_object or is_so):
      return
    if index > first and word in PLURALS and before not in COORDINATORS | {","}:
      return  # The verb of another subject.
    if word in FINITE_VERBS and before not in COORDINATORS | {","} and index > first:
      return
    if joins:
      place = index + 1
      while place < len(tokens) and (
        is_adverb(tokens[place].word) or tokens[place].word in COORDINATORS
      ):
        place += 1
      if place == len(tokens):
        return
      if _continues(tokens, place, word, is_next=verb == index - 1):
        sure = tokens[place].word in PLURALS
        yield changed(tokens[place], "they: a joined verb", 0.9 if sure else 0.8)
        index = verb = place
      elif word != "," and tokens[place].word in _SUBJECT_BEGINNINGS:
        return
    index += 1


def _continues(tokens: Sequence[Token], place: int, joint: str, is_next: bool) -> bool:
  """Tells whether the word after a conjunction is one more verb of the subject.

  Args:
    tokens: The words after the subject.
    place: Index of the word.
    joint: The conjunction or comma before it.
    is_next: Whether the verb before stands right before the conjunction.
  """
  token = tokens[place]
  following = tokens[place + 1].word if place + 1 < len(tokens) else "."
  if token.word in PLURALS:
    if tokens[place - 1].word in _INVERTING:
      return False  # She hasn't, neither has Bob.
    return following not in PRONOUNS or following.endswith("self")
  form = bare_form(token.word)
  if form not in VERBS or token.written.istitle():
    return False
  if joint == "," and form in _REPORTING:
    return False
  if form not in NOUN_LIKE_FORMS:
    return True
  ends = not following[0].isalpha() or following in COORDINATORS
  takes_object = (
    following in DETERMINERS | {"all"}
    or following in PRONOUNS
    or (following in PREPOSITIONS and following not in ("of", "in", "and"))
  )
  return takes_object or (is_next and ends)
