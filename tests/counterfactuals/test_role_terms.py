"""Texts with every other term of a role."""

import pytest

from clp_tfx.counterfactuals import IdentityTerms
from clp_tfx.counterfactuals.role_terms import RoleTerms, Variant

LEXICON = """term,group,counterparts,role,connotation
atheist,religion/none,christian,noun,
christian,religion/christian,atheist,noun,
atheists,religion/none,christians,noun,
christians,religion/christian,atheists,noun,
he,gender/male,she,subject,
she,gender/female,he,subject,
his,gender/male,her,possessive_determiner,
gay,orientation/gay,,,
straight,orientation/straight,,adjective,
bisexual,orientation/bisexual,,,
her,gender/female,his,possessive_determiner,
her,gender/female,him,object,
him,gender/male,her,object,
man,gender/male,woman,noun,
guy,gender/male,woman,noun,
woman,gender/female,man,noun,
husband,gender/male,wife,noun,
wife,gender/female,husband,noun,
mr,gender/male,ms,noun,
ms,gender/female,mr,noun,
kid,age/younger,pensioner,noun,
pensioner,age/older,kid,noun,
slur,religion/none,,noun,pejorative
"""


@pytest.fixture(scope="module")
def terms():
  return RoleTerms(IdentityTerms.parse(LEXICON, "mine"))


@pytest.mark.parametrize(
  "text, expected",
  [
    # Of the nouns of the dimension, only the one for a person in the singular; the
    # article goes with it.
    ("An atheist", ["A Christian"]),
    ("Atheists", ["Christians"]),
    ("My wife", ["My husband"]),
    ("Mr. Smith", ["Ms. Smith"]),
    ("The man's hat", ["The guy's hat", "The woman's hat"]),
    # What names the same group agrees, if the new term is of another one.
    ("The man lost his hat", ["The guy lost his hat", "The woman lost her hat"]),
    ("She lost her hat", ["He lost his hat"]),
    ("I saw her, her hat", ["I saw him, his hat"]),
    # One dimension at a time, and one group.
    ("He is an atheist", ["She is an atheist", "He is a Christian"]),
    ("He saw her", ["She saw her", "He saw him"]),
    # All mentions of a term at once.
    ("Atheists love atheists", ["Christians love Christians"]),
    # Without a role in the lexicon, the place decides; an adjective is never a noun.
    ("I am gay", ["I am straight", "I am bisexual"]),
    ("A gay neighbour", ["A straight neighbour", "A bisexual neighbour"]),
    ("I saw a gay.", ["I saw a bisexual."]),
    ("I am straight", ["I am gay", "I am bisexual"]),
    # As in substitution, somebody's kid stays one.
    ("A kid", ["A pensioner"]),
    ("My kid", []),
    ("A slur and a man", []),
    ("Nobody", []),
  ],
)
def test_every_other_term_of_a_role(terms, text, expected):
  assert [variant.text for variant in terms.variants(text)] == expected
  (many,) = terms.variants_of_all([text.encode()])
  assert many == terms.variants(text)


def test_a_variant_names_its_dimension_and_terms(terms):
  assert terms.variants("An atheist") == [
    Variant("A Christian", "religion", "atheist", "christian")
  ]


def test_further_pejorative_terms_exclude_a_text():
  more = IdentityTerms.parse("term,group,connotation\nslur2,x,pejorative", "more")
  terms = RoleTerms(IdentityTerms.parse(LEXICON, "mine"), more)
  assert terms.variants("A slur2 and a man") == []


def test_bytes_that_are_no_text_stay(terms):
  (found,) = terms.variants_of_all([b"\xff atheists"])
  assert found[0].text.encode("utf-8", "surrogateescape") == b"\xff christians"


def test_the_built_in_lexicon_has_many_terms_of_a_role():
  terms = RoleTerms(IdentityTerms.load("identity_en"))
  found = {variant.text for variant in terms.variants("An Asian man.")}
  assert {"A Black man.", "A White man.", "An African man."} <= found
  assert "An Asian woman." in found and "An Asian husband." not in found
