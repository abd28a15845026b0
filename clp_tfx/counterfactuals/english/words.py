"""English word lists, from `words.txt`, which says what each is for."""

from clp_tfx.files import lists_beside


def word_lists(module: str) -> dict[str, frozenset[str]]:
  """Returns the lists beside a module as sets of the words in their lines."""
  lists = lists_beside(module)
  return {name: frozenset(" ".join(lines).split()) for name, lines in lists.items()}


_LISTS = word_lists(__name__)

ABBREVIATIONS = _LISTS["abbreviations"]
PREPOSITIONS = _LISTS["prepositions"]
CONJUNCTIONS = _LISTS["conjunctions"]
DETERMINERS = _LISTS["determiners"]
PRONOUNS = _LISTS["pronouns"]
AUXILIARIES = _LISTS["auxiliaries"]
ADVERBS = _LISTS["adverbs"]
FINITE_VERBS = _LISTS["finite_verbs"]
BARE_VERBS = _LISTS["bare_verbs"]
BARE_VERB_VERBS = _LISTS["bare_verb_verbs"]
NOUNS_AFTER_LET = _LISTS["nouns_after_let"]
DITRANSITIVES = _LISTS["ditransitives"]
AMOUNT_VERBS = _LISTS["amount_verbs"]
GIVEN_NOUNS = _LISTS["given_nouns"]
NAMING_VERBS = _LISTS["naming_verbs"]
COMPLEMENT_VERBS = _LISTS["complement_verbs"]
ING_VERBS = _LISTS["ing_verbs"]
ADJECTIVES = _LISTS["adjectives"]
ADJECTIVE_ENDINGS = ("able", "ible", "ful", "ous", "ive", "less", "ish", "est")
PARTICIPLES = _LISTS["participles"]
LY_ADJECTIVES = _LISTS["ly_adjectives"]
TIME_NOUNS = _LISTS["time_nouns"]
PARTICLE_VERBS = _LISTS["particle_verbs"]
NOUN_LIKE_VERBS = _LISTS["noun_like_verbs"]
ING_NOUNS = _LISTS["ing_nouns"]
PREDICATIVE_ADJECTIVES = _LISTS["predicative_adjectives"]
INTENSIFIERS = _LISTS["intensifiers"]
NUMBERS = _LISTS["numbers"]
COPULAS = _LISTS["copulas"]
AFTER_POSSESSIVE_PRONOUN = _LISTS["after_possessive_pronoun"]
QUALIFIERS = _LISTS["qualifiers"]
NEUTRAL_HEADS = _LISTS["neutral_heads"]
OFFICES = _LISTS["offices"]
SPEAKING_VERBS = _LISTS["speaking_verbs"]
PICTURES = _LISTS["pictures"]
TAUGHT = _LISTS["taught"]
ADVERBS_OR_ADJECTIVES = _LISTS["adverbs_or_adjectives"]
CLAUSE_VERBS = (AUXILIARIES - {"not"}) | _LISTS["other_clause_verbs"]
TELLING_VERBS = _LISTS["telling_verbs"]
GIVING_VERBS = _LISTS["giving_verbs"]
OWN_PLURALS = _LISTS["own_plurals"]
RECIPIENTS = TAUGHT | _LISTS["other_recipients"]
ACQUAINTANCES = _LISTS["acquaintances"]
