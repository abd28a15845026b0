import pytest

from clp_tfx.counterfactuals.english.context import context


def beside(marked: str) -> dict:
  """Returns the non-empty context of the word in brackets."""
  start, end = marked.index("["), marked.index("]") - 1
  found = context(marked.replace("[", "").replace("]", ""), start, end)
  return {name: value for name, value in found._asdict().items() if value}


def test_the_words_beside():
  assert beside("I can\u2019t see [her] Old red car.") == {
    "before_that": "can't",
    "before": "see",
    "first": "old",
    "written": "Old",
    "second": "red",
    "third": "car",
  }


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("[her]", {}),
    ("[Her]", {"begins": True}),
    ("So. [Her]", {"begins": True}),
    ("see, [her].", {}),
    ("see\n\n[her]\n\ncar", {}),
    ("[her]\ncar", {"first": "car", "written": "car"}),  # A wrapped line.
    ("[her]\nCar", {}),  # Two lines.
    ("[her] $5", {"first": "5", "written": "5", "opened": "$"}),
    ("his/[her]", {"partner": "his"}),
    ("[her], him", {"partner": "him"}),
  ],
)
def test_ends_of_texts_lines_and_partners(marked, expected):
  assert beside(marked) == expected


def test_only_so_far():
  assert "first" not in beside("[her]" + " " * 100 + "car")
