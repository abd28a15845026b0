import pytest

from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.substitutions import Replacement, substitution_edits


@pytest.mark.parametrize(
  ("text", "word", "term", "expected", "labels"),
  [
    ("A man", "man", "aunt", "An aunt", ["a\u2192an", "man\u2192aunt"]),
    ("MEN", "MEN", "old women", "OLD WOMEN", ["men\u2192old women"]),
    ("Men", "Men", "old women", "Old Women", ["men\u2192old women"]),
    ("mEN", "mEN", "women", "women", ["men\u2192women"]),
    ("I", "I", "she", "She", ["i\u2192she"]),
    ("girls' room", "girls", "men", "men's room", ["girls\u2192men"]),
    ("GIRLS' ROOM", "GIRLS", "men", "MEN'S ROOM", ["girls\u2192men"]),
    ("the 'girls' room", "girls", "men", "the 'men' room", ["girls\u2192men"]),
  ],
)
def test_substitution_edits(text, word, term, expected, labels):
  start = text.index(word)
  end = start + len(word)
  mention = Mention(start, end, word.lower(), "group", end)
  edits = substitution_edits(
    text, [Replacement(mention, end, term, "", 1.0, True, "group")]
  )
  assert applied(text, edits) == expected
  assert [edit.label for edit in edits] == labels


@pytest.mark.parametrize(
  ("text", "term", "expected"),
  [
    ("men's room", "girls", "girls' room"),
    ("men\u2019s room", "girls", "girls\u2019 room"),
    ("men's room", "women", "women's room"),
    ("men's room", "princess", "princess's room"),
  ],
)
def test_possessives(text, term, expected):
  mention = Mention(0, 5, "men", "group", 3)
  edits = substitution_edits(
    text, [Replacement(mention, 3, term, "", 1.0, True, "group")]
  )
  assert applied(text, edits) == expected
