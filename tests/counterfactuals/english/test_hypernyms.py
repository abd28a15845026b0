import pytest

from clp_tfx.counterfactuals.english.hypernyms import hypernym, plural
from clp_tfx.counterfactuals.lexicon import IdentityTerms


@pytest.mark.parametrize(
  ("term", "form", "is_plural"),
  [
    ("woman", "person", False),
    ("wives", "spouses", True),
    ("hubbies", "spouses", True),
    ("daughters-in-law", "children-in-law", True),
    ("hindus", "people", True),
    ("pakistanis", "people", True),
    ("lass", "person", False),
    ("single mothers", "parents", True),
    ("man of color", "person", False),
    ("man who has sex with men", "person", False),
    ("men who have sex with men", "people", True),
    ("people with autism", "people", True),
    ("black families", "families", True),
    ("deaf children", "children", True),
    ("saleswomen", "salespeople", True),
    ("islam", "religion", False),
    ("abbesses", "heads of the monastery", True),
  ],
)
def test_hypernym(term, form, is_plural):
  found = hypernym(term)
  assert (found.form, found.is_plural) == (form, is_plural)


def test_children_are_offspring_where_somebody_has_them():
  assert hypernym("kids").form == "people"
  assert hypernym("kids", is_owned=True).form == "offspring"
  assert hypernym("parents", is_owned=True).form == "relatives"


def test_plural():
  assert [plural(word) for word in ("person", "police officer", "child-in-law")] == [
    "people",
    "police officers",
    "children-in-law",
  ]


def test_no_noun_of_the_lexicon_becomes_a_word_for_its_own_gender():
  lexicon = IdentityTerms.load("identity_en")
  gendered = {row.term for row in lexicon.terms if row.group.startswith("gender/")}
  nouns = {row.term for row in lexicon.terms if row.role == "noun"} & gendered
  assert not {term for term in nouns if hypernym(term).form in gendered}
