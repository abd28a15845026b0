import pytest

from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.english.name_pairs import NAMES, PAIRS, stands_alone


def test_each_name_has_one_other():
  assert len(PAIRS) == len(NAMES["gender/male"]) + len(NAMES["gender/female"])
  assert all(PAIRS[PAIRS[name]] == name for name in PAIRS)
  assert {PAIRS[name] for name in NAMES["gender/male"]} == NAMES["gender/female"]


@pytest.mark.parametrize("group", NAMES)
def test_each_name_is_one_of_those_that_tell_a_gender(group):
  assert all(Rest(name).names(group) for name in NAMES[group])


def alone(text: str, **options: bool) -> bool:
  start = text.index("Tom")
  return stands_alone(text, start, start + 3, **options)


@pytest.mark.parametrize(
  "text",
  [
    *("Tom", "Tom left.", "I saw Tom. Bob left.", "and Tom, Bob", "Hi Tom", "(Tom)"),
    *(
      "When Tom left",
      "so Tom I left",
      "Tom's hat",
      "Tom\u2019ll go",
      "Late.\nTom\nUbu",
    ),
    *("Tom and Bob", "Ann and Tom", "I think: Tom did", '"Tom left"', "Ubu left. Tom"),
    *("Tom the baker", "I knew that Tom left", "\u201cTom left\u201d"),
  ],
)
def test_a_name_stands_alone(text):
  assert alone(text)


@pytest.mark.parametrize(
  "text",
  [
    *(
      "Tom Hill",
      "Tom's Hill",
      "Uncle Tom",
      "uncle Tom",
      "Dr. Tom",
      "J. Tom",
      "Ubu Tom",
    ),
    *("the Tom I know", "a Tom", "average Tom", "St Tom", "User:Tom", "@Tom", "[Tom]"),
    *("Tom-Bob", "Tom_1", "Tom.org", "Tom 8", "Tom J. Hill", "Tom the Great", "1 Tom"),
    *(
      "The Life of Tom",
      "Ubu and Tom",
      "Tom and Ubu",
      '"Tom"',
      "Tom' hat",
      "Tom of York",
    ),
    *("my brother Tom", "Tom van Dyke", "Beyond My Tom", "Ubu Tom", "Tom' hat"),
  ],
)
def test_a_name_is_part_of_a_longer_one(text):
  assert not alone(text)


def test_a_noun_of_kin_is_no_title():
  assert alone("my brother Tom", follows_kin=True)
  assert not alone("Mr Tom", follows_kin=True)
