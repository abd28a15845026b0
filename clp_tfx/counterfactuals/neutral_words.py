"""Chooses what stands for each mention in a text that names no identity.

A pronoun becomes a form of "they", a noun its hypernym, a predicate "human", "close" or
"different"; modifiers and titles go. `neutral_edits` joins the words to a text.
"""

import re
from dataclasses import dataclass, field

from clp_tfx.counterfactuals.english.agreement import VerbChange, verb_changes
from clp_tfx.counterfactuals.english.doubtful_nouns import heads_compound
from clp_tfx.counterfactuals.english.hypernyms import Hypernym, hypernym
from clp_tfx.counterfactuals.english.known import Known, is_word
from clp_tfx.counterfactuals.english.places import (
  CHANGES,
  is_degree,
  is_owned,
  names_own_kin,
  place_of_adjective,
  place_of_either,
  place_of_noun,
)
from clp_tfx.counterfactuals.english.pointed import leaves_all, loses_point
from clp_tfx.counterfactuals.english.pronouns import role_of
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.verbs import VERBS
from clp_tfx.counterfactuals.english.words import AUXILIARIES
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.neutral_nouns import (
  CONFIDENCE,
  confidence_of_kin,
  doubts_of_noun,
)

_THEY = {
  "subject": "they",
  "object": "them",
  "possessive_determiner": "their",
  "possessive_pronoun": "theirs",
  "reflexive": "themself",
}
_PRONOUNS = {
  "he": ("subject",),
  "she": ("subject",),
  "him": ("object",),
  "her": ("object", "possessive_determiner"),
  "his": ("possessive_determiner", "possessive_pronoun"),
  "hers": ("possessive_pronoun",),
  "himself": ("reflexive",),
  "herself": ("reflexive",),
}
_STATE, _NO_STATE, _NEW_STATE, _RELATION = "human", "like that", "different", "close"
_JOINED_GROUP = re.compile(
  rf"\bthe[{BLANKS}]+\w+[{BLANKS}]+(?:and|or)[{BLANKS}]+\Z", re.I
)
_BEFORE_GROUP = re.compile(rf"\b(the)[{BLANKS}]+(?:[\w'-]+[{BLANKS}]+)?\Z", re.I)
_NOUN_BEFORE = re.compile(rf"\b(?:a|the)[{BLANKS}]+\Z", re.I)
_GROUP_REACH = 24
_SMALL = re.compile(
  rf"\b(?:little|small|tiny|teeny|wee|big|grown|grown-?up|young)[{BLANKS}]+\Z", re.I
)
_SEVERAL = frozenset({"both", "few", "many", "several", "these", "those"})


@dataclass
class NeutralWord:
  """A mention, and what stands for it.

  Attributes:
    mention: The mention.
    start: Index of the first character to replace.
    end: Index after the last one.
    new: What stands there instead, in small letters; empty for a removal.
    kind: `pronoun`, or the kind of its `Place`.
    word: `new` in the singular. Coordinated mentions with the same word become one.
    is_plural: Whether `new` is a plural.
    rule: Name of the rule.
    confidence: Probability that a person would have chosen this.
    changes: Verbs that change with it.
  """

  mention: Mention
  start: int
  end: int
  new: str
  kind: str
  word: str = ""
  is_plural: bool = False
  rule: str = ""
  confidence: float = 1.0
  changes: list[VerbChange] = field(default_factory=list)


def neutral_word(
  text: str, mention: Mention, roles: frozenset[str], known: Known
) -> NeutralWord:
  """Returns what stands for a mention.

  Args:
    text: The text.
    mention: The mention.
    roles: The roles that its term has in the lexicon.
    known: The words of the lexicon.
  """
  start, end = mention.start, mention.term_end
  own_roles = _PRONOUNS.get(mention.term) or tuple(sorted(roles & _THEY.keys()))
  if own_roles and not _NOUN_BEFORE.search(text, max(0, start - 5), start):
    return _pronoun(text, mention, own_roles)
  at = Scene(text, start, end)
  if own_roles:  # Is it a he or a she?
    return NeutralWord(
      mention, start, end, "person", "noun", "person", False, "neutral noun", 0.5
    )
  if roles == {"noun"}:
    place = place_of_noun(at, known)
  elif roles == {"adjective"}:
    place = place_of_adjective(at, known)
  else:
    place = place_of_either(at, known)
  make = {"noun": _noun, "predicate": _predicate, "group": _group}.get(place.kind)
  if not make:
    rule = "neutral title" if place.kind == "title" else "neutral modifier"
    word = NeutralWord(mention, start, mention.end, "", place.kind, rule=rule)
    if place.kind == "title":
      if at.before.at(0) in ("a", "an"):
        word.confidence = 0.5  # Be a Mr. Hill.
    elif at.after.at(0) == "ass" and is_word(at.after.at(1)):
      word.confidence = 0.3  # A gay ass film is no ass film.
    elif heads_compound(at, known) or leaves_all(at, mention.group):
      word.confidence = 0.5  # Poor student rates; gay people need rights.
  else:
    word = make(text, mention, at, known)
  word.confidence = min(word.confidence, place.confidence, mention.confidence)
  return word


def _pronoun(text: str, mention: Mention, roles: tuple[str, ...]) -> NeutralWord:
  start, end = mention.start, mention.term_end
  role, rule, confidence = roles[0], "they", 0.98
  if len(roles) > 1:
    if text[end + 1 : mention.end].lower() == "s":  # "her's" is a spelling of "hers".
      role, end = "possessive_pronoun", mention.end
    elif found := role_of(frozenset(roles), text, start, end):
      role, rule, confidence = found
  new = _THEY[role]
  changes = []
  if role == "subject":
    changes = verb_changes(text, start, end, mention.end)
    confidence = min([confidence, *[each.confidence for each in changes]])
  confidence = min(confidence, mention.confidence)
  return NeutralWord(
    mention, start, end, new, "pronoun", new, True, rule, confidence, changes
  )


def _noun(text: str, mention: Mention, at: Scene, known: Known) -> NeutralWord:
  word, form, is_plural = hypernym(mention.term, is_owned(at, known))
  if word == form == "person" and at.before.at(0) in _SEVERAL:
    form, is_plural = "people", True  # These Sioux.
  start, confidence = mention.start, CONFIDENCE
  if not is_plural and names_own_kin(at, known):
    form, confidence = f"my {form}", confidence_of_kin(at)
  small = _SMALL.search(text, max(0, start - _GROUP_REACH), start)
  if small and word == "person":
    start = small.start()  # Little children.
  doubts = doubts_of_noun(mention, at, known, Hypernym(word, form, is_plural))
  return NeutralWord(
    mention,
    start,
    mention.term_end,
    form,
    "noun",
    word,
    is_plural,
    "neutral noun",
    min([confidence, *doubts]),
  )


def _group(text: str, mention: Mention, at: Scene, known: Known) -> NeutralWord:
  start = mention.start
  article = _BEFORE_GROUP.search(text, max(0, start - _GROUP_REACH), start)
  is_point = loses_point(at, mention.group) or at.after.at(0) == "of"
  is_point |= mention.group.startswith("age/older")  # Help for the elderly.
  confidence = 0.5 if is_point else 0.85  # The English of a text.
  if article:
    start = article.start()
    if _JOINED_GROUP.search(text, max(0, start - _GROUP_REACH), start):
      confidence = 0.3  # The stupid and the poor.
  return NeutralWord(
    mention,
    start,
    mention.term_end,
    "people",
    "group",
    "person",
    True,
    "neutral noun for a group",
    confidence,
  )


def _predicate(text: str, mention: Mention, at: Scene, known: Known) -> NeutralWord:
  index = 0
  while is_degree(at.before.at(index)) or at.before.at(index) in ("not", "also"):
    index += 1
  following = at.after.at(0)
  before = at.before.at(0)
  is_denied = before == "not" or (before in AUXILIARIES and before.endswith("t"))
  word = _NO_STATE if is_denied else _STATE
  if following == "to" and at.after.at(1) not in VERBS:  # Married to a doctor.
    word = _RELATION
  elif at.before.at(index) in CHANGES or following in ("than", "from"):
    word = _NEW_STATE  # Got married, older than me, separated from him.
  return NeutralWord(
    mention,
    mention.start,
    mention.term_end,
    word,
    "predicate",
    word,
    False,
    "neutral predicate",
    0.8,
  )
