"""Plurals that say who is meant: tax the rich, Muslims are welcome.

As "people" they would be everybody, whom nobody meant, unless a number, "these" or what
follows says which people they are.
"""

from clp_tfx.counterfactuals.english.hypernyms import hypernym
from clp_tfx.counterfactuals.english.known import Known, is_noun, is_word
from clp_tfx.counterfactuals.english.persons import POSSESSORS
from clp_tfx.counterfactuals.english.places import JOINTS, MOST_WORDS, QUANTIFIERS
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.verbs import VERBS, bare_form
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS, PREPOSITIONS

# Men and women are often said for people; these words tell them apart.
_TELLING = frozenset(
  {"age", "body", "class", "disability", "family", "gender_identity", "migration"}
  | {"nationality", "race", "religion", "sexual_orientation"}
)
_WITH_WORK = frozenset({"employees", "students", "teachers", "voters", "workers"})
_COLLECTIVES = frozenset(
  {"communities", "community", "electorate", "families", "family", "group", "groups"}
  | {"mafia", "population", "populations", "society"}
)
_MANY = frozenset(
  word for word in NEUTRAL_HEADS - _WITH_WORK if hypernym(word).is_plural
) | {"boys", "citizens", "females", "girls", "guys", "ladies", "males", "men", "women"}
_SAYING_WHO = frozenset({"who", "with"})
_WHICH = _SAYING_WHO | {"from", "in", "of", "that"}
_STORIES = ("age/", "family/", "migration/")
_WHO = _SAYING_WHO | {"like", "that"}
_CONJUNCTIONS = frozenset({"&", "/", "and", "or"})
_SOME = frozenset({"certain", "other", "u", "us", "you"})
_SEXES = frozenset({"gender/female", "gender/male"})
_EVERYBODY = frozenset({"citizens", "civilians", "residents"})
_PEOPLES = ("nationality/", "race/", "religion/")
_ANY = frozenset({"a", "an", "any", "each", "every"})
_ALL = frozenset({"any", "each", "every", "no"})
_OF_ONE = frozenset({"a", "an", "another", "each", "every", "one", "that", "this"})


def leaves_all(at: Scene, group: str) -> bool:
  """Tells whether a phrase without its adjective would name everybody: gay people.

  Args:
    at: The adjective.
    group: The group of the lexicon.
  """
  head = at.after.at(0)
  if head in _COLLECTIVES:  # Hatred of white society.
    return is_telling(group)
  # The German people are the people, and young people are people.
  is_same = group.startswith("age/") or (head == "people" and at.before.at(0) == "the")
  is_any_one = head in ("individual", "person") and not is_word(at.after.at(1))
  is_any_one |= head in ("individual", "person") and at.before.at(0) in _ALL
  if is_any_one and is_telling(group):
    return True  # The first deaf person, every deaf person.
  return head in _MANY and not is_same and loses_point(at, group, words=1)


def loses_point(at: Scene, group: str, words: int = 0) -> bool:
  """Tells whether a plural that names a group would become everybody.

  Args:
    at: The plural, or the first word before it that names the group.
    group: The group of the lexicon.
    words: How many words of the phrase follow.
  """
  is_joined = (
    group.startswith("age/")
    and at.before.at(0) in JOINTS - {","}
    and is_word(at.before.at(1))
  )
  if not is_telling(group) or is_joined or at.written.lower() in _EVERYBODY:
    return False  # Women and children, like citizens, are people.
  if at.before[:2] == ["many", "too"]:
    return True  # Too many Poles.
  following = at.after.at(words)
  for word in at.before[:MOST_WORDS]:
    if not is_word(word) or word in PREPOSITIONS:
      break
    if word == "the":  # The kids, the Poles in my town, but: the Poles in 1920.
      is_which = following in _WHICH and not at.after.at(words + 1)[:1].isdigit()
      return not (is_which or group.startswith(_STORIES))
    if (word in QUANTIFIERS or word in ("you", "us")) and word not in _OF_ONE:
      # Our immigrants, all immigrants, but: two immigrants.
      return word in POSSESSORS or word in ("all", "most")
  return following not in _SAYING_WHO


def are_bare(at: Scene, group: str, known: Known) -> bool:
  """Tells women as such from those women: he likes women.

  Args:
    at: The plural.
    group: The group of the lexicon.
    known: The words of the lexicon.
  """
  if group not in _SEXES or at.after.at(0) in _WHO:
    return False
  for side in (at.before, at.after):
    if side.at(0) in _CONJUNCTIONS and known.person(side.at(1)):
      return False  # Men and women.
  for word in at.before[:MOST_WORDS]:
    if word in ("that", "this"):
      break  # The fact that women vote.
    if word in QUANTIFIERS or word in _SOME or word[:1].isdigit():
      return False
    if not is_noun(word) or word in VERBS or bare_form(word) in VERBS:
      break
  return True


def is_telling(group: str) -> bool:
  """Tells whether a group is one that people are told apart by."""
  return group.split("/", 1)[0] in _TELLING


def is_any(at: Scene, group: str) -> bool:
  """Tells whether somebody stands for a group: the Buddhist is; from a black man."""
  is_end = not is_word(at.after.at(0)) and at.after.at(0) != "'s"
  determiner = _determiner(at)
  is_kind = determiner in ("fellow", "the") and at.after.at(0) not in _WHICH
  is_story = group.startswith("migration/") and at.written.lower() != "citizen"
  is_kind |= determiner in _ANY and (group.startswith(_PEOPLES) or is_story)
  is_kind |= determiner in _ALL and at.written.lower() != "citizen"
  if group == "gender/female" and is_end and at.before.at(0) in ("a", "an"):
    return True  # They would elect a woman.
  if at.before.at(0) in ("a", "an") and at.before.at(1) == "only":
    return is_telling(group)  # Only a blind person walks there.
  is_child = group.startswith("age/")
  return is_telling(group) and not is_child and (is_kind or is_end)


def _determiner(at: Scene) -> str:
  for word in at.before[:MOST_WORDS]:
    if word in QUANTIFIERS or word == "fellow":
      return word
    if not is_word(word) or word in PREPOSITIONS:
      break
  return ""
