"""English word lists that sense rules use, from `persons.txt`, which explains them."""

from clp_tfx.counterfactuals.english.words import word_lists


def _with_plurals(words: frozenset[str]) -> frozenset[str]:
  return words | {plural_of(word) for word in words}


def plural_of(word: str) -> str:
  """Returns the plural of a noun for persons."""
  if word.endswith("man"):
    return word[:-2] + "en"
  if word.endswith("y") and word[-2] not in "aeou":
    return word[:-1] + "ies"
  hisses = word.endswith(("s", "x", "ch", "sh")) and not word.endswith("arch")
  return word + ("es" if hisses else "s")


_LISTS = word_lists(__name__)

PERSONS = _with_plurals(_LISTS["persons"]) | _LISTS["other_persons"]
PERSON_ENDINGS = ("ist", "ian", "crat", "holic", "er", "or")
"""Endings of other nouns for persons, in the singular."""
NO_PERSONS = _with_plurals(_LISTS["no_persons"])
VERBS = _LISTS["verbs"]
WORKS = _LISTS["works"]
SITES = _LISTS["sites"]
PERSON_PRONOUNS = _LISTS["person_pronouns"]
PERSON_CONTRACTIONS = _LISTS["person_contractions"]
LINKING_VERBS = _LISTS["linking_verbs"]
LINKING_PARTICLES = _LISTS["linking_particles"]
HUMAN_ADJECTIVES = _LISTS["human_adjectives"]
INDIVIDUALS = _LISTS["individuals"]
SEVERAL = _LISTS["several"]
POSTMODIFIERS = _LISTS["postmodifiers"]
GREETINGS = _LISTS["greetings"]
POSSESSORS = _LISTS["possessors"]
INSTITUTIONS = _LISTS["institutions"]
SOCIETIES = _LISTS["societies"]
LANGUAGE_NOUNS = _LISTS["language_nouns"]
THINGS_OF_BELIEF = _LISTS["things_of_belief"]
ABOUT = _LISTS["about"]
ORGANIZED = INSTITUTIONS | _LISTS["organized"]
BOTH = _LISTS["both"]
LANGUAGE_VERBS = _LISTS["language_verbs"]
SPEAKERS = _LISTS["speakers"]
FIRST_NAMES = _LISTS["first_names"]
BEFORE_CALLS = _LISTS["before_calls"]
BEGINNINGS = _LISTS["beginnings"]
RANKING = _LISTS["ranking"]
CALLS_TO_SEVERAL = _LISTS["calls_to_several"]
COMPOUNDS = _LISTS["compounds"]
NO_COMPOUNDS = _LISTS["no_compounds"]
BEFORE_MANKIND = _LISTS["before_mankind"]
KINDS = _LISTS["kinds"]
CALLING_VERBS = _LISTS["calling_verbs"]
PARTICIPLES_OF_STATES = _LISTS["participles_of_states"]
