import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clp_tfx.report.edits import ADDED, ELIDED, KEPT, REMOVED, pieces


def test_a_removal():
  assert pieces("I'm a gay person", "I'm a person") == [
    (KEPT, "I'm a "),
    (REMOVED, "gay "),
    (KEPT, "person"),
  ]


def test_a_substitution_with_a_repaired_article():
  found = pieces("She is an old actress.", "He is an old actor.")
  assert found == [
    (REMOVED, "She"),
    (ADDED, "He"),
    (KEPT, " is an old "),
    (REMOVED, "actress"),
    (ADDED, "actor"),
    (KEPT, "."),
  ]


def test_what_is_far_from_an_edit_is_elided():
  found = pieces("a" * 300 + " gay man " + "b" * 300, "a" * 300 + " man " + "b" * 300)
  # 160 characters stay before and after; the space after the word is removed with it.
  assert found == [
    (ELIDED, "…"),
    (KEPT, "a" * 159 + " "),
    (REMOVED, "gay "),
    (KEPT, "man " + "b" * 156),
    (ELIDED, "…"),
  ]


def test_equal_texts_are_kept():
  assert pieces("same", "same") == [(KEPT, "same")]
  assert pieces("", "") == []


def test_a_long_difference_is_shown_whole():
  old, new = "a b " * 2000, "c d " * 2000
  assert [kind for kind, _ in pieces(old, new)] == [REMOVED, ADDED, KEPT]


texts = st.lists(st.sampled_from(["gay", "he", " ", "\n", "a", "…", "\u202e", "<b>"]))


@settings(max_examples=100, deadline=None)
@given(texts.map("".join), texts.map("".join))
@pytest.mark.parametrize("context", [10_000])
def test_pieces_make_up_both_texts(context, old, new):
  found = pieces(old, new, context)
  assert "".join(text for kind, text in found if kind in (KEPT, REMOVED)) == old
  assert "".join(text for kind, text in found if kind in (KEPT, ADDED)) == new
