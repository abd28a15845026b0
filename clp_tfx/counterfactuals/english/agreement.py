"""Makes English verbs agree with singular "they", which takes the forms of a plural.

"She walks" becomes "they walk", "has she" becomes "have they". Only forms of the third
person singular change: past forms and modal verbs serve every subject.
"""

import re
from collections.abc import Iterator, Sequence

from clp_tfx.counterfactuals.english.joined_verbs import (
  CLAUSE_BEGINNINGS,
  COORDINATORS,
  Token,
  VerbChange,
  changed,
  is_adverb,
  joined_changes,
  main_verb,
  tokens_after,
)
from clp_tfx.counterfactuals.english.verbs import (
  NOUN_LIKE_FORMS,
  PLURALS,
  VERBS,
  bare_form,
)
from clp_tfx.counterfactuals.english.words import (
  AUXILIARIES,
  DETERMINERS,
  FINITE_VERBS,
  NUMBERS,
  PARTICIPLES,
  PREPOSITIONS,
  PRONOUNS,
  word_lists,
)
from clp_tfx.counterfactuals.identity_term import BLANKS

_LISTS = word_lists(__name__)
_PERFECTS = _LISTS["perfects"]
_PARTICIPLE_HINTS = _LISTS["participle_hints"]
_INVERTING = _LISTS["inverting"]

_OTHER_SUBJECTS = frozenset({"it", "this", "that", "there"})  # It was she.
# The truth is he lost.
_CLAUSE_NOUNS = frozenset({"fact", "point", "problem", "reason", "thing", "truth"})
_QUESTION_WORDS = frozenset({"who", "what", "where", "when", "why", "how"})
_SUBORDINATORS = frozenset(
  {"after", "although", "as", "because", "before", "how", "if", "once", "since", "that"}
  | {"though", "unless", "until", "what", "when", "where", "whether", "which", "while"}
  | {"who", "whom", "why"}
)
_LONGEST_ASIDE = 8
# Longer words that no list has are seldom verbs: he approvedpipelines.
_LONGEST_VERB = 12
_PRECEDING = re.compile(
  rf"(?:(?P<before>[^\s.!?,;:()\"]+)[{BLANKS}]+|(?P<edge>[.!?,;:()\"\n]|^)[{BLANKS}]*)"
  rf"(?P<verb>[^\W_][\w'\u2019]*)[{BLANKS}]+\Z"
)
_PRECEDING_REACH = 40


def verb_changes(text: str, start: int, end: int, after: int) -> list[VerbChange]:
  """Returns what changes in a text if a subject becomes "they".

  Args:
    text: The text.
    start: Index of the first character of the subject, "he" or "she".
    end: Index after its last.
    after: Index after its clitic, if it has one (she's); else `end`.

  Returns:
    The changes, in text order; the clitic is one of them.
  """
  tokens = tokens_after(text, after)
  if after > end:
    changes = [*_clitic(text, start, end, after, tokens), *joined_changes(tokens, 0)]
  elif inverted := _inverted(text, start, tokens):
    changes = [inverted, *joined_changes(tokens, 0)]
  else:
    changes = list(_following(tokens, text[start:end]))
  if len(changes) > 1 and _is_subordinate(text, start):
    changes = [each for each in changes if not _ends_clause(text, each)]
  return changes


def _is_subordinate(text: str, start: int) -> bool:
  words = text[max(0, start - _PRECEDING_REACH) : start].split()
  return bool(words) and words[-1].lower() in _SUBORDINATORS


def _ends_clause(text: str, change: VerbChange) -> bool:
  """Tells the verb of the main clause: who cries when he falls, is a child."""
  return "joined" in change.rule and text[: change.start].rstrip().endswith(",")


def _clitic(
  text: str, start: int, end: int, after: int, tokens: Sequence[Token]
) -> Iterator[VerbChange]:
  """Yields the change of 's, which is "is" or "has"."""
  clitic = text[end:after]
  if not clitic.lower().endswith("s"):
    return
  before = _PRECEDING.search(text, max(0, start - _PRECEDING_REACH), start)
  is_relative = bool(before) and _may_be_object(before["verb"].lower())
  new = "ve" if _is_perfect(tokens, is_relative) else "re"
  new = clitic[:-1] + (new.upper() if clitic[-1] == "S" else new)
  yield VerbChange(end, after, new, "they: is or has", 0.95)


def _may_be_object(word: str) -> bool:
  """Tells whether a word can be what a clause is about: the songs he's sung."""
  return word in ("what", "all", "that") or (
    word.endswith("s") and bool(bare_form(word)) and bare_form(word) not in VERBS
  )


def _is_perfect(tokens: Sequence[Token], is_relative: bool) -> bool:
  """Tells "she's been" from "she's tall", by the words after the clitic."""
  hinted, words = is_relative, [token.word for token in tokens[:6]]
  while words and is_adverb(words[0]):
    hinted |= words.pop(0) in _PARTICIPLE_HINTS
  first, second, *_ = [*words, "", ""]
  if first in _PERFECTS:
    return True
  if not (first in PARTICIPLES or (first.endswith("ed") and len(first) > 3)):
    return False
  if first == "done" and not second.isalpha():
    return hinted
  if is_relative and second in ("about", "by", "of", "with"):
    return False  # What he's concerned with.
  has_object = second in DETERMINERS | NUMBERS or second in PRONOUNS
  return hinted or (has_object and second not in ("that", "what", "how", "who", "why"))


def _inverted(text: str, start: int, tokens: Sequence[Token]) -> VerbChange | None:
  """Returns the change of an auxiliary before its subject: is she, where's he."""
  match = _PRECEDING.search(text, max(0, start - _PRECEDING_REACH), start)
  if not match:
    return None
  written = match["verb"]
  word = written.lower().replace("\u2019", "'")
  token = Token(match.start("verb"), match.end("verb"), written, word)
  if word.endswith("'s") and word[:-2] in _QUESTION_WORDS:
    new = " have" if _is_perfect(tokens, is_relative=False) else " are"
    new = new.upper() if written.isupper() else new
    return VerbChange(token.end - 2, token.end, new, "they: a verb before", 0.9)
  if word not in PLURALS:
    return None
  before = (match["before"] or "").lower()
  if before in _OTHER_SUBJECTS or before in _CLAUSE_NOUNS:
    return None
  following = next((each.word for each in tokens if not is_adverb(each.word)), "")
  if before and before not in _INVERTING and not before.endswith("ly"):
    # The truth is she lied; the man whose car is she driving.
    is_clause = (
      following in AUXILIARIES | FINITE_VERBS
      or following.endswith("ed")
      or (bare_form(following) and word not in ("does", "doesn't"))
    )
    if is_clause:
      return None
  elif following in AUXILIARIES - {"not"} or (
    bare_form(following) in VERBS - NOUN_LIKE_FORMS
  ):
    return None  # All she is he made; "that is he says".
  return changed(token, "they: a verb before", 0.95)


def _following(tokens: Sequence[Token], subject: str) -> Iterator[VerbChange]:
  """Yields the changes of the verbs after their subject."""
  index = _skip_aside(tokens, _skip_adverbs(tokens, 0))
  has_relative = index < len(tokens) and tokens[index].word == "who"
  if has_relative:
    index = _skip_adverbs(tokens, index + 1)
  if index == len(tokens):
    return
  token = tokens[index]
  if token.word in COORDINATORS or token.word in PREPOSITIONS:
    return
  if _may_be_verb(token, subject):
    sure = token.word in PLURALS or bare_form(token.word) in VERBS
    is_odd = not sure and len(token.word) > _LONGEST_VERB
    confidence = 0.97 if sure else 0.5 if is_odd else 0.85
    yield changed(token, "they: a verb follows", confidence)
  elif not token.written[0].isalpha() or token.word in CLAUSE_BEGINNINGS:
    return
  if has_relative:
    main = main_verb(tokens, index + 1)
    if main:
      yield changed(tokens[main], "they: after a clause with who", 0.7)
      index = main
  yield from joined_changes(tokens, index + 1)


def _skip_adverbs(tokens: Sequence[Token], index: int) -> int:
  while index < len(tokens) and is_adverb(tokens[index].word):
    index += 1
  return index


def _skip_aside(tokens: Sequence[Token], index: int) -> int:
  """Skips what stands between two commas or in brackets: she, like me, is."""
  if index == len(tokens) or tokens[index].word not in ",(":
    return index
  closing = ")" if tokens[index].word == "(" else ","
  if [each.word for each in tokens[index + 1 : index + 2]] == ["who"]:
    return index + 1
  for place in range(index + 1, min(index + _LONGEST_ASIDE, len(tokens) - 1)):
    if tokens[place].word == closing:
      following = tokens[place + 1].word
      return place + 1 if bare_form(following) else index
  return index


def _may_be_verb(token: Token, subject: str) -> bool:
  """Tells whether a word right after the subject is its verb in the singular."""
  form = bare_form(token.word)
  if not form:
    return False
  is_name = token.written.istitle() and not subject.istitle()
  return not is_name or form in VERBS or token.word in PLURALS
