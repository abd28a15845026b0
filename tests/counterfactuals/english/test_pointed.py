import pytest

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.pointed import (
  are_bare,
  is_any,
  leaves_all,
  loses_point,
)

from .marked import scene

KNOWN = Known.of(frozenset({"men", "women"}), frozenset())


@pytest.mark.parametrize(
  ("marked", "group", "expected"),
  [
    ("[Danes] sing", "nationality/danish", True),
    ("the [Danes] sing", "nationality/danish", True),
    ("the [Danes] in town sing", "nationality/danish", False),
    ("the [Danes] in 1920 sang", "nationality/danish", True),
    ("two [Danes] sing", "nationality/danish", False),
    ("all [Danes] sing", "nationality/danish", True),
    ("our [immigrants] sing", "migration/immigrant", True),
    ("the [immigrants] sing", "migration/immigrant", False),
    ("I know that [Danes] sing", "nationality/danish", True),
    ("[Danes] who sing", "nationality/danish", False),
    ("[women] sing", "gender/female", False),
    ("[children] sing", "age/younger", True),
    ("women and [children] sing", "age/younger", False),
    ("[citizens] sing", "migration/citizen", False),
  ],
)
def test_plurals_that_would_be_everybody(marked, group, expected):
  assert loses_point(scene(marked), group) is expected


@pytest.mark.parametrize(
  ("marked", "group", "expected"),
  [
    ("[gay] people sing", "sexual_orientation/homosexual", True),
    ("two [gay] people sing", "sexual_orientation/homosexual", False),
    ("the [german] people sing", "nationality/german", False),
    ("[young] men sing", "age/younger", False),
    ("the [white] community sings", "race/white", True),
    ("[german] teachers sing", "nationality/german", False),
    ("the first [deaf] person", "disability/deaf", True),
    ("a [deaf] person sang", "disability/deaf", False),
  ],
)
def test_adjectives_without_which_everybody_is_meant(marked, group, expected):
  assert leaves_all(scene(marked), group) is expected


@pytest.mark.parametrize(
  ("marked", "group", "expected"),
  [
    ("the [Buddhist] sings", "religion/buddhist", True),
    ("this [Buddhist] sings", "religion/buddhist", False),
    ("a [Buddhist] sang", "religion/buddhist", True),
    ("a fellow [Dane] who sings", "nationality/danish", False),
    ("they chose a [woman].", "gender/female", True),
    ("they chose a [woman] from here", "gender/female", False),
    ("what a nice [woman].", "gender/female", False),
    ("the [child] sings", "age/younger", False),
  ],
)
def test_somebody_who_stands_for_a_group(marked, group, expected):
  assert is_any(scene(marked), group) is expected


@pytest.mark.parametrize(
  ("marked", "group", "expected"),
  [
    ("they like [women]", "gender/female", True),
    ("[men] sing", "gender/male", True),
    ("they like [women] who sing", "gender/female", False),
    ("they like tall [women] and men", "gender/female", False),
    ("those tall [women]", "gender/female", False),
    ("they hate [women] and being late", "gender/female", True),
    ("they say men need [women]", "gender/female", True),
    ("300 [women]", "gender/female", False),
    ("they like money and [women]", "gender/female", True),
    ("they like [Danes]", "nationality/danish", False),
  ],
)
def test_women_and_men_as_such(marked, group, expected):
  assert are_bare(scene(marked), group, KNOWN) is expected
