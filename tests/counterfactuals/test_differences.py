import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.differences import edits_between
from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.mentions import Mention


def mention(text: str, term: str) -> Mention:
  start = text.index(term)
  end = start + len(term)
  return Mention(start, end, term, f"g/{term}", end)


def found(text: str, rewritten: str, *terms: str):
  """Returns (what stood there, replacement, term) of each edit."""
  mentions = [mention(text, term) for term in terms]
  edits = edits_between(text, rewritten, mentions, "function")
  assert applied(text, edits) == rewritten
  assert all(edit.group == (edit.term and f"g/{edit.term}") for edit in edits)
  return [(text[e.start : e.end], e.replacement, e.term) for e in edits]


def test_words_that_changed_and_the_mentions_among_them():
  assert found("He is an old actress.", "She is a tall actor.", "He", "actress") == [
    ("He", "She", "He"),
    ("an", "a", ""),
    ("old", "tall", ""),
    ("actress", "actor", "actress"),
  ]


def test_a_mention_left_as_it_is_has_an_edit_that_changes_nothing():
  assert found("he or she!", "he or she?", "he", "she") == [
    ("", "", "he"),
    ("", "", "she"),
    ("!", "?", ""),
  ]
  assert found("so he", "no he", "he") == [("so", "no", ""), ("", "", "he")]


def test_a_stretch_of_several_mentions_is_cut_between_them():
  # No token in common.
  assert found("he,she king", "they", "he", "she", "king") == [
    ("he,", "they", "he"),
    ("she ", "", "she"),
    ("king", "", "king"),
  ]


def test_a_mention_is_of_the_first_edit_that_touches_it():
  # Of "gay old man" the first and the last word change.
  assert found("a gay old man", "a tall old woman", "gay old man") == [
    ("gay", "tall", "gay old man"),
    ("man", "woman", ""),
  ]


def test_labels_are_of_mentions():
  made = edits_between("he may", "they might", [mention("he may", "he")], "function")
  assert [edit.label for edit in made] == ["he\u2192\u2026", ""]
  assert {(edit.rule, edit.confidence) for edit in made} == {("function", 1.0)}


def test_a_long_difference_is_one_edit():
  old, new = "a b " * 20_000, "c d " * 20_000
  started = time.process_time()
  # The last blank is the same.
  assert found(old + "he", new + "he", "he") == [
    (old[:-1], new[:-1], ""),
    ("", "", "he"),
  ]
  assert time.process_time() - started < 5


words = st.lists(st.sampled_from(["gay", "he", " ", "\n", "a", "'", "\udcff"]))


@given(words, words, st.sets(st.integers(0, 30)))
def test_what_edits_promise(old, new, mentioned):
  ends = list(itertools.accumulate(map(len, old)))
  mentions = [
    Mention(end - len(word), end, f"{number}", "g", end)
    for number, (word, end) in enumerate(zip(old, ends, strict=True))
    if number in mentioned
  ]
  text, rewritten = "".join(old), "".join(new)
  edits = edits_between(text, rewritten, mentions, "function")
  assert applied(text, edits) == rewritten
  places = [place for edit in edits for place in (edit.start, edit.end)]
  assert places == sorted(places)
  assert [e.term for e in edits if e.term] == [each.term for each in mentions]
