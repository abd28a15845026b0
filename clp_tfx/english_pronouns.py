"""Which role a word with several has in an English sentence: her, his, gay.

Without a model: the words beside it decide, by closed classes where they can and by
frequent words where they cannot. Each rule has a name and a confidence, which is the
share of cases it was right in, as far as that was measured.
"""

import re
from typing import NamedTuple

from clp_tfx.english_words import (
  ACQUAINTANCES,
  ADJECTIVE_ENDINGS,
  ADJECTIVES,
  ADVERBS,
  ADVERBS_OR_ADJECTIVES,
  AFTER_POSSESSIVE_PRONOUN,
  AUXILIARIES,
  BARE_VERB_VERBS,
  BARE_VERBS,
  CLAUSE_VERBS,
  COMPLEMENT_VERBS,
  CONJUNCTIONS,
  COPULAS,
  DETERMINERS,
  DITRANSITIVES,
  FINITE_VERBS,
  GIVEN_NOUNS,
  GIVING_VERBS,
  ING_NOUNS,
  ING_VERBS,
  INTENSIFIERS,
  LY_ADJECTIVES,
  NAMING_VERBS,
  NOUN_LIKE_VERBS,
  NOUNS_AFTER_LET,
  NUMBERS,
  OFFICES,
  OWN_PLURALS,
  PARTICIPLES,
  PARTICLE_VERBS,
  PICTURES,
  PREDICATIVE_ADJECTIVES,
  PREPOSITIONS,
  PRONOUNS,
  QUALIFIERS,
  RECIPIENTS,
  SPEAKING_VERBS,
  TAUGHT,
  TELLING_VERBS,
  TIME_NOUNS,
)
from clp_tfx.identity_terms import BLANKS

_REACH = 64
# A single line break before a small letter may be where a long line was broken.
_BLANK = rf"(?:[{BLANKS}]+(?:\r?\n(?=[a-z]))?|\r?\n(?=[a-z]))"
_FOLLOWING = re.compile(
  rf"(?P<close>[\"\u201d*_]*)(?P<blank>{_BLANK}?)(?P<open>[\"\u201c\u2018'(\[*_~$\u00a3\u20ac#]*)"
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
_CLOSED = (
  PREPOSITIONS | CONJUNCTIONS | DETERMINERS | PRONOUNS | AUXILIARIES | ADVERBS
) - {"past", "half", "opposite", "will"}
_POSSESSIVES = frozenset({"his", "my", "your", "our", "their", "its"})
_GIVING_ONLY = frozenset(
  {"teach", "taught", "teaches", "cost", "costs", "wish", "wishing"}
)
_OBJECTS = frozenset({"him", "them"})
# What one sees or hears of somebody: a verb only where an object follows.
_NOUN_OR_TRANSITIVE = frozenset({"face", "voice", "share", "taste", "visit", "gain"})
# One is with, to and from somebody last night, but in and for somebody's last year.
_BEFORE_PERSONS = frozenset({"with", "to", "from", "about", "at", "near", "without"})


class Role(NamedTuple):
  """What a word is in a sentence.

  Attributes:
    role: One of `clp_tfx.identity_terms.ROLES`.
    rule: The name of the rule that says so.
    confidence: How likely that is right, from 0 to 1.
  """

  role: str
  rule: str
  confidence: float


class Context(NamedTuple):
  """The words beside a word, in lower case; empty where there is none or punctuation.

  Attributes:
    before: The word before it.
    before_that: The word before that.
    first: The word after it.
    second: The word after that.
    third: And the one after that.
    opened: What stands before the first word but blanks: a quote, a bracket, a $.
    written: The first word as it is written.
    partner: The pronoun it is coordinated with: his in "her/his" and "his or her".
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
  """Returns the words beside a stretch of a text, as far as rules look."""
  following = text[end : end + _REACH]
  match = _FOLLOWING.match(following)
  first = second = third = opened = written = ""
  quoted = bool(match and match["close"])
  if quoted and text[max(0, start - 1) : start] not in ('"', "\u201c", "*", "_"):
    match = None
  if match and (match["blank"] or match["open"][:1] in ("(", "[")):
    written, opened = match["first"], match["open"]
    # A word with its first letters masked is no shorter word.
    first = _plain(written) if "***" not in opened else opened
    second, third = _plain(match["second"] or ""), _plain(match["third"] or "")
  preceding = text[max(0, start - _REACH) : start]
  if quoted:
    preceding = preceding.rstrip('"\u201c*_')
  before, before_that = _before(preceding)
  begins = not before and text[start].isupper() and not text[end - 1].isupper()
  partner = ""
  if (
    following[:2].strip()[:1] in ("/", ",", "(")
    or first in ("and", "or", "&")
    or opened == "("
  ):
    found = _PARTNER_AFTER.match(following)
    partner = found[1].lower() if found else ""
  if not partner and (preceding[-1:] in ("/", "(") or before in ("and", "or", "&")):
    found = _PARTNER_BEFORE.search(preceding)
    partner = found[1].lower() if found else ""
  return Context(
    before, before_that, first, second, third, opened, written, partner, begins
  )


def _plain(word: str) -> str:
  return word.lower().replace("\u2019", "'").rstrip("'-")


def _before(preceding: str) -> tuple[str, str]:
  if not preceding[-1:].isspace() or preceding.endswith("\n\n"):
    return "", ""
  words = preceding.split()
  if not words or not words[-1][-1].isalnum():
    return "", ""
  before = _plain(words[-1].lstrip("\"'\u201c\u2018([*_"))
  if len(words) < 2 or not words[-2][-1].isalnum():
    return before, ""
  return before, _plain(words[-2].lstrip("\"'\u201c\u2018([*_"))


def role_of(roles: frozenset[str], text: str, start: int, end: int) -> Role | None:
  """Returns which of its roles a word has in a text.

  Args:
    roles: The roles it can have, of which there are several.
    text: The text.
    start: Index of the word's first character.
    end: Index after its last.

  Returns:
    None if there is no rule for these roles.
  """
  decide = _DECIDE.get(roles)
  return decide(context(text, start, end)) if decide else None


def object_or_determiner(words: Context) -> Role:
  """Tells "I saw her" from "her car": what follows decides, then the verb before."""
  if words.partner:
    if words.partner in _POSSESSIVES:
      return _determiner("beside a possessive", 0.95)
    if words.partner in _OBJECTS:
      return _object("beside an object", 0.95)
  first = words.first
  if not first:
    return _object("nothing follows", 0.97)
  if words.begins and words.second and first not in CONJUNCTIONS | AUXILIARIES:
    return _determiner("begins a sentence", 0.97)
  if words.opened and words.opened[0] in "([":
    return _object("a bracket follows", 0.7)
  if words.opened and words.before in NAMING_VERBS:
    return _object("a name follows", 0.9)
  if first == "own":
    return _determiner("own follows", 1.0)
  return (
    _special_word(words)
    or _closed_class(words)
    or _verb_before(words)
    or _determiner("a noun may follow", 0.95)
  )


def _object(rule: str, confidence: float) -> Role:
  return Role("object", f"her: {rule}", confidence)


def _determiner(rule: str, confidence: float) -> Role:
  return Role("possessive_determiner", f"her: {rule}", confidence)


def _ends(word: str) -> bool:
  """Tells whether no noun phrase goes on with a word."""
  return not word or word in _CLOSED or word in FINITE_VERBS


def _special_word(words: Context) -> Role | None:
  """Decides for words that follow an object and begin a noun phrase as well."""
  first, second, before = words.first, words.second, words.before
  verb_before = before not in PREPOSITIONS or before in ("like", "than")
  if first in ("every", "all", "this") and second in TIME_NOUNS:
    return _object("a time follows", 0.95)
  if first in ("last", "next", "one") and second in TIME_NOUNS:
    is_time = verb_before or before in _BEFORE_PERSONS
    return (_object if is_time else _determiner)("a time follows", 0.9)
  if (
    words.written[:1].isupper()
    and first in TIME_NOUNS
    and verb_before
    and (_ends(second))
  ):
    return _object("a time follows", 0.9)
  if first in ADVERBS_OR_ADJECTIVES and verb_before and _ends(second):
    return _object("an adverb follows", 0.85)
  if first == "2" and second in BARE_VERBS | {"be"}:
    return _object("no noun phrase follows", 0.9)
  if first == "will" and second in BARE_VERBS | {"be", "have", "not", "always"}:
    return _object("a verb follows", 0.75)
  if first == "all" and (second == "of" or second in DETERMINERS):
    return _object("no noun phrase follows", 0.9)
  if first == "less" and before in COMPLEMENT_VERBS:
    return _object("an adjective ends the clause", 0.8)
  if first == "self":
    return _object("self follows", 0.8)
  if first in ("first", "last", "next", "second", "only", "more", "most", "better"):
    if before in DITRANSITIVES and first == "more":
      return _object("an amount follows", 0.9)
    if _ends(second) and verb_before:
      return _object("an adverb follows", 0.85)
    return _determiner("a noun phrase follows", 0.95)
  if first in ("very", "so", "too", "as", "really", "pretty", "quite"):
    if second in ("called", "own", "first", "last", "best") or (
      not verb_before and not _ends(second) and first != "as"
    ):
      return _determiner("a noun phrase follows", 0.9)
    if first in ("very", "really", "pretty") and not (
      before in COMPLEMENT_VERBS or _ends(second) or second in ("much", "well", "badly")
    ):
      return _determiner("a noun phrase follows", 0.85)
    return _object("an adverb follows", 0.9)
  if first in NUMBERS or first[0].isdigit():
    if before in DITRANSITIVES or (first == "one" and second in ("of", "more", "last")):
      return _object("an amount follows", 0.85)
    return _determiner("a number follows", 0.9)
  if first in ("back", "home", "down", "over", "inside", "outside", "behind"):
    if (before in PARTICLE_VERBS or second in ("then", "when")) and (
      first != "back" or second != "hurts"
    ):
      return _object("a particle follows", 0.9)
    if first in ("back", "home", "behind"):
      return _determiner("a noun may follow", 0.9)
    return _object("a particle follows", 0.95)
  if first in ("then", "now") and second and second not in _CLOSED:
    if second.endswith(
      ("friend", "husband", "wife", "partner", "boss", "fiance", "ed")
    ):
      return _determiner("then or now and a noun follow", 0.9)
    return _object("an adverb follows", 0.8)
  if first in ("ever", "never", "always", "still", "once", "not") and (
    second.endswith(("ing", "ed")) and verb_before and before not in ING_VERBS
  ):
    return _determiner("an adverb and a participle follow", 0.7)
  if first == "right":
    if not verb_before or (second and not _ends(second)) or second in ("to", "of"):
      return _determiner("a noun may follow", 0.9)
    return _object("an adverb follows", 0.8)
  if first == "well" and second in ("being", "known", "deserved", "earned", "wishes"):
    return _determiner("a noun phrase follows", 0.9)
  if first == "in" and second in ("law", "laws"):
    return _determiner("a noun may follow", 0.95)
  return None


def _closed_class(words: Context) -> Role | None:
  """Decides where what follows cannot begin a noun phrase, or is an adverb."""
  first, second = words.first, words.second
  if first in ("and", "or", "&"):
    return _object("and follows", 0.85 if second in _POSSESSIVES else 0.95)
  if first in _CLOSED:
    return _object("no noun phrase follows", 0.97)
  if "'" in first and first.rsplit("'", 1)[1] in ("ll", "re", "ve", "d", "m", "t"):
    return _object("no noun phrase follows", 0.9)
  if first.endswith("ly") and first not in LY_ADJECTIVES:
    if _ends(second):
      return _object("an adverb follows", 0.95)
    if words.before in COMPLEMENT_VERBS and _is_complement(second, words.third):
      return _object("an adjective ends the clause", 0.8)
    if words.before in BARE_VERB_VERBS and second in BARE_VERBS:
      return _object("a bare verb follows", 0.85)
    return _determiner("an adverb and a noun phrase follow", 0.85)
  if (first in FINITE_VERBS and not first.endswith("ed")) or first in SPEAKING_VERBS:
    return _object("a verb follows", 0.85)
  return None


def _verb_before(words: Context) -> Role | None:
  """Decides by what the verb before takes."""
  first, second, before = words.first, words.second, words.before
  if before in TELLING_VERBS and second in CLAUSE_VERBS and first not in NUMBERS:
    return _object("a clause follows", 0.85)
  if before in BARE_VERB_VERBS and _is_bare_verb(words):
    return _object("a bare verb follows", 0.9)
  if (
    first.endswith("ing")
    and len(first) > 4
    and (first not in ING_NOUNS or second in DETERMINERS or second == "that")
  ):
    if (
      before in ING_VERBS
      or (before == "of" and words.before_that in PICTURES)
      or (before in ("with", "without") and (_ends(second) or second.endswith("ly")))
    ):
      return _object("a participle follows", 0.9)
    return _determiner("a form in -ing follows", 0.8)
  if before in NAMING_VERBS and (words.written[:1].isupper() or first in OFFICES):
    return _object("a name follows", 0.85)
  if before in ("made", "make", "makes", "making") and first in OFFICES:
    return _object("a name follows", 0.85)
  if before in _GIVING_ONLY and first not in TAUGHT:
    return _object("a second object follows", 0.85)
  if before in DITRANSITIVES and (
    first in GIVEN_NOUNS
    or (second in GIVEN_NOUNS and (first in ADJECTIVES or first in QUALIFIERS))
  ):
    return _object("a second object follows", 0.85)
  if before in GIVING_VERBS and _is_given(words):
    return _object("a second object follows", 0.75)
  if before in PREPOSITIONS and first.endswith("ed") and _is_verb(words):
    return _object("a verb follows", 0.75)
  if first in PREDICATIVE_ADJECTIVES:
    return _object("an adjective ends the clause", 0.95)
  if before in COMPLEMENT_VERBS and _is_complement(first, second):
    return _object("an adjective ends the clause", 0.85)
  return None


def _is_bare_verb(words: Context) -> bool:
  first, second, before = words.first, words.second, words.before
  if before.startswith("let"):
    return first not in NOUNS_AFTER_LET
  if first not in BARE_VERBS and first not in NOUN_LIKE_VERBS:
    return False
  if before.startswith(("mak", "made", "help")) and first not in ("face", "voice"):
    return first not in ("move", "call", "cut", "return") or bool(second)
  if first in _NOUN_OR_TRANSITIVE:
    return second in DETERMINERS
  if first in NOUN_LIKE_VERBS or before in ("have", "had", "has", "having"):
    return second in _CLOSED and second not in (
      CONJUNCTIONS | AUXILIARIES | {"of", "for"}
    )
  return True


def _is_given(words: Context) -> bool:
  """Tells whether a plural is what somebody is given, as nobody else is said to be.

  "gave her antibiotics"; but "gave her kids money" and "gave her books to them".
  """
  first, second = words.first, words.second
  if not first.endswith("s") or first.endswith(("ss", "us", "is", "'s")):
    return False
  if first in RECIPIENTS or first in OWN_PLURALS:
    return False
  if second == "to":
    return words.third in BARE_VERBS
  return _ends(second) and second not in DETERMINERS and second not in PRONOUNS


def _is_verb(words: Context) -> bool:
  """Tells whether a word in -ed before other than nouns is one: "creaked open"."""
  second, third = words.second, words.third
  if not second or second in CONJUNCTIONS:
    return False
  is_adverb = second.endswith("ly") or second in ADJECTIVES or second == "open"
  return _ends(second) or (is_adverb and _ends(third))


def _is_complement(word: str, following: str) -> bool:
  """Tells whether a word is an adjective or participle with no noun after it."""
  if not _ends(following):
    return False
  return (
    word in ADJECTIVES
    or word in PARTICIPLES
    or word.endswith(ADJECTIVE_ENDINGS)
    or (word.endswith("ed") and len(word) > 4)
  )


def determiner_or_pronoun(words: Context) -> Role:
  """Tells "his car" from "the car is his", by what follows."""
  first, second, before = words.first, words.second, words.before
  if first == "alone":
    return _his_pronoun("no noun phrase follows", 0.95)
  if words.partner and words.partner != "his":
    if words.partner in ("hers", "mine", "yours", "ours", "theirs"):
      return _his_pronoun("beside a possessive", 0.95)
    if words.partner not in _OBJECTS:
      return _his_determiner("beside a possessive", 0.95)
  if not first:
    return _his_pronoun("nothing follows", 0.95)
  if words.begins and second and first not in AUXILIARIES:
    return _his_determiner("begins a sentence", 0.97)
  if words.opened:
    return _his_determiner("a quote or bracket follows", 0.9)
  if first in ("and", "or", "&"):
    if second.endswith("'s"):
      return _his_determiner("beside a possessive", 0.9)
    return _his_pronoun("and follows", 0.85)
  if first in ("in", "on") and (
    second
    in ("law", "laws", "game", "house", "depth", "screen", "air", "going", "field")
  ):
    return _his_determiner("a noun phrase follows", 0.9)
  if first in AFTER_POSSESSIVE_PRONOUN and words.written != "A":
    return _his_pronoun("no noun phrase follows", 0.9)
  if before in COPULAS and first in _CLOSED and first not in NUMBERS:
    return _his_pronoun("no noun phrase follows", 0.7)
  if before == "of" and words.before_that in ACQUAINTANCES and _is_third_person(first):
    return _his_pronoun("a verb follows", 0.8)
  if first in FINITE_VERBS and (first.endswith("s") or before == "of"):
    return _his_pronoun("a verb follows", 0.85)
  verb = second in FINITE_VERBS or (second.endswith("s") and _ends(words.third))
  if first in ("still", "also", "never", "always") and verb:
    return _his_pronoun("a verb follows", 0.6)
  return _his_determiner("a noun may follow", 0.99)


def _is_third_person(word: str) -> bool:
  return word.endswith("s") and (word[:-1] in BARE_VERBS or word[:-2] in BARE_VERBS)


def _his_determiner(rule: str, confidence: float) -> Role:
  return Role("possessive_determiner", f"his: {rule}", confidence)


def _his_pronoun(rule: str, confidence: float) -> Role:
  return Role("possessive_pronoun", f"his: {rule}", confidence)


def noun_or_adjective(words: Context) -> Role:
  """Tells "a gay" from "a gay man" and "is gay"."""
  first, before = words.first, words.before
  if first and not _ends(first) and not words.opened:
    return Role("adjective", "adjective: a noun may follow", 0.8)
  if before in DETERMINERS or before in NUMBERS:
    return Role("noun", "noun: after a determiner", 0.85)
  if before in COPULAS or before in INTENSIFIERS:
    return Role("adjective", "adjective: after is", 0.85)
  return Role("noun", "noun: nothing follows", 0.6)


_DECIDE = {
  frozenset({"object", "possessive_determiner"}): object_or_determiner,
  frozenset({"possessive_determiner", "possessive_pronoun"}): determiner_or_pronoun,
  frozenset({"noun", "adjective"}): noun_or_adjective,
}
