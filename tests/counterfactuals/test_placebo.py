import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms
from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.placebo import placebo

GENERATORS = {
  method: CounterfactualGenerator(IdentityTerms.load("identity_en"), method)
  for method in ("ablation", "substitution")
}


def placebos(text, method="ablation"):
  made = GENERATORS[method].generate(text)
  return [placebo(text, each.edits) for each in made]


@pytest.mark.parametrize(
  "text, expected",
  [
    # Of the words with three letters, "sky" is nearer to "gay" than "low" is.
    ("Such a gay old sky, so low.", "Such a gay old, so low."),
    # "old" names an identity; at a distance of one, "pie" comes before "sad".
    ("A gay pie was sad.", "A gay was sad."),
    # No word has five letters, as "women"; four and six are within a third.
    ("The women left no crumbs.", "The women no crumbs."),
    # "plates" is as long as "Muslim", and "never" as "women".
    ("Muslim women never share other plates.", "Muslim women share other."),
    # "blessing" has eight letters: more than a third longer than "women".
    ("Women, a blessing.", None),
    ("Women.", None),
  ],
)
def test_as_many_words_of_about_the_same_length_are_removed(text, expected):
  assert placebos(text) == [expected]


def test_a_replacement_is_imitated_by_another_word_of_the_text():
  # "women" becomes "men": "plate" becomes "one", the only word with three letters.
  text = "The women kept one plate."
  assert placebos(text, "substitution")[0] == "The women kept one The."


def test_terms_of_a_lexicon_of_ones_own_are_no_placebos():
  # "vex" is as long as "zog" and nearest, but names somebody.
  text = "zog vex and the rest"
  edits = [Edit(0, 4, "", "zog", "people/zog", "", "removal", 1.0)]
  assert placebo(text, edits) == "zog and the rest"
  assert placebo(text, edits, ["vex"]) == "zog vex the rest"


def test_repairs_and_edits_without_a_word_have_none():
  assert placebo("an idea", [Edit(0, 2, "a", "", "", "", "article", 1.0)]) is None
  assert placebo("an idea", [Edit(0, 0, "", "gay", "so", "", "removal", 1.0)]) is None


def test_bytes_that_are_not_utf8_stay():
  text = b"\xff gay sky".decode("utf-8", "surrogateescape")
  edits = [Edit(2, 6, "", "gay", "so/gay", "", "removal", 1.0)]
  assert placebo(text, edits) == "\udcff gay"


NAMING = {"gay", "women", "she", "Muslim", "deaf"}
WORDS = st.sampled_from([*sorted(NAMING), "table", "chair", "a", "the", "idea"])


@given(st.lists(WORDS, min_size=1, max_size=12))
@settings(deadline=None)
def test_exactly_as_many_words_go_and_none_of_them_names_anybody(words):
  text = " ".join(words)
  for made in GENERATORS["ablation"].generate(text):
    removed = [text[edit.start : edit.end] for edit in made.edits if edit.term]
    if other := placebo(text, made.edits):
      left = other.split()
      assert len(left) == len(words) - len(" ".join(removed).split())
      assert [word for word in left if word in NAMING] == [
        word for word in words if word in NAMING
      ]


def test_edits_of_other_columns_have_no_placebo():
  edit = Edit(0, 4, "Female", "Male", "sex", "", "counterpart", 1.0, "sex")
  assert placebo("some text of seven words or so", [edit]) is None
