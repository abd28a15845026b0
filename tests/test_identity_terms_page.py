"""The table of identity_en in the docs, and how it counts."""

import importlib.util
from pathlib import Path

from clp_tfx.counterfactuals.lexicon import IdentityTerms

PATH = Path(__file__).parents[1] / "docs" / "make_identity_terms.py"
SPEC = importlib.util.spec_from_file_location("make_identity_terms", PATH)
page = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page)
LEMMAS = {
  "age": 35,
  "body": 45,
  "class": 70,
  "disability": 100,
  "family": 45,
  "gender": 150,
  "gender_identity": 30,
  "migration": 35,
  "nationality": 200,
  "race": 120,
  "religion": 90,
  "sexual_orientation": 35,
}
"""Minimum number of lemmas of each dimension."""


def test_the_table_is_up_to_date():
  assert page.main("--check") == 0


def test_lemmas_forms_counterparts_and_senses():
  terms = IdentityTerms.parse(
    "term,group,counterparts,not_before\n"
    "wife,g/f,man,\nwives,g/f,,\nman,g/m,wife,up\nmen,g/m,,\nmen only,g/m,,\n"
    "briton,nationality/british,,\nbritish,nationality/british,,\n",
    "x",
  ).terms
  # wife and wives are one lemma; man, men and "men only" give man and men only.
  assert page.counts(terms) == {"g": (3, 5, 2, 1), "nationality": (1, 2, 0, 0)}


def test_enough_lemmas_in_every_dimension():
  found = page.counts(IdentityTerms.load("identity_en").terms)
  assert {name for name in LEMMAS if found[name][0] < LEMMAS[name]} == set()
  assert set(found) == set(LEMMAS)
  assert sum(numbers[0] for numbers in found.values()) >= 600
