import pytest

from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.senses import Senses


def verdict(row, text):
  """Judges `old`, the term of a lexicon with one row, where a text has it."""
  columns = "term,group,follows,precedes,not_after,not_before,case,only_person,not_as"
  terms = IdentityTerms.parse(f"{columns}\nold,a/b,{row}\n", "x").terms
  senses = Senses(terms)
  start = text.lower().index("old")
  return senses.verdict(senses.rule("old"), text, start, start + 3)


@pytest.mark.parametrize(
  ("row", "text", "expected"),
  [
    ("young and,,,,,,", "young and old", (1, "")),
    ("young and,,,,,,", "so old", (0, "follows")),
    (",and young|or,,,,,", "old and young", (1, "")),
    (",and young,,,,,", "old and new", (0, "precedes")),
    # One of what is required is enough.
    ("so,man,,,,,", "so old", (1, "")),
    ("so,,,,,people,", "old man", (1, "")),
    (",,years|how,,,,", "20 years old", (0, "not_after")),
    (",,years|how,,,,", "so old", (1, "")),
    (",,,school|and the new,,,", "old and the new", (0, "not_before")),
    (",,,school|and the new,,,", "old and new", (1, "")),
    (",,,,capital,,", "Old", (1, "")),
    (",,,,capital,,", "old", (0, "case")),
    (",,,,lower,,", "OLD", (0, "case")),
    (",,,,,people|is,", "old man", (1, "")),
    (",,,,,people|is,", "he is old", (0.9, "")),
    (",,,,,people|is,", "old car", (0, "only_person")),
    (",,,,,,address", "hey old!", (0, "address")),
    # What is forbidden goes first.
    ("so,,so,,,,", "so old", (0, "not_after")),
    (",,,hand,,people,", "old hand", (0, "not_before")),
  ],
)
def test_verdict(row, text, expected):
  assert verdict(row, text) == expected


def test_the_terms_of_a_lexicon_are_known_to_its_rules():
  # "zork" is a noun and "grue" an adjective only because rows say so.
  terms = IdentityTerms.parse(
    "term,group,role,only_person\nold,a,adjective,people\nzork,b,noun,\n"
    "grue,c,adjective,\n",
    "x",
  ).terms
  senses = Senses(terms)
  assert senses.rule("zork") is None
  for text, confidence in (("old zork", 1), ("old grue zork", 1), ("old grue", 0)):
    assert senses.verdict(senses.rule("old"), text, 0, 3).confidence == confidence
