import pytest

from clp_tfx.counterfactuals.english.doubtful_nouns import (
  has_determiner,
  heads_compound,
  is_called,
  is_part,
  is_whole_predicate,
)
from clp_tfx.counterfactuals.english.known import Known

from .marked import scene

KNOWN = Known.of(frozenset({"man", "men", "smoker"}), frozenset({"gay", "muslim"}))


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("a con [man]", True),
    ("this Fenn [guy]", True),
    ("a strong [man]", False),
    ("a heavy [smoker]", True),
    ("an old [smoker]", False),
    ("a [citizen] army", True),
    ("a [man] sings", False),
    ("a [man] proudly sang", False),
    ("a [man] Bob met", False),
    ("the [kids] toys", True),
    ("the [kids] sing", False),
    ("the [father] of analysis", True),
    ("the [father] of six", False),
    ("the [women] article", True),
    ("the [girls] movement", True),
    ("a dedicated [smoker]", True),
    ("the [father] of our nurse", False),
    ("the [brothers] of the lodge", True),
    ("the [brothers] of the man", False),
    ("our rival ([men]) sang", True),
    ("many [brothers]", True),
    ("my [brothers]", False),
  ],
)
def test_part_of_something_else(marked, expected):
  assert is_part(scene(marked), KNOWN) is expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("he is a [Muslim]", True),
    ("he's not a gay [man]", True),
    ("a Jew, not a [Muslim]", True),
    ("as a [child] I sang", True),
    ("call her a [woman]", True),
    ("he is a [man] who sings", False),
    ("he is a clever [man]", False),
    ("he saw a [man]", False),
  ],
)
def test_whole_predicates(marked, expected):
  assert is_whole_predicate(scene(marked), KNOWN) is expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("a tall [man]", True),
    ("my very own [man]", True),
    ("[Dude], where", False),
    ("a book by [man]", False),
    ("the end. [Man] sings", False),
  ],
)
def test_determiners(marked, expected):
  assert has_determiner(scene(marked)) is expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("[gay] man caves", True),
    ("a [gay] man sang", False),
    ("[gay] men things", False),
  ],
)
def test_adjective_before_a_compound(marked, expected):
  assert heads_compound(scene(marked), KNOWN) is expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("calm your horse [man]", True),
    ("calm your horse [man] of mine", False),
    ("your strong [man]", False),
    ("a rude and uncouth [man]", False),
    ("some [man]", False),
  ],
)
def test_who_is_called(marked, expected):
  assert is_called(scene(marked), KNOWN) is expected
