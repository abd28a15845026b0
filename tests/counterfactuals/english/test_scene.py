import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from clp_tfx.counterfactuals.english.scene import QUOTES, Scene


def test_nearest_first_in_lower_case_and_as_written():
  found = Scene("Oh, the OLD man Said", 8, 11)
  assert found.written == "OLD"
  assert [*found.before] == ["the", ",", "oh"]
  assert [*found.after] == ["man", "said"]
  assert [*found.written_before] == ["the", ",", "Oh"]
  assert [*found.written_after] == ["man", "Said"]


def test_words_are_counted_from_the_nearest():
  before = Scene("a b c d old", 8, 11).before
  assert [before.at(index) for index in (0, 3, 4)] == ["d", "a", ""]
  assert (before[1], before[:2], before[3:9]) == ("c", ["d", "c"], ["a"])
  assert len(before) == 4


def test_it_ends_where_a_word_would_be_cut():
  # 96 characters are looked at: "x" * 94 and a blank reach into the word before.
  found = Scene("aa " + "x" * 94 + " old man", 98, 101)
  assert ([*found.before], [*found.after]) == (["x" * 94], ["man"])
  assert [*Scene("aa " + "x" * 100 + " old", 104, 107).before] == []


def test_apostrophes_and_clitics():
  found = Scene("I\u2019m old\u2019s way", 4, 7)
  assert ([*found.before], [*found.after]) == (["i'm"], ["'s", "way"])


def test_quotes_before_a_word_are_left_out():
  found = Scene('so "old" man', 4, 7)
  assert ([*found.before], [*found.after]) == (["so"], ['"', "man"])


def cut_at_once(text: str, start: int, end: int) -> tuple[list[str], list[str]]:
  """Returns what stands before and after, from the text within reach as a whole."""
  pattern = r"'(?:s|m|re|d|ll|ve)\b|[^\W_](?:[\w-]|'(?!s\b)(?=\w))*|\n|[^\w\s]|_"
  spelling = str.maketrans("\u2019\u2010\u2011", "'--")
  first, last = max(0, start - 96), end + 96
  before = re.findall(pattern, text[first:start].translate(spelling))
  after = re.findall(pattern, text[end:last].translate(spelling))
  if first and before and not text[first].isspace():
    del before[0]
  if last < len(text) and after and not text[last - 1].isspace():
    del after[-1]
  return [word for word in before[::-1] if word not in QUOTES], after


PIECES = st.sampled_from(
  ["Old", "it's", "'", "\u2019", "-", " ", " ", "\n", "\t", '"', "_", "*", "\x1c", "2"]
  + ["\u00e9l", "x" * 20, "...", "\u0301", "\u0130", "\u00a0", "\U0001f600"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=80).map("".join), st.integers(0, 200), st.randoms())
@example("x" * 100 + " old " + "x" * 100, 101, None)
def test_it_does_not_matter_how_far_one_has_looked(text, start, chance):
  end = min(start + 3, len(text))
  start = min(start, end)
  found = Scene(text, start, end)
  sides = (found.before, found.written_before, found.after, found.written_after)
  for words in sides if chance else ():
    words.at(chance.randint(0, 30))
  before, after = cut_at_once(text, start, end)
  assert [*found.written_before] == before
  assert [*found.written_after] == after
  assert [*found.before] == [word.lower() for word in before]
  assert [*found.after] == [word.lower() for word in after]
