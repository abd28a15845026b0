"""Tells where an English word names people, and where it means something else.

A few words on either side decide.
"""

from collections.abc import Callable
from typing import NamedTuple

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.persons import (
  BEFORE_CALLS,
  BEFORE_MANKIND,
  BEGINNINGS,
  BOTH,
  CALLING_VERBS,
  CALLS_TO_SEVERAL,
  COMPOUNDS,
  FIRST_NAMES,
  GREETINGS,
  HUMAN_ADJECTIVES,
  INDIVIDUALS,
  INSTITUTIONS,
  KINDS,
  LANGUAGE_NOUNS,
  LANGUAGE_VERBS,
  LINKING_PARTICLES,
  LINKING_VERBS,
  NO_PERSONS,
  ORGANIZED,
  PARTICIPLES_OF_STATES,
  PERSON_CONTRACTIONS,
  PERSON_ENDINGS,
  PERSON_PRONOUNS,
  PERSONS,
  POSSESSORS,
  POSTMODIFIERS,
  RANKING,
  SEVERAL,
  SPEAKERS,
  VERBS,
  WORKS,
)
from clp_tfx.counterfactuals.english.scene import QUOTES, Scene, Words
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVES,
  ADVERBS,
  AUXILIARIES,
  BARE_VERBS,
  CONJUNCTIONS,
  COPULAS,
  DETERMINERS,
  FINITE_VERBS,
  INTENSIFIERS,
  NOUN_LIKE_VERBS,
  PREPOSITIONS,
  SPEAKING_VERBS,
)

_JOINTS = frozenset({"and", "or", "nor", "&", ",", "/"})
_ADVERBS = (INTENSIFIERS | ADVERBS | {"not", "also", "just", "both", "only", "all"}) - {
  "straight",
  "right",
}
_SWEARING = frozenset({"fucking", "fuckin", "freaking", "damn", "goddamn", "bloody"})
_COPULAS = COPULAS | {"ain't", "aint", "isnt", "arent", "wasnt", "werent"}
_BEFORE_COPULAS = _ADVERBS | AUXILIARIES | {"and", "'m", "'re", "to", "been"}
_BARE_COPULAS = frozenset({"be", "been", "being"})
_ENDS = CLOSED_CLASSES | FINITE_VERBS | POSTMODIFIERS | VERBS | {"will", "past", "n't"}
_EXTENT = frozenset(
  {"alike", "best", "first", "hardest", "need", "themselves", "worst"}
)
_SINGULAR_VERBS = frozenset({"is", "was", "has", "does", "isn't", "wasn't", "hasn't"})
_NOUN_LIKE_VERBS = NOUN_LIKE_VERBS | frozenset(
  {"break", "build", "deal", "drink", "drive", "fight", "lead", "play", "return"}
  | {"ride", "run", "start", "work"}
)
_ENDS_GROUP = (
  (_ENDS | BARE_VERBS | SPEAKING_VERBS | _EXTENT) - _NOUN_LIKE_VERBS - _SINGULAR_VERBS
)
_MOST_BETWEEN = 5
_RARELY_PERSONS = frozenset(
  {"dwarfs", "host", "hosts", "kiwi", "orphan", "orphans", "pole", "poles", "steward"}
)
_CALLS = frozenset({"hello", "hey", "hi", "oh", "ok", "okay", "yo"})
_BEFORE_RANKS = DETERMINERS | POSSESSORS | COPULAS | SEVERAL | RANKING
_SENTENCE_ENDS = frozenset({"", ".", "!", "?", ";", ":", "\n"})


class Known(NamedTuple):
  """The words of `english.persons` and those that a lexicon adds.

  Attributes:
    persons: Nouns for persons.
    modifiers: Adjectives that can precede one.
    identities: The modifiers that are terms of the lexicon.
    either: Terms that can be a noun or an adjective.
  """

  persons: frozenset[str]
  modifiers: frozenset[str]
  identities: frozenset[str]
  either: frozenset[str]

  @classmethod
  def of(
    cls,
    nouns: frozenset[str],
    adjectives: frozenset[str],
    either: frozenset[str] = frozenset(),
  ) -> "Known":
    """Adds the terms of a lexicon."""
    identities = adjectives | either
    modifiers = HUMAN_ADJECTIVES | ADJECTIVES | identities
    persons = (PERSONS | nouns) - _RARELY_PERSONS
    return cls(persons, modifiers, identities, either)

  def person(self, word: str) -> float:
    """Returns the probability that a noun names a person."""
    if word in self.persons:
      return 1.0
    head = word[word.rfind("-") + 1 :]
    one = head.removesuffix("s")
    ends = one.endswith(PERSON_ENDINGS) and len(one) > 4
    return 0.8 if ends and head not in NO_PERSONS else 0.0


_at = Words.at


def _is_word(token: str) -> bool:
  return token[:1].isalnum()


def _people(at: Scene, known: Known) -> float:
  """A noun for persons follows: deaf people, old white and Hispanic men."""
  joined, is_list, last = False, False, ""
  for index, word in enumerate([*at.after[:_MOST_BETWEEN], ""]):
    is_both = word in BOTH and _is_noun(_at(at.after, index + 1))
    if is_both or (
      word in known.modifiers and (word not in known.persons or not joined)
    ):
      joined = False
    elif person := known.person(word) or float(word in BOTH):
      return 0.0 if joined or _is_organized(at, index + 1) else person
    elif word in _JOINTS and not joined and word not in ("and", "or", ",", "&"):
      joined = is_list = True
    elif last in known.either and not is_list and not _is_noun(word):
      return 0.9
    elif last in known.persons:  # The white male vote, American police are.
      return 0.8
    elif word in _JOINTS and not joined:
      joined = is_list = True
    elif word not in INTENSIFIERS:
      return 0.0
    last = word
  return 0.0


def _is_organized(at: Scene, index: int) -> bool:
  """Tells the Swiss People's Party from Swiss people's houses."""
  if _at(at.after, index) in ("'s", "'"):
    index += 1
  word = _at(at.after, index)
  return word in INSTITUTIONS or (
    word in ORGANIZED and _is_capital(_at(at.written_after, index))
  )


def _the(at: Scene, known: Known) -> float:
  """Names a group by itself: the deaf, the very poor, those French."""
  if not _begins_group(at, known):
    return 0.0
  index = 0
  while _at(at.after, index) in _JOINTS and _at(at.after, index + 1) in known.modifiers:
    index += 2
  following = _at(at.after, index)
  if following == "-" or (following == "'" and index == 0):
    return 0.0
  if following in QUOTES and _is_capital(_at(at.written_after, index + 1)):
    return 0.0
  acts = index == 0 and _acts(at)
  return 0.9 if acts or following in _ENDS_GROUP or not _is_word(following) else 0.0


def _begins_group(at: Scene, known: Known) -> bool:
  index = 0
  first = _at(at.before, 0)
  if first in INTENSIFIERS or first in known.modifiers or first.endswith("ly"):
    index = 1
  # The Russians and Chinese.
  elif first in _JOINTS and _at(at.before, 1) in known.persons:
    index = 2
  return _at(at.before, index) in ("the", "these", "those")


def _acts(at: Scene) -> bool:
  """Tells "the French applied the name" from "the French occupied zone"."""
  verb, word = _at(at.written_after, 0), _at(at.written_after, 1)
  has_object = word in DETERMINERS or (
    word.endswith("s") and word not in _SINGULAR_VERBS
  )
  begins = _at(at.before, 0) in DETERMINERS and _at(at.before, 1) in _SENTENCE_ENDS
  is_subject = begins and _is_noun(word) and not _is_verb(_at(at.after, 2))
  if verb in _NOUN_LIKE_VERBS:
    return has_object or is_subject
  is_clause = is_subject or has_object or _is_capital(word) or word.endswith("ly")
  acts = _is_past(verb) and verb not in PARTICIPLES_OF_STATES
  return acts and (is_clause or not _is_noun(word))


def _is_verb(word: str) -> bool:
  return word in AUXILIARIES or word in FINITE_VERBS or word in VERBS


def _is(at: Scene, known: Known) -> float:
  """Said of somebody: they are deaf, born poor, identifies as queer."""
  if not _ends_predicate(at, known):
    return 0.0
  if _at(at.before, 0) == "as":  # Describe him as German; was listed as black.
    word = _at(at.before, 1)
    if word in PERSON_PRONOUNS or word in known.persons:
      return 0.8
    if word in CALLING_VERBS:
      return _of_a_person_before(at, 2, known)
  index = 0
  while index < _MOST_BETWEEN:
    word = _at(at.before, index)
    is_joint = index and word in ("and", "or", ",", "nor", "/")
    is_adverb = word in _ADVERBS or (word.endswith("ly") and len(word) > 4)
    if not (is_joint or is_adverb or word in known.modifiers):
      break
    index += 1
  word = _at(at.before, index)
  if index and word in known.persons and "too" in at.before[:index]:
    return 0.8  # Kids too young to count.
  if word in LINKING_PARTICLES and _at(at.before, index + 1) in LINKING_VERBS:
    return 0.8
  if word in CALLING_VERBS and _at(at.before, index + 1) in _COPULAS:
    return _subject(at, index + 2, known)
  if word in PERSON_CONTRACTIONS:
    return 0.9
  if word in ("born", "identify", "identifies", "grow", "grows", "growing"):
    return 0.9
  if (word in PERSON_PRONOUNS or word in known.persons) and not (
    CALLING_VERBS.isdisjoint(at.before[index + 1 : index + 3])
  ):
    return 0.8  # Call the man deaf.
  if word in _BARE_COPULAS:
    return _of_a_person_before(at, index + 1, known)
  if word in _COPULAS or word in LINKING_VERBS:
    return _subject(at, index + 1, known)
  if word in PERSON_PRONOUNS and _at(at.before, index + 1) in _COPULAS:
    return 0.8  # Are you deaf?
  return 0.0


def _ends_predicate(at: Scene, known: Known) -> bool:
  index = 0
  while _at(at.after, index) in known.modifiers and index < 2:
    index += 1
  following = _at(at.after, index)
  if following in ("and", "or", ",", "but"):
    return _at(at.after, index + 1) not in PREPOSITIONS or following != "and"
  return not _is_word(following) and following != "-" or following in _ENDS


def _subject(at: Scene, index: int, known: Known) -> float:
  """Returns the probability that the words from an index on name a person."""
  copula = _at(at.before, index - 1)
  while _at(at.before, index) in _BEFORE_COPULAS:
    index += 1
  word = _at(at.before, index)
  if word in PERSON_PRONOUNS or word in known.persons or word in PERSON_CONTRACTIONS:
    return 0.9
  if copula in ("are", "were", "'s"):
    # Sales were poor: a capital, but no name. Trump's old friends: no copula.
    return 0.0
  return 0.7 if _is_name(_at(at.written_before, index), known) else 0.0


def _of_a_person_before(at: Scene, index: int, known: Known) -> float:
  for word in at.before[index : index + 8]:
    if word in PERSON_PRONOUNS or word in known.persons or word in PERSON_CONTRACTIONS:
      return 0.8
    if word in ".!?;\n":
      break
  return 0.7 if at.before[index - 1 : index] == ["being"] else 0.0


def _one(at: Scene, known: Known) -> float:
  """One or some of them: a German, two young Swiss."""
  following = _at(at.after, 0)
  is_end = following in _ENDS or (_is_past(following) and _acts(at))
  if following in ("-", "&", "/") or (_is_word(following) and not is_end):
    return 0.0
  if following in ("and", "or", ",") and not _ends_list(at, known):
    return 0.0
  for word in at.before[:4]:
    if word in INDIVIDUALS or word in SEVERAL:
      return 0.9
    if word not in known.modifiers and not word.endswith("ed"):
      break
  return 0.0


def _ends_list(at: Scene, known: Known) -> bool:
  """Tells "a German and a Pole" from "a German and Italian dish"."""
  word, following = _at(at.after, 1), _at(at.after, 2)
  if word in known.modifiers:
    return not _is_noun(following)
  return not _is_noun(word) or not _is_capital(_at(at.written_after, 1))


def _is_past(word: str) -> bool:
  return word.endswith("ed") and len(word) > 4 and word.islower()


def _is_noun(word: str) -> bool:
  return _is_word(word) and word not in _ENDS


def _address(at: Scene, known: Known) -> bool:
  """Speaks to somebody: thanks, bro; oh boy; come on man!"""
  following, first = _at(at.after, 0), _at(at.before, 0)
  if following in ("please", "pls", "plz"):
    following = ""
  are_several = at.written.lower().endswith(("s", "men"))
  if first in GREETINGS and not are_several and following != "'s":
    return True
  if first in CONJUNCTIONS and following in ("am", "did", "do", "does"):
    return True  # And boy did it work.
  if not _is_word(first) or first in ADVERBS or first in BEFORE_CALLS:
    if following in (CALLS_TO_SEVERAL if are_several else BEGINNINGS):
      return True
    if not are_several and (
      following in DETERMINERS or _is_capital(_at(at.written_after, 0))
    ):
      return True
  if following == "(":  # A signature.
    return _at(at.after, 1) in (")", "talk", "edits", "contribs")
  if _is_word(following) or following in ("'s", "'", "-", "&", "/", "'ll", "'d"):
    return first in _CALLS and following != "'s"
  if not _is_word(first) and first != "'s":
    # At the beginning and before punctuation, or between punctuation.
    return bool(following) or bool(first)
  if first in GREETINGS or first in BEFORE_CALLS:
    return True
  if first in ("good", "bad") and not _is_word(_at(at.before, 1)):
    return True
  if first in known.modifiers or first in CONJUNCTIONS or first in AUXILIARIES:
    return False
  if first in PREPOSITIONS or first == "'s" or are_several:
    return False  # He likes boys.
  for index, word in enumerate(at.before[:6]):
    # Go get a life man; a con man.
    is_idiom = index == 1 and (
      (word == "a" and _is_noun(first) and first not in COMPOUNDS)
      or (word == "no" and first.endswith("s"))  # No worries man.
    )
    if is_idiom or word in DETERMINERS or word in SEVERAL:
      return is_idiom
    if not _is_word(word):
      break
  return True


def _title(at: Scene, known: Known) -> bool:
  """Stands before a name: King Arthur, Lady Gaga, Father Brown."""
  following = _at(at.written_after, 0)
  lower = following.lower()
  if lower in FIRST_NAMES and _at(at.before, 0) not in POSSESSORS:
    return True
  if not _is_name(following, known) and not (
    _is_capital(following) and lower in known.identities and _is_capital(at.written)
  ):
    return False
  has_owner = _at(at.before, 0) in POSSESSORS
  return not has_owner or (_is_capital(at.written) and not at.written.isupper())


def _first_name(at: Scene, known: Known) -> bool:
  """Begins a name, or is one: Christian Bale, Prince recorded, Christian's desk."""
  if not _is_capital(at.written):
    return False
  following, before = _at(at.after, 0), _at(at.before, 0)
  if (
    following == "'s" and before not in _BEFORE_RANKS and before not in known.modifiers
  ):
    return True
  is_subject = _at(at.before, 0) in _SENTENCE_ENDS and (
    _is_past(following) or following in FINITE_VERBS or following in VERBS
  )
  return is_subject or _is_name(_at(at.written_after, 0), known)


def _surname(at: Scene, known: Known) -> bool:
  """Ends a name: Stephen King."""
  before = _at(at.written_before, 0)
  if at.written.islower():
    return before in FIRST_NAMES and not _people(at, known)
  initial = _at(at.written_before, 1)
  if before == "." and len(initial) == 1 and initial.isupper():  # Peter J. King
    return _is_capital(at.written)
  return (
    _is_capital(at.written)
    and _is_name(before, known)
    and before.lower() not in GREETINGS
    and before.lower() not in ADVERBS
  )


def _name(at: Scene, known: Known) -> bool:
  """Has a capital and no article inside a sentence: if King says, born in Queens."""
  before = _at(at.written_before, 0)
  if at.written.islower():  # A text without capitals.
    return before in _SENTENCE_ENDS and not _is_noun(_at(at.after, 0))
  return (
    _is_capital(at.written)
    and before.islower()
    and before not in _BEFORE_RANKS
    and before not in known.modifiers
    and not known.person(before)
    and _at(at.after, 0) != "of"
  )


def _institution(at: Scene, known: Known) -> bool:
  """A church, a state or another body: Catholic Church, German government."""
  following = _at(at.written_after, 0)
  is_belief = following.endswith("ism")  # Islamic Terrorism
  is_named = _is_capital(at.written) and _is_name(following, known) and not is_belief
  is_joined = following.lower() in known.identities  # The Coptic Christian Church
  return is_named or _at(at.after, int(is_joined)) in INSTITUTIONS


def _work(at: Scene, known: Known) -> bool:
  """Belongs to the name of a work or a firm: Big Brother, the band Gay Dad."""
  if not _is_capital(at.written):
    return False
  before = _at(at.written_before, 0)
  lower = before.lower()
  is_labelled = _at(at.after, 0) == "(" and _at(at.after, 1) in WORKS
  if is_labelled or lower in WORKS or _at(at.before, 1) in WORKS:
    return True
  if before == "The":
    return _at(at.before, 1) not in _SENTENCE_ENDS
  return (
    _is_capital(before)
    and lower not in CLOSED_CLASSES
    and lower not in known.identities
    and lower not in GREETINGS
  )


def _acronym(at: Scene, known: Known) -> bool:
  """Is in capitals among small letters, not for emphasis: the MOM broker."""
  before, following = _at(at.written_before, 0), _at(at.written_after, 0)
  if at.written in ("MS", "MRS"):
    return following != "." and not _is_capital(following)
  if not at.written.isupper() or len(at.written) < 2 or not following.islower():
    return False
  if before == "'s":
    return following in AUXILIARIES
  is_bare = not before or before.lower() in ("the", "a", "an")
  return is_bare and _is_noun(following) and following not in known.persons


def _thing(at: Scene, known: Known) -> bool:
  """Said of a thing: that's gay, this report is gay."""
  index = 0
  while _stresses(_at(at.before, index)):
    index += 1
  if _at(at.before, index) not in _COPULAS:
    return _at(at.before, index) in ("thats", "its")
  subject = _at(at.before, index + 1)
  before = _at(at.before, index + 2)
  if subject in ("it", "this", "that", "everything", "something", "shit"):
    return subject != "that" or not _is_word(before)
  is_bare = not _is_word(before) and "so" in at.before[:index]
  return (
    (is_bare or before in ("this", "that", "the", "my", "your", "whole"))
    and not known.person(subject)
    and subject not in PERSON_PRONOUNS
    and subject not in known.modifiers
    and not _is_capital(_at(at.written_before, index + 1))
  )


def _stresses(word: str) -> bool:
  return word in _ADVERBS or word in _SWEARING or word.rstrip("o") == "s"


def _figurative(at: Scene, known: Known) -> bool:
  """Rules over no country: the queen of drama. Or stands for all: the nature of man."""
  following = _at(at.written_after, 1)
  if at.written.lower() == "man" and _at(at.after, 0) not in ("and", "or", "-"):
    return _at(at.before, 0) in BEFORE_MANKIND and _at(at.before, 1) not in KINDS
  return _at(at.after, 0) == "of" and following.islower() and _is_noun(following)


def _language(at: Scene, known: Known) -> bool:
  """Is a language: French lessons, translated from the German."""
  following, second = [*(w for w in at.after[:4] if w not in QUOTES), "", ""][:2]
  if following in LANGUAGE_NOUNS or following in SPEAKERS or second in SPEAKERS:
    return True
  if known.person(following):
    return False
  if not {"language", "languages"}.isdisjoint(at.after[:6]):
    return True
  before, further = _at(at.before, 0), _at(at.before, 1)
  if before in ("in", "into") or before in LANGUAGE_VERBS:
    return True
  if before == "native" and further in POSSESSORS:
    return True
  is_text = further in LANGUAGE_VERBS or following == "for"
  is_text = is_text or (following == "in" and second in POSSESSORS)
  is_made = further in ("of", "from", "into") and "translat" in _at(at.before, 2)
  return before == "the" and (is_text or is_made)


def _is_capital(word: str) -> bool:
  return word[:1].isupper() and not word[1:2].isupper()


def _is_name(word: str, known: Known) -> bool:
  lower = word.lower()
  return (
    _is_capital(word)
    and lower not in known.persons
    and lower not in known.modifiers
    and lower not in CLOSED_CLASSES
    and lower not in FINITE_VERBS
  )


WAYS: dict[str, Callable[[Scene, Known], float]] = {
  "people": _people,
  "the": _the,
  "is": _is,
  "one": _one,
}
"""Ways of naming people: each returns the confidence that a word does, or 0."""
OTHER_SENSES: dict[str, Callable[[Scene, Known], bool]] = {
  "address": _address,
  "title": _title,
  "first_name": _first_name,
  "surname": _surname,
  "name": _name,
  "institution": _institution,
  "work": _work,
  "acronym": _acronym,
  "thing": _thing,
  "figurative": _figurative,
  "language": _language,
}
"""Other senses of a word, each with a test for it."""
