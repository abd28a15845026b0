import pytest

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.unchangeable import is_unchangeable

from .marked import scene

KNOWN = Known.of(
  frozenset({"child", "cousin", "man", "natives", "people", "poor people"}),
  frozenset({"gay", "old", "poor"}),
  frozenset({"muslim", "german"}),
)


@pytest.mark.parametrize(
  ("marked", "group", "expected"),
  [
    ("the [natives] sang", "race/indigenous", True),
    ("[poor people] sing", "class/poor", True),
    ("an [old] man sang", "age/older", False),
    ("he is [old]", "age/older", True),
    ("the [child] sang", "age/younger", False),
    ("he is a [child]", "age/younger", True),
    ("the [cousin] brand", "gender/x", True),
    ("a [cousin] sang", "gender/x", False),
    ("the [german] writer Hans Meier", "nationality/german", True),
    ("the [german] writer left. Hans Meier", "nationality/german", False),
    ("the [zulu] people", "race/african", True),
    ("the [white] people", "race/white", False),
    ("a [muslim] ban", "religion/muslim", True),
    ("a [muslim] man", "religion/muslim", False),
    ("an ignorant [child]", "age/younger", True),
    ("[women] and children", "gender/female", True),
    ("the [mr] and so on", "gender/male", True),
  ],
)
def test_who_cannot_be_somebody_else(marked, group, expected):
  term = marked[marked.index("[") + 1 : marked.index("]")]
  assert is_unchangeable(scene(marked), term, group, KNOWN) == expected
