"""Senses in which an English word names nobody: oh boy, King Arthur, French lessons.

A few words on either side decide.
"""

from collections.abc import Callable

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.known import (
  ALL_COPULAS,
  MODIFYING_ADVERBS,
  SENTENCE_ENDS,
  Known,
  is_capital,
  is_name,
  is_noun,
  is_past,
  is_word,
)
from clp_tfx.counterfactuals.english.persons import (
  BEFORE_CALLS,
  BEFORE_MANKIND,
  BEGINNINGS,
  CALLS_TO_SEVERAL,
  COMPOUNDS,
  FIRST_NAMES,
  GREETINGS,
  INSTITUTIONS,
  KINDS,
  LANGUAGE_NOUNS,
  LANGUAGE_VERBS,
  NO_COMPOUNDS,
  PERSON_CONTRACTIONS,
  PERSON_PRONOUNS,
  POSSESSORS,
  RANKING,
  SEVERAL,
  SITES,
  SOCIETIES,
  SPEAKERS,
  THINGS_OF_BELIEF,
  VERBS,
  WORKS,
)
from clp_tfx.counterfactuals.english.scene import QUOTES, Scene, Words
from clp_tfx.counterfactuals.english.ways import people
from clp_tfx.counterfactuals.english.words import (
  ADVERBS,
  AUXILIARIES,
  CONJUNCTIONS,
  COPULAS,
  DETERMINERS,
  FINITE_VERBS,
  PREPOSITIONS,
)

_SWEARING = frozenset(
  {"fucking", "fuckin", "freaking", "damn", "goddamn", "bloody", "flaming"}
)
_ABSTRACT = ("ance", "ence", "ility", "ism", "ment", "ness", "tion")
_JOINTS = frozenset({"and", "or", "/", "-", "\u2013"})
_CALLS = frozenset({"hello", "hey", "hi", "luck", "oh", "ok", "okay", "yo"})
_BEFORE_RANKS = DETERMINERS | POSSESSORS | COPULAS | SEVERAL | RANKING

_CLAUSE_STARTS = SENTENCE_ENDS | CONJUNCTIONS
_MOST_OF_A_NAME = 5
_NO_TITLES = POSSESSORS | {"a"}
_THINGS = frozenset({"it", "that", "this"})
_NAMED = frozenset(
  {"etymology", "name", "names", "surname", "surnames", "term", "terms"}
)
_NAMED |= {"toponym", "word", "words"}
_OBJECTS = frozenset({"him", "me", "them", "u", "us"})
_at = Words.at


def _address(at: Scene, known: Known) -> bool:
  """Speaks to somebody: thanks, bro; oh boy; come on man!"""
  following, first = _at(at.after, 0), _at(at.before, 0)
  if following in ("please", "pls", "plz"):
    following = ""
  lower = at.written.lower()
  are_several = lower.endswith(("s", "men"))
  if first in GREETINGS and not are_several and following != "'s":
    return True
  if first in CONJUNCTIONS and following in ("am", "did", "do", "does"):
    return True  # And boy did it work.
  begins_clause = first in ("and", "but") and not is_word(_at(at.before, 1))
  if begins_clause and _at(at.after, int(following == ",")) in CALLS_TO_SEVERAL:
    return True  # And dude I'm not joking; and guys, we must talk.
  if not is_word(first) or first in ADVERBS or first in BEFORE_CALLS:
    if following in (CALLS_TO_SEVERAL if are_several else BEGINNINGS):
      return True
    if not are_several and (
      following in DETERMINERS or is_capital(_at(at.written_after, 0))
    ):
      return True
  if not are_several and following in CALLS_TO_SEVERAL and _is_bare(at, known):
    return True  # For my sake man you are wrong.
  if following == "(":  # A signature.
    return _at(at.after, 1) in (")", "talk", "edits", "contribs")
  if is_word(following) or following in ("'s", "'", "-", "&", "/", "'ll", "'d"):
    return first in _CALLS and following != "'s"
  if not is_word(first) and first != "'s":
    # At the beginning and before punctuation, or between punctuation.
    return bool(following) or bool(first)
  if first in GREETINGS or first in BEFORE_CALLS or first in NO_COMPOUNDS:
    return True
  if first in _OBJECTS and not are_several:
    return True  # Hit him, brother!
  is_remark = first in ("good", "bad") or (first == "nice" and following == ",")
  if is_remark and not is_word(_at(at.before, 1)):
    return True
  if _ends_remark(at, known, are_several):
    return True
  if first in known.modifiers or first in CONJUNCTIONS or first in AUXILIARIES:
    return False
  if first in PREPOSITIONS or first == "'s" or are_several:
    return False  # He likes boys.
  for index, word in enumerate(at.before[:6]):
    # Go get a life man; a con man.
    is_idiom = index == 1 and (
      (word == "a" and is_noun(first) and first not in COMPOUNDS)
      or (word == "no" and first.endswith("s"))  # No worries man.
      # That situation man.
      or (first.endswith(_ABSTRACT) and first not in COMPOUNDS and lower != "guy")
    )
    if is_idiom or word in DETERMINERS or word in SEVERAL:
      return is_idiom
    if not is_word(word):
      break
  return True


def _is_bare(at: Scene, known: Known) -> bool:
  """Tells whether neither an article nor an adjective belongs to a noun."""
  if _at(at.before, 0) in known.modifiers:
    return False
  for word in at.before[:_MOST_OF_A_NAME]:
    if word in DETERMINERS or word in SEVERAL or word in ("'s", "one"):
      return False
    if not is_word(word):
      break
  return True


def _ends_remark(at: Scene, known: Known, are_several: bool) -> bool:
  """Tells "stay cool man" and "it's so simple guys" from "a cool man"."""
  index, first = 1, _at(at.before, 0)
  if first not in known.modifiers and (
    first in CLOSED_CLASSES or not _stresses(_at(at.before, 1))
  ):
    return False
  while _at(at.before, index) in known.modifiers or _stresses(_at(at.before, index)):
    index += 1
  word, subject = _at(at.before, index), _at(at.before, index + 1)
  if word in PERSON_CONTRACTIONS and not are_several:
    return True
  if word in ("its", "thats") or (word in ("'s", "is") and subject in _THINGS):
    return True
  return not are_several and word in ("be", "stay")


def _title(at: Scene, known: Known) -> bool:
  """Stands before a name: King Arthur, Lady Gaga, Father Brown."""
  following = _at(at.written_after, 0)
  lower = following.lower()
  if lower in FIRST_NAMES and _at(at.before, 0) not in POSSESSORS:
    return True
  if not is_name(following, known) and not (
    is_capital(following) and lower in known.identities and is_capital(at.written)
  ):
    return False
  has_owner = _at(at.before, 0) in POSSESSORS
  return not has_owner or (is_capital(at.written) and not at.written.isupper())


def _first_name(at: Scene, known: Known) -> bool:
  """Begins a name, or is one: Christian Bale, Prince recorded, Christian's desk."""
  if not is_capital(at.written):
    return False
  following, before = _at(at.after, 0), _at(at.before, 0)
  if (
    following == "'s" and before not in _BEFORE_RANKS and before not in known.modifiers
  ):
    return True
  is_subject = _at(at.before, 0) in SENTENCE_ENDS and (
    is_past(following) or following in FINITE_VERBS or following in VERBS
  )
  return is_subject or is_name(_at(at.written_after, 0), known)


def _surname(at: Scene, known: Known) -> bool:
  """Ends a name: Stephen King."""
  before = _at(at.written_before, 0)
  if at.written.islower():
    return before in FIRST_NAMES and not people(at, known)
  initial = _at(at.written_before, 1)
  if before == "." and len(initial) == 1 and initial.isupper():  # Peter J. King
    return is_capital(at.written)
  return (
    is_capital(at.written)
    and is_name(before, known)
    and before.lower() not in GREETINGS
    and before.lower() not in ADVERBS
  )


def _name(at: Scene, known: Known) -> bool:
  """Has a capital and no article inside a sentence: if King says, born in Queens."""
  before = _at(at.written_before, 0)
  if before == "and" and is_name(_at(at.written_before, 1), known):
    return is_capital(at.written) and _at(at.after, 0) != "of"  # Johnson and King
  if at.written.islower():  # A text without capitals.
    return before in SENTENCE_ENDS and not is_noun(_at(at.after, 0))
  return (
    is_capital(at.written)
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
  is_named = is_capital(at.written) and is_name(following, known) and not is_belief
  is_joined = following.lower() in known.identities  # The Coptic Christian Church
  if is_named or _at(at.after, int(is_joined)) in INSTITUTIONS:
    return True
  return is_capital(at.written) and _names_society(at)


def _names_society(at: Scene) -> bool:
  """Begins the name of a society: Lesbian and Gay Association, Buddhist Society."""
  for word in at.written_after[:_MOST_OF_A_NAME]:
    if word.lower() in SOCIETIES:
      return is_capital(word)
    if not is_capital(word) and word not in ("and", "of", "/", "'", "'s"):
      return False
  return False


def _work(at: Scene, known: Known) -> bool:
  """Belongs to the name of a work or a firm: Big Brother, the band Gay Dad."""
  if not is_capital(at.written):
    return False
  if _names_society(at):
    return True
  before = _at(at.written_before, 0)
  lower = before.lower()
  is_labelled = _at(at.after, 0) == "(" and _at(at.after, 1) in WORKS
  if is_labelled or lower in WORKS or _at(at.before, 1) in WORKS:
    return True
  if before == "The":
    following = _at(at.written_after, 0)
    is_title = is_capital(following) and following.lower() in CLOSED_CLASSES
    return is_title or _at(at.before, 1) not in SENTENCE_ENDS
  if lower in DETERMINERS and is_capital(before):  # Madonna's "Some Girls".
    return is_word(_at(at.before, 1)) and lower not in _NO_TITLES
  if before == "'s":  # All the Shah's Men.
    return is_capital(_at(at.written_before, 1)) and _at(at.after, 0) != "'s"
  return (
    is_capital(before)
    and lower not in CLOSED_CLASSES
    and lower not in known.identities
    and lower not in GREETINGS
  )


def _acronym(at: Scene, known: Known) -> bool:
  """Is in capitals among small letters, not for emphasis: the MOM broker."""
  if not at.written.isupper() or len(at.written) < 2:
    return False  # Most words, before anything beside them is cut.
  before, following = _at(at.written_before, 0), _at(at.written_after, 0)
  if at.written in ("MR", "MRS", "MS"):
    name = _at(at.written_after, 1) if following == "." else following
    return not name[:1].isupper()
  if not following.islower():
    return False
  if before == "'s":
    return following in AUXILIARIES
  is_bare = not before or before.lower() in ("the", "a", "an")
  return is_bare and is_noun(following) and following not in known.persons


def _thing(at: Scene, known: Known) -> bool:
  """Said of a thing: that's gay, this report is gay, pagan myths."""
  index = 0
  if _at(at.after, 0) in _JOINTS and _at(at.after, 1) in known.identities:
    index = 2  # Jewish or Islamic holidays, the Sunni-Shia war.
  if _at(at.after, index) in THINGS_OF_BELIEF:
    return not known.person(_at(at.after, index + 1))
  index = 0
  while _stresses(_at(at.before, index)):
    index += 1
  if _at(at.before, index) not in ALL_COPULAS:
    return _at(at.before, index) in ("thats", "its")
  subject = _at(at.before, index + 1)
  place = index + 2
  before = _at(at.before, place)
  while before in known.modifiers and before not in known.identities:
    place += 1
    before = _at(at.before, place)
  if subject in SITES or subject in WORKS:
    return True  # Wikipedia is gay.
  if subject in ("it", "this", "that", "everything", "something", "shit"):
    return subject != "that" or not is_word(before)
  is_bare = not is_word(before) and "so" in at.before[:index]
  return (
    (is_bare or before in ("this", "that", "the", "my", "your", "whole"))
    and not known.person(subject)
    and subject not in PERSON_PRONOUNS
    and subject not in known.modifiers
    and not is_capital(_at(at.written_before, index + 1))
  )


def _stresses(word: str) -> bool:
  is_manner = word.endswith("ally") and len(word) > 6
  return (
    word in MODIFYING_ADVERBS
    or word in _SWEARING
    or is_manner
    or word.rstrip("o") == "s"
  )


def _figurative(at: Scene, known: Known) -> bool:
  """Rules over no country: the queen of drama. Or stands for all: the nature of man."""
  if at.written.lower() == "man" and _at(at.after, 0) not in ("and", "or", "-"):
    if _at(at.after, 0) == "'s" and _at(at.before, 0) in _CLAUSE_STARTS:
      return True  # Man's role in nature.
    return _at(at.before, 0) in BEFORE_MANKIND and _at(at.before, 1) not in KINDS
  domain = _at(at.written_after, 1)
  return _at(at.after, 0) == "of" and domain.islower() and is_noun(domain)


def _language(at: Scene, known: Known) -> bool:
  """Is a language: French lessons, translated from the German."""
  following, second = [*(w for w in at.after[:4] if w not in QUOTES), "", ""][:2]
  if following in LANGUAGE_NOUNS or following in SPEAKERS or second in SPEAKERS:
    return True
  if known.person(following):
    # Words of English origin; her surname is of Czech origin.
    return following in ("origin", "origins") and not (_NAMED.isdisjoint(at.before[:8]))
  if not {"language", "languages"}.isdisjoint(at.after[:6]):
    return True
  before, further = _at(at.before, 0), _at(at.before, 1)
  if before in COPULAS and not {"language", "languages"}.isdisjoint(at.before[1:12]):
    return True
  if before in ("in", "into") or before in LANGUAGE_VERBS:
    return True
  if before == "native" and further in POSSESSORS:
    return True
  if before in ("any", "some") and further in LANGUAGE_VERBS:
    return True  # Learn some German.
  is_text = further in LANGUAGE_VERBS or following == "for"
  is_text = is_text or (following == "in" and second in POSSESSORS)
  is_made = further in ("of", "from", "into") and "translat" in _at(at.before, 2)
  return before == "the" and (is_text or is_made)


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
