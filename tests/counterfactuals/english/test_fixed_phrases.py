import pytest

from clp_tfx.counterfactuals.english.fixed_phrases import is_fixed
from clp_tfx.counterfactuals.english.known import Known

from .marked import scene

KNOWN = Known.of(
  frozenset({"child", "cousin", "man", "natives", "people", "poor people"}),
  frozenset({"gay", "old", "poor"}),
  frozenset({"muslim", "german"}),
)


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("a multi [billionaire]", True),
    ("a [billionaire]", False),
    ("his [old] man left", True),
    ("this [old] man left", False),
    ("my old [man] left", True),
    ("my [man] left", True),
    ("my [girl] left", False),  # A daughter.
    ("our [elders] left", True),
    ("the [elders] left", False),
    ("due to [man] alone", True),
    ("a [man] left", False),
    ("a dead [man] walking", True),
    ("like a spoiled [child]", True),
    ("with a spoiled [child]", False),
    ("the [father] of new ideas", True),
    ("the [father] of two", False),
    ("[black] lives matter", True),
    ("[black] men lie", False),
    ("a [white] supremacist", True),
    ("a [russian] spy", True),
    ("the [woman] article", True),
    ("the [boy] who cried wolf", True),
    ("the [boy] who sang", False),
    ("[men] of the night", True),
    ("be [men]!", True),
    ("the Hill [brothers]", True),
    ("my [brothers]", False),
    ("even a [child] can", True),
    ("you silly [children]!", True),
    ("tenyear [old] boys", True),
  ],
)
def test_fixed_phrases(marked, expected):
  assert is_fixed(scene(marked), KNOWN) == expected
