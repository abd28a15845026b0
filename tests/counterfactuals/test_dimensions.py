from clp_tfx.counterfactuals.dimensions import Dimensions
from clp_tfx.counterfactuals.lexicon import IdentityTerms


def dimensions(*rows: str) -> Dimensions:
  text = "\n".join(("term,group,counterparts,role", *rows))
  return Dimensions(IdentityTerms.parse(text, "test").terms)


def test_groups_of_counterparts_are_one_dimension():
  found = dimensions("he,m,she,", "she,f,he,", "jew,religion/jewish,,", "x,other/f,,")
  assert found.of("m") == found.of("f/x")
  assert found.of("religion/jewish") == "religion"
  assert found.of("other/f") == "other"


def test_a_term_of_two_dimensions_agrees_with_the_other_one():
  found = dimensions(
    "she,gender/f,,subject",
    "woman,gender/f,man,",
    "chinese american,race/asian,,",
    "american,nation/american,irishman,",
    "man,gender/m,woman,",
    "white woman,race/white,,",
    "white man,race/white,,",
    "irishwoman,nation/irish,,",
    "irishman,nation/irish,,",
    "old woman,age/old,,",
    "human,species,,",
  )
  assert found.agreeing("white woman", "gender") == ("white man", 0.9, "gender/f")
  assert found.agreeing("irishman", "gender") == ("irishwoman", 0.9, "gender/m")
  # No term of the lexicon.
  assert found.agreeing("old woman", "gender") == ("old man", 0.5, "gender/f")
  assert found.agreeing("chinese american", "nation") == ("", 0, "")
  # Their own dimension, no term of two, and a word that only ends like one.
  assert found.agreeing("white woman", "race") == ("", 0, "")
  assert found.agreeing("woman", "race") == ("", 0, "")
  assert found.agreeing("human", "gender") == ("", 0, "")
