"""Plurals that say who is meant: tax the rich, Muslims are welcome.

As "people" they would be everybody, whom nobody meant, unless a number, "these" or what
follows says which people they are.
"""

from clp_tfx.counterfactuals.english.hypernyms import hypernym
from clp_tfx.counterfactuals.english.known import is_word
from clp_tfx.counterfactuals.english.persons import POSSESSORS
from clp_tfx.counterfactuals.english.places import MOST_WORDS, QUANTIFIERS
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS, PREPOSITIONS

# Words for men and children are often said of people; these are said to tell them apart.
_TELLING = frozenset(
  {"class", "disability", "family", "gender_identity", "migration", "nationality"}
  | {"race", "religion", "sexual_orientation"}
)
_COLLECTIVES = frozenset(
  {"communities", "community", "electorate", "group", "groups", "population"}
  | {"populations", "society"}
)
_MANY = (
  frozenset(word for word in NEUTRAL_HEADS if hypernym(word).is_plural)
  | {"boys", "citizens", "females", "girls", "guys", "ladies", "males", "men", "women"}
)
_WHICH = frozenset({"at", "from", "in", "of", "on", "that", "who", "with"})


def leaves_all(at: Scene, group: str) -> bool:
  """Tells whether a phrase without its adjective would name everybody: gay people.

  Args:
    at: The adjective.
    group: The group of the lexicon.
  """
  head = at.after.at(0)
  if head in _COLLECTIVES:  # Hatred of white society.
    return group.split("/", 1)[0] in _TELLING
  return head in _MANY and loses_point(at, group, words=1)


def loses_point(at: Scene, group: str, words: int = 0) -> bool:
  """Tells whether a plural that names a group would become everybody.

  Args:
    at: The plural, or the first word before it that names the group.
    group: The group of the lexicon.
    words: How many words of the phrase follow.
  """
  dimension = group.split("/", 1)[0]
  if dimension not in _TELLING:
    return False
  is_which = dimension != "migration" and at.after.at(words) in _WHICH
  if is_which and not at.after.at(words + 1)[:1].isdigit():
    return False  # The Poles in my town, but: the Poles in 1920.
  for word in at.before[:MOST_WORDS]:
    if not is_word(word) or word in PREPOSITIONS:
      break
    if word in QUANTIFIERS or word in ("you", "us"):
      return word == "the" or word in POSSESSORS  # The poor, our immigrants.
  return True
