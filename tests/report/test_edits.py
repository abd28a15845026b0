from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.edits import Edit, applied
from clp_tfx.report.edits import ADDED, ELIDED, KEPT, REMOVED, pieces


def flip(original, *edits):
  """Returns a flip as WorstFlips keeps it; edits are (start, end, replacement)."""
  names = ("start", "end", "replacement")
  return {
    "original": original,
    "edits": [dict(zip(names, edit, strict=True)) for edit in edits],
  }


def test_a_removal():
  assert pieces(flip("I'm a gay person", (6, 10, ""))) == [
    (KEPT, "I'm a "),
    (REMOVED, "gay "),
    (KEPT, "person"),
  ]


def test_an_edit_of_another_column_marks_nothing():
  found = flip("he", (0, 2, "she"), (0, 4, "Female"))
  found["edits"][1]["feature"] = "gender"
  assert pieces(found) == [(REMOVED, "he"), (ADDED, "she")]


def test_substitutions():
  original = "She is an old actress."
  assert pieces(flip(original, (0, 3, "He"), (14, 21, "actor"))) == [
    (REMOVED, "She"),
    (ADDED, "He"),
    (KEPT, " is an old "),
    (REMOVED, "actress"),
    (ADDED, "actor"),
    (KEPT, "."),
  ]


def test_what_is_far_from_an_edit_is_elided():
  found = pieces(flip("a" * 300 + " gay man " + "b" * 300, (301, 305, "")))
  # 160 characters stay before and after; the blank after the word goes with it.
  assert found == [
    (ELIDED, "…"),
    (KEPT, "a" * 159 + " "),
    (REMOVED, "gay "),
    (KEPT, "man " + "b" * 156),
    (ELIDED, "…"),
  ]


def test_without_edits_of_its_own_a_text_is_kept():
  assert pieces(flip("same")) == [(KEPT, "same")]
  assert pieces(flip("")) == []


def test_a_flip_of_which_no_edits_are_known_is_shown_whole():
  known = {"original": "he said", "counterfactual": "said"}
  assert pieces(known) == [(REMOVED, "he said"), (ADDED, "said")]


words = st.sampled_from(["gay", "he", " ", "\n", "a", "…", "\u202e", "<b>", ""])


@given(st.lists(st.tuples(words, words)))
def test_pieces_make_up_both_texts(replaced):
  edits, end = [], 0
  for old, new in replaced:
    edits.append(Edit(end, end + len(old), new, "", "", "", "", 1.0))
    end += len(old) + 1  # A character stays in between.
  original = "".join(old + "." for old, _ in replaced)
  found = pieces(flip(original, *[edit[:3] for edit in edits]), context=10_000)
  kept = [text for kind, text in found if kind in (KEPT, REMOVED)]
  made = [text for kind, text in found if kind in (KEPT, ADDED)]
  assert "".join(kept) == original
  assert "".join(made) == applied(original, edits)
