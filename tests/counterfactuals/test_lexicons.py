"""Checks on the built-in lexicons, which are data."""

import functools
import re

import pytest

from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms, built_in_lexicons

PUBLISHED = (
  "aunt boy brother dad daughter father female gay girl grandma grandpa grandson "
  "grannie granny he heir her him his hubbies hubby husband king knight lad ladies "
  "lady lesbian lord male man mom mother mum nephew niece prince princess queen "
  "queens she sister son uncle waiter waitress wife wives woman women"
)
"""The terms as published, in alphabetical order."""
IDENTITY_EN = {
  "age": 100,
  "body": 50,
  "class": 80,
  "disability": 200,
  "family": 80,
  "gender": 500,
  "gender_identity": 90,
  "migration": 70,
  "nationality": 400,
  "race": 300,
  "religion": 160,
  "sexual_orientation": 60,
}
"""Minimum number of rows with counterparts for each topmost group."""
ONE_NUMBER = (
  "elders seniors ma'am ms poc womenfolk menfolk islam femininity masculinity girlhood "
  "boyhood motherhood fatherhood womanhood manhood sisterhood brotherhood matriarchy "
  "patriarchy buddhism christianity catholicism protestantism hinduism judaism sikhism "
  "bisexuality heterosexuality homosexuality"
)
"""Nouns without the other number, or whose other number means something else."""
SAME_PLURAL = (
  "druze hausa hmong igbo lakota maasai maori quechua roma sinhalese sioux yoruba"
)
"""Peoples whose name is the same for one and for many."""
LANGUAGES = {
  "gender_and_sexual_orientation": "en",
  "identity_de": "de",
  "identity_en": "en",
  "identity_es": "es",
  "pejorative_en": "en",
}
NEUTRAL = [name for name in LANGUAGES if name != "pejorative_en"]
PRONOUNS = {
  ("she", "subject"): ["he"],
  ("he", "subject"): ["she"],
  ("her", "object"): ["him"],
  ("him", "object"): ["her"],
  ("her", "possessive_determiner"): ["his"],
  ("his", "possessive_determiner"): ["her"],
}


@functools.cache
def rows(name):
  return IdentityTerms.load(name).terms


@functools.cache
def by_key(name):
  return {(row.term, row.role): row for row in rows(name)}


@functools.cache
def by_term(name):
  found = {}
  for row in rows(name):
    found.setdefault(row.term, []).append(row)
  return found


def answering(name, row, counterpart):
  """Returns the rows of a counterpart that fit the role of the row."""
  return [
    other
    for other in by_term(name)[counterpart]
    if not row.role or other.role in ("", row.role)
  ]


def test_built_in_names():
  assert set(built_in_lexicons()) == set(LANGUAGES)


@pytest.mark.parametrize(("name", "language"), LANGUAGES.items())
def test_language_and_order(name, language):
  terms = rows(name)
  assert {row.language for row in terms} == {language}
  assert len({(row.term, row.role) for row in terms}) == len(terms)


@pytest.mark.parametrize("name", NEUTRAL)
def test_counterparts_are_of_other_groups(name):
  same = [
    (row.term, counterpart)
    for row in rows(name)
    for counterpart in row.counterparts
    for other in answering(name, row, counterpart)
    if other.group == row.group
  ]
  assert same == []


@pytest.mark.parametrize("name", NEUTRAL)
def test_counterparts_are_of_the_same_kind_of_identity(name):
  def top(row):
    return row.group.split("/")[0]

  mixed = [
    (row.term, counterpart)
    for row in rows(name)
    for counterpart in row.counterparts
    for other in answering(name, row, counterpart)
    if top(other) != top(row)
  ]
  assert mixed == []


@pytest.mark.parametrize("name", ["gender_and_sexual_orientation", "identity_en"])
def test_counterparts_have_the_same_number(name):
  # No plural in -s, or no plural.
  either = {"mrs", "ms", "sis", "the elderly", "poc"} | set(SAME_PLURAL.split())
  plural = re.compile(r".*(s|men|people|children|folk)")

  def is_plural(term):
    head = re.split(r" (?:with|without|of|in|living|seeking|who) |-in-law", term)[0]
    return not head.endswith(("ess", "lass")) and bool(plural.fullmatch(head))

  different = [
    (row.term, counterpart)
    for row in rows(name)
    if row.role == "noun" and row.term not in either
    for counterpart in row.counterparts
    if counterpart not in either and is_plural(row.term) != is_plural(counterpart)
  ]
  assert different == []


@pytest.mark.parametrize("name", NEUTRAL)
def test_most_counterparts_give_the_term_back(name):
  pairs = [
    (row, other)
    for row in rows(name)
    for counterpart in row.counterparts[:1]
    for other in answering(name, row, counterpart)
  ]
  back = [row.term in other.counterparts for row, other in pairs]
  assert sum(back) >= 0.8 * len(back)


def test_both_numbers_of_every_noun():
  """A noun for one person has one for several that is replaced by several."""
  terms = by_term("identity_en")
  alone = []
  for row in rows("identity_en"):
    term = row.term
    is_compound = " " in term or "-" in term
    if row.role == "noun" and not is_compound and term not in ONE_NUMBER.split():
      ends = {"man": "men", "wife": "wives", "y": "ies", "": "s", "is": "ises"}
      ends |= {"ch": "ches", "ss": "sses", "child": "children"}
      forms = [
        term[: len(term) - len(a)] + b for a, b in ends.items() if term.endswith(a)
      ]
      forms += [
        term[: len(term) - len(b)] + a for a, b in ends.items() if term.endswith(b)
      ]
      if not any(form in terms for form in forms) and term not in SAME_PLURAL.split():
        alone.append(term)
  assert alone == []


def test_what_replaces_a_term_can_be_replaced():
  terms = by_term("identity_en")
  stuck = [
    (row.term, counterpart)
    for row in rows("identity_en")
    for counterpart in row.counterparts
    if not any(other.counterparts for other in terms[counterpart])
  ]
  assert stuck == []


def test_published_terms():
  terms = rows("gender_and_sexual_orientation")
  assert sorted({row.term for row in terms}) == PUBLISHED.split()
  groups = {"gender/female", "gender/male", "sexual_orientation/homosexual"}
  assert {row.group for row in terms} == groups


@pytest.mark.parametrize("name", ["gender_and_sexual_orientation", "identity_en"])
def test_pronouns(name):
  lexicon = by_key(name)
  found = {key: list(lexicon[key].counterparts) for key in PRONOUNS}
  assert found == PRONOUNS
  assert {role for term, role in lexicon if term == "his"} == {
    "possessive_determiner",
    "possessive_pronoun",
  }
  assert ("her", "") not in lexicon


def test_possessive_pronouns_need_hers():
  # "hers" is not one of the published terms.
  published = by_key("gender_and_sexual_orientation")
  assert published["his", "possessive_pronoun"].counterparts == ()
  identity = by_key("identity_en")
  assert identity["his", "possessive_pronoun"].counterparts == ("hers",)
  assert identity["hers", "possessive_pronoun"].counterparts == ("his",)
  assert identity["herself", "reflexive"].counterparts == ("himself",)


def test_the_default_is_the_broad_one():
  assert GeneratorOptions().identity_terms == "identity_en"
  # Titles more often than people: "Lord Byron", "the knight takes e5".
  assert set(PUBLISHED.split()) - set(by_term("identity_en")) == {"knight", "lord"}


def test_identity_en_is_broad():
  terms = rows("identity_en")
  assert len({row.term for row in terms if row.counterparts}) >= 250
  counts = dict.fromkeys(IDENTITY_EN, 0)
  for row in terms:
    counts[row.group.split("/")[0]] += bool(row.counterparts)
  few = {group: count for group, count in counts.items() if count < IDENTITY_EN[group]}
  assert few == {}


@pytest.mark.parametrize("term", ["gay", "homosexual", "lesbian", "bisexual"])
def test_orientation_pairs_with_heterosexual(term):
  lexicon = by_key("identity_en")
  assert lexicon[term, ""].counterparts == ("heterosexual",)
  assert term in lexicon["heterosexual", ""].counterparts


@pytest.mark.parametrize("name", ["identity_de", "identity_es"])
def test_other_languages_are_broad(name):
  assert len([row for row in rows(name) if row.counterparts]) >= 80


@pytest.mark.parametrize("name", NEUTRAL)
def test_neutral_lexicons_hold_nothing_pejorative(name):
  pejorative = {row.term for row in rows("pejorative_en")}
  assert {row.connotation for row in rows(name)} == {"neutral"}
  assert pejorative & {row.term for row in rows(name)} == set()


def test_pejorative_lexicon():
  terms = rows("pejorative_en")
  assert {row.connotation for row in terms} == {"pejorative"}
  assert not any(row.counterparts for row in terms)
  assert 80 <= len(terms) <= 300


@pytest.mark.parametrize(
  "ordinary",
  ["black", "white", "old", "young", "straight", "blind", "deaf", "poor", "french"],
)
def test_words_that_mostly_mean_something_else_have_conditions(ordinary):
  assert all(row.sense.only_person for row in by_term("identity_en")[ordinary])


def test_miss_is_no_term():
  assert "miss" not in by_term("identity_en")
