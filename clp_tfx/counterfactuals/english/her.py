"""Tells "her" as an object ("I saw her") from "her" as a determiner ("her car")."""

from clp_tfx.counterfactuals.english.context import (
  CLOSED_CLASSES,
  COORDINATORS,
  Context,
  Role,
  ends_phrase,
)
from clp_tfx.counterfactuals.english.persons import PERSONS
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVE_ENDINGS,
  ADJECTIVES,
  ADVERBS_OR_ADJECTIVES,
  AMOUNT_VERBS,
  AUXILIARIES,
  BARE_VERB_VERBS,
  BARE_VERBS,
  CLAUSE_VERBS,
  COMPLEMENT_VERBS,
  CONJUNCTIONS,
  DETERMINERS,
  DITRANSITIVES,
  FINITE_VERBS,
  GIVEN_NOUNS,
  GIVING_VERBS,
  ING_NOUNS,
  ING_VERBS,
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

_OBJECTS = frozenset({"him", "them"})
_TIMES = TIME_NOUNS | {"other", "next", "last", "first", "same", "way"}
_POSSESSIVES = frozenset({"his", "my", "your", "our", "their", "its"})
_GETTING = frozenset({"get", "gets", "getting", "got"})
_GIVING_ONLY = frozenset(
  {"teach", "taught", "teaches", "cost", "costs", "wish", "wishing"}
)
# Nouns for what people see or hear of somebody, unless an object follows.
_NOUN_OR_TRANSITIVE = frozenset({"face", "voice", "share", "taste", "visit", "gain"})
# "with her last night" has an object, "in her last year" a determiner.
_BEFORE_PERSONS = frozenset({"with", "to", "from", "about", "at", "near", "without"})


def object_or_determiner(words: Context) -> Role:
  """Tells "I saw her" from "her car" by the next words, then by the verb before."""
  if words.partner:
    is_object_of_verb = words.before and words.before not in CLOSED_CLASSES
    if is_object_of_verb and words.first == "and" and words.third in PERSONS:
      return _object("and follows", 0.75)  # Left her and their son.
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


def _special_word(words: Context) -> Role | None:
  """Decides if the next word can either follow an object or begin a noun phrase."""
  first, second, before = words.first, words.second, words.before
  verb_before = before not in PREPOSITIONS or before in ("like", "than")
  if first in {"every", "all", "this"} and second in TIME_NOUNS:
    return _object("a time follows", 0.95)
  if first in {"last", "next", "one"} and second in TIME_NOUNS:
    is_time = verb_before or before in _BEFORE_PERSONS
    return (_object if is_time else _determiner)("a time follows", 0.9)
  if (
    words.written[:1].isupper()
    and first in TIME_NOUNS
    and verb_before
    and (ends_phrase(second))
  ):
    return _object("a time follows", 0.9)
  if first in ADVERBS_OR_ADJECTIVES and verb_before and ends_phrase(second):
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
  if first in {"first", "last", "next", "second", "only", "more", "most", "better"}:
    if before in DITRANSITIVES and first == "more":
      return _object("an amount follows", 0.9)
    if ends_phrase(second) and verb_before:
      return _object("an adverb follows", 0.85)
    return _determiner("a noun phrase follows", 0.95)
  if first in {"very", "so", "too", "as", "really", "pretty", "quite"}:
    if second in {"called", "own", "first", "last", "best"} or (
      not verb_before and not ends_phrase(second) and first != "as"
    ):
      return _determiner("a noun phrase follows", 0.9)
    if first in {"very", "really", "pretty"} and not (
      before in COMPLEMENT_VERBS
      or ends_phrase(second)
      or second in {"much", "well", "badly"}
    ):
      return _determiner("a noun phrase follows", 0.85)
    return _object("an adverb follows", 0.9)
  if first in NUMBERS or first[0].isdigit():
    if before in DITRANSITIVES | AMOUNT_VERBS or (
      first == "one" and second in {"of", "more", "last"}
    ):
      return _object("an amount follows", 0.85)
    return _determiner("a number follows", 0.9)
  if first in {"back", "home", "down", "over", "inside", "outside", "behind"}:
    if (before in PARTICLE_VERBS or second in ("then", "when")) and (
      first != "back" or second != "hurts"
    ):
      return _object("a particle follows", 0.9)
    if first in {"back", "home", "behind"}:
      return _determiner("a noun may follow", 0.9)
    return _object("a particle follows", 0.95)
  if first in ("then", "now") and second and second not in CLOSED_CLASSES:
    if second.endswith(
      ("friend", "husband", "wife", "partner", "boss", "fiance", "ed")
    ):
      return _determiner("then or now and a noun follow", 0.9)
    return _object("an adverb follows", 0.8)
  if first in {"ever", "never", "always", "still", "once", "not"} and (
    second.endswith(("ing", "ed")) and verb_before and before not in ING_VERBS
  ):
    return _determiner("an adverb and a participle follow", 0.7)
  if first == "right":
    if (
      not verb_before or (second and not ends_phrase(second)) or second in ("to", "of")
    ):
      return _determiner("a noun may follow", 0.9)
    return _object("an adverb follows", 0.8)
  if first == "well" and second in {"being", "known", "deserved", "earned", "wishes"}:
    return _determiner("a noun phrase follows", 0.9)
  if first == "in" and second in ("law", "laws"):
    return _determiner("a noun may follow", 0.95)
  return None


def _closed_class(words: Context) -> Role | None:
  """Decides if the next word cannot begin a noun phrase, or is an adverb."""
  first, second = words.first, words.second
  if first in COORDINATORS:
    return _object("and follows", 0.85 if second in _POSSESSIVES else 0.95)
  if first in CLOSED_CLASSES:
    return _object("no noun phrase follows", 0.97)
  if "'" in first and first.rsplit("'", 1)[1] in {"ll", "re", "ve", "d", "m", "t"}:
    return _object("no noun phrase follows", 0.9)
  if first.endswith("ly") and first not in LY_ADJECTIVES:
    if ends_phrase(second):
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
  """Decides by the verb before."""
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
      or (
        before in ("with", "without") and (ends_phrase(second) or second.endswith("ly"))
      )
    ):
      return _object("a participle follows", 0.9)
    return _determiner("a form in -ing follows", 0.8)
  if before in NAMING_VERBS and (words.written[:1].isupper() or first in OFFICES):
    return _object("a name follows", 0.85)
  if before in {"made", "make", "makes", "making"} and first in OFFICES:
    return _object("a name follows", 0.85)
  if before in _GIVING_ONLY and first not in TAUGHT:
    return _object("a second object follows", 0.85)
  if before in _GETTING and second == "from":
    return _determiner("a noun may follow", 0.8)  # Where does she get her money from?
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
  if (
    before.startswith(("help", "mak", "made", "watch", "saw", "see", "hear"))
    and (second in DETERMINERS or second in ("it", "him", "them", "me", "us", "you"))
    and words.third not in _TIMES
    and first not in PERSONS
  ):
    return True  # Helped her locate the shop, but: saw her notebook the other day.
  if first not in BARE_VERBS and first not in NOUN_LIKE_VERBS:
    return False
  if before.startswith(("mak", "made", "help")) and first not in ("face", "voice"):
    return first not in {"move", "call", "cut", "return"} or bool(second)
  if first in _NOUN_OR_TRANSITIVE:
    return second in DETERMINERS
  if first in NOUN_LIKE_VERBS or before in {"have", "had", "has", "having"}:
    return second in CLOSED_CLASSES and second not in (
      CONJUNCTIONS | AUXILIARIES | {"of", "for"}
    )
  return True


def _is_given(words: Context) -> bool:
  """Tells whether a plural is what she is given, not who is given something.

  "gave her antibiotics", but not "gave her kids money" or "gave her books to them".
  """
  first, second = words.first, words.second
  if not first.endswith("s") or first.endswith(("ss", "us", "is", "'s")):
    return False
  if first in RECIPIENTS or first in OWN_PLURALS:
    return False
  if second == "to":
    return words.third in BARE_VERBS
  return ends_phrase(second) and second not in DETERMINERS and second not in PRONOUNS


def _is_verb(words: Context) -> bool:
  """Tells whether a word in -ed is a verb, as no noun follows: "creaked open"."""
  second, third = words.second, words.third
  if not second or second in CONJUNCTIONS:
    return False
  is_adverb = second.endswith("ly") or second in ADJECTIVES or second == "open"
  return ends_phrase(second) or (is_adverb and ends_phrase(third))


def _is_complement(word: str, following: str) -> bool:
  """Tells whether a word is an adjective or participle without a noun after it."""
  if not ends_phrase(following):
    return False
  return (
    word in ADJECTIVES
    or (word.startswith("un") and word.endswith("y"))
    or word in PARTICIPLES
    or word.endswith(ADJECTIVE_ENDINGS)
    or (word.endswith("ed") and len(word) > 4)
  )
