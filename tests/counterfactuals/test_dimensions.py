from clp_tfx.counterfactuals.dimensions import Dimensions
from clp_tfx.counterfactuals.lexicon import IdentityTerms


def dimensions(*rows: str) -> Dimensions:
  text = "\n".join(("term,group,counterparts", *rows))
  return Dimensions(IdentityTerms.parse(text, "test").terms)


def test_groups_of_counterparts_are_one_dimension():
  found = dimensions("he,m,she", "she,f,he", "jew,religion/jewish,", "x,other/f,")
  assert found.of("m") == found.of("f/x")
  assert found.of("religion/jewish") == "religion"
  assert found.of("other/f") == "other"


def test_a_term_of_two_dimensions_agrees_with_the_other_one():
  found = dimensions(
    "woman,gender/f,man",
    "man,gender/m,woman",
    "white woman,race/white,",
    "white man,race/white,",
    "irishwoman,nation/irish,",
    "irishman,nation/irish,",
    "old woman,age/old,",
    "human,species,",
  )
  assert found.agreeing("white woman", "gender") == "white man"
  assert found.agreeing("irishman", "gender") == "irishwoman"
  # Not a term of the lexicon, its own dimension, and no term of two.
  assert not found.agreeing("old woman", "gender")
  assert not found.agreeing("white woman", "race")
  assert not found.agreeing("woman", "race")
