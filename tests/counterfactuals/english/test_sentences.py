from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.english.sentences import by_sentence


def sentences(text: str, *words: str) -> list[tuple[str, list[str]]]:
  starts = [text.index(word) for word in words]
  return [
    (text[begin:end].strip(), list(words[within]))
    for begin, end, within in by_sentence(text, starts)
  ]


def test_only_sentences_with_a_place():
  text = "He sang. It rained! She (the nun) left.\nMen sat"
  assert sentences(text, "He", "She", "nun", "Men") == [
    ("He sang.", ["He"]),
    ("She (the nun) left.", ["She", "nun"]),
    ("Men sat", ["Men"]),
  ]


def test_titles_initials_and_numbers_end_none():
  text = "Mrs. A. Hill paid 3.50 to Dr. Lee. He left"
  assert sentences(text, "Hill", "Lee", "He") == [
    ("Mrs. A. Hill paid 3.50 to Dr. Lee.", ["Hill", "Lee"]),
    ("He left", ["He"]),
  ]


def test_none_is_longer_than_its_reach():
  ((begin, end, within),) = by_sentence("x" * 1000, [500])
  assert (begin, end, within) == (200, 800, slice(0, 1))


@given(st.text(alphabet="aA .!?\n'", max_size=60), st.sets(st.integers(0, 59)))
def test_each_place_is_in_one_sentence(text, places):
  starts = sorted(place for place in places if place < len(text))
  found = [*by_sentence(text, starts)]
  assert [start for *_, within in found for start in starts[within]] == starts
  for begin, end, within in found:
    assert all(begin <= start < max(end, start + 1) for start in starts[within])
