"""Nouns for people that no neutral word can replace, as few would write it.

A "con man" is no "con person", "he is a man" says more than "they are a person", and a
"person" without an article is nobody.
"""

from clp_tfx.counterfactuals.english.known import (
  ALL_COPULAS,
  MODIFYING_ADVERBS,
  Known,
  is_name,
  is_noun,
  is_word,
)
from clp_tfx.counterfactuals.english.persons import (
  COMPOUNDS,
  PERSON_CONTRACTIONS,
  PERSON_PRONOUNS,
  POSSESSORS,
)
from clp_tfx.counterfactuals.english.places import (
  COMPOUND_HEADS,
  MOST_WORDS,
  QUANTIFIERS,
  is_adjective,
  is_degree,
)
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.verbs import VERBS, bare_form
from clp_tfx.counterfactuals.english.words import (
  DETERMINERS,
  NAMING_VERBS,
  NUMBERS,
  PARTICIPLES,
  PREPOSITIONS,
)

_ONE = frozenset({"a", "an", "another", "any", "each", "every", "one", "that", "the"})
_ONE |= {"this", "what"}
_SOME = frozenset({"many", "more", "other", "the"})
_THINGS = frozenset({"assemblies", "assembly", "thing", "things"})
_SIZES = frozenset({"big", "little", "small"})
_AGENTS = frozenset(
  {"addict", "believer", "drinker", "nonbeliever", "smoker", "unbeliever"}
)
PET_NAMES = frozenset({"daddies", "daddy", "mama", "mommies", "mommy", "papa"})
_ORDERS = frozenset({"brothers", "daughters", "fathers", "sisters", "sons"})
_MEN = frozenset({"boy", "girl", "guy", "man", "woman"})
_SEVERAL_MEN = frozenset({"boys", "girls", "guys", "men", "women"})
_BEFORE_PREDICATES = MODIFYING_ADVERBS | {
  *("a", "all", "an", "big", "little", "small", "such")
}
_PREDICATING = frozenset({"'s", "as", "become", "becomes", "became", "like", "when"})
_ALL = frozenset({"all", "every", "most"})
_DENYING = frozenset(
  {"aint", "cannot", "cant", "didnt", "doesnt", "dont", "isnt", "never", "nor", "not"}
  | {"wont", "wouldnt"}
  | {"ain't", "aren't", "can't", "couldn't", "didn't", "doesn't", "don't", "isn't"}
  | {"wasn't", "weren't", "won't", "wouldn't"}
)
_NOBODY = frozenset({"anyone", "none", "nobody", "one"})
_SHARES = frozenset({"percentage", "population", "populations", "proportion", "share"})
_SETTING_APART = frozenset(
  {
    "between",
    "especially",
    "even",
    "excluding",
    "including",
    "mainly",
    "mostly",
    "no",
    "not",
  }
  | {"only", "particularly", "primarily"}
)
_NOUN_ENDINGS = ("ment", "ness", "tion")
_PAGES = frozenset({"article", "articles", "page", "pages", "wiki", "wikipedia"})
_POSTMODIFIERS = PREPOSITIONS | {"that", "who", "whose"}


def is_part(at: Scene, known: Known) -> bool:
  """Tells whether a noun means something with the words beside it: a con man."""
  lower, following = at.written.lower(), at.after.at(0)
  if following in _PAGES or (
    lower.endswith("s")
    and (following in COMPOUND_HEADS | {"high"} or following.endswith(_NOUN_ENDINGS))
  ):
    return True  # The women article, kids toys, a girls high school.
  if (
    lower.endswith("s")
    and lower in known.persons
    and _may_be_thing(at.written_after.at(0))
  ):
    return True  # My sons friend is no children friend.
  if (at.before.at(0), at.after.at(0)) == ("(", ")"):
    return True  # His rival (women) said.
  if lower == "senior" and is_noun(following):
    return True  # Senior leaders.
  is_order = lower in ("brothers", "sisters") and following != "of"
  is_order &= POSSESSORS.isdisjoint(at.before[:2])  # His other sisters.
  if is_order and at.before.at(0) in _SOME:
    return True  # Of a lodge, a gang or a convent.
  if at.before.at(0) == "unborn":
    return True
  if (lower in _MEN or lower in _SEVERAL_MEN) and (
    at.before.at(0) in COMPOUNDS - known.modifiers
    or is_name(at.written_before.at(0), known)
  ):
    return True
  if lower.removesuffix("s") in _AGENTS and (
    following in ("in", "of")
    or at.before.at(0) in ("dedicated", "firm", "heavy", "true")
    or follows_thing(at, known)
  ):
    return True  # A heavy smoker, nonbelievers in magic, bible believers.
  if lower in PET_NAMES and (at.before.at(0) == "big" or follows_thing(at, known)):
    return True
  return precedes_thing(at) or begets_thing(at, known)


def is_whole_predicate(at: Scene, known: Known) -> bool:
  """Tells whether a noun alone says who somebody is: is a Muslim, when a child."""
  index, is_denied = 0, False
  while (word := at.before.at(index)) not in _PREDICATING and (
    word in _BEFORE_PREDICATES or word in known.identities or is_degree(word)
  ):
    index += 1
    is_denied |= word == "not"
  stands = (
    is_denied
    or word in ALL_COPULAS
    or word in PERSON_CONTRACTIONS
    or word in _PREDICATING
  )
  verb = at.before.at(index + 1)
  if verb in NAMING_VERBS or verb in ALL_COPULAS:  # Call her a nun; is she a nun?
    stands = stands or word in PERSON_PRONOUNS
  return stands and at.after.at(0) not in _POSTMODIFIERS - {"to"}


def is_contrasted(at: Scene) -> bool:
  """Tells whether people are set apart from others: including women, not for women."""
  first, second = at.before.at(0), at.before.at(1)
  if first == "but" and second in _NOBODY:
    return True  # No one but people.
  if first in _SETTING_APART or at.after.at(0) in ("only", "alone"):
    return True
  if (
    first in _ALL or first in ("%", "percent") or not _DENYING.isdisjoint(at.before[:2])
  ):
    return True  # All people lie; churches that do not marry people.
  if first == "more" and second == "no":
    return True
  if first == "of" and second in _SHARES:
    return True  # The population of people.
  return (first == "as" and second == "such") or "except" in at.before[:MOST_WORDS]


def tells_what(at: Scene) -> bool:
  """Tells whether somebody is said to be one of a group: a traditional Catholic."""
  for index in range(MOST_WORDS):
    word = at.before.at(index)
    if word in ("a", "an"):
      before = at.before.at(index + 1)
      if not is_word(before):
        return not is_word(at.after.at(0))  # A Catholic?
      return (
        before in ALL_COPULAS or before in _PREDICATING or before in PERSON_CONTRACTIONS
      )
    if not is_word(word) or word in PREPOSITIONS or word in QUANTIFIERS:
      break
  return False


def has_determiner(at: Scene) -> bool:
  """Tells whether an article or the like stands before a noun, near it."""
  for word in at.before[:MOST_WORDS]:
    if word in QUANTIFIERS or word in ("one", "former", "first"):
      return True
    if not is_word(word) or word in PREPOSITIONS or word in _DENYING:
      break  # The climate, not man.
  return False


def is_called(at: Scene, known: Known) -> bool:
  """Tells whether somebody is spoken to at the end of a clause: do some work man."""
  following = at.after.at(0)
  if is_word(following) or following == "'s":
    return False
  index = 0
  while (word := at.before.at(index)) in _SIZES or (
    is_adjective(word, known) or is_degree(word)
  ):
    index += 1
  before = at.before.at(index)
  if not is_noun(before) or before in QUANTIFIERS or before in VERBS:
    return False
  return next((each for each in at.before if each in QUANTIFIERS), "") not in _ONE


def heads_compound(at: Scene, known: Known) -> bool:
  """Tells whether the person after an adjective precedes a thing: poor student debt."""
  head = at.after.at(0)
  return (
    known.person(head) > 0
    and head not in known.identities
    and not head.endswith(("s", "men", "people"))
    and _may_be_thing(at.written_after.at(1))
    and not known.person(at.after.at(1))
  )


def precedes_thing(at: Scene) -> bool:
  """Tells whether a noun may be the first part of a compound: a citizen army."""
  lower = at.written.lower()
  following = at.written_after.at(0)
  is_verb = following.endswith("s") and at.before.at(0) in POSSESSORS  # My wife nags.
  is_plural = lower.endswith(("s", "men", "children", "people"))
  return not is_plural and not is_verb and _may_be_thing(following)


def _may_be_thing(word: str) -> bool:
  return word.islower() and not (
    not is_noun(word)
    or word in VERBS
    or bare_form(word) in VERBS
    or word in PARTICIPLES
    or (word.endswith(("ed", "ing", "ly")) and word not in _THINGS)
  )


def follows_thing(at: Scene, known: Known) -> bool:
  """Tells whether a noun may be the last part of a compound: a sugar daddy."""
  before = at.before.at(0)
  return (
    is_noun(before)
    and before not in QUANTIFIERS
    and not is_adjective(before, known)
    and not is_degree(before)
    and before not in VERBS
    and not before.endswith("ing")
  )


def begets_thing(at: Scene, known: Known) -> bool:
  """Tells the father of an idea and brothers of a lodge from the father of two."""
  if at.written.lower() in _ORDERS and at.after[:2] == ["of", "the"]:
    return not any([known.person(word) for word in at.after[2:MOST_WORDS]])
  if at.written.lower() not in ("father", "mother", "godfather", "grandfather"):
    return False
  if at.after.at(0) != "of" or at.after.at(1) in DETERMINERS | NUMBERS:
    return False
  last = ""
  for word in at.after[1:MOST_WORDS]:
    if not is_noun(word):
      break
    last = word
  return bool(last) and not known.person(last)
