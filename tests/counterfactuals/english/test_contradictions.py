import pytest

from clp_tfx.counterfactuals.english.contradictions import Rest


@pytest.mark.parametrize(
  ("text", "group"),
  [
    ("Edward sang", "gender/male"),
    ("Barbara's song", "gender/female"),
    ("edward sang", "gender/male"),  # A text without capitals.
    ("Then edward sang", "gender/male"),
    ("She is Pregnant", "gender/female"),
    ("to the mosque, he", "religion/muslim/shia"),
    ("\u201cBerlin\u201d", "nationality/german"),
  ],
)
def test_words_and_names_tie_to_a_group(text, group):
  assert Rest(text).ties_to(group)


@pytest.mark.parametrize(
  ("text", "group"),
  [
    ("Edward sang", "gender/female"),
    ("Bob saw Bill", "gender/female"),
    ("Then They sang to edward", "gender/male"),  # A word in small letters is no name.
    ("to the mosque", "religion/christian"),
    ("mosquera", "religion/muslim"),
    ("", "gender/male"),
    ("Edward", "no such group"),
  ],
)
def test_others_do_not(text, group):
  assert not Rest(text).ties_to(group)


def test_words_end_at_marks_but_not_at_hyphens():
  words = {"women", "s", "non", "non-smokers", "he"}
  assert Rest("Women's non-smokers, (he)").words == words


def test_the_first_part_of_a_compound_counts_and_what_is_for_or_against():
  # Irish-born, pro-Israel; but a non-smoker is no smoker.
  words = Rest("Irish-born and pro-Israel non-smokers").words
  assert words >= {"irish", "irish-born", "israel", "pro-israel"}
  assert not words & {"born", "smokers"}
