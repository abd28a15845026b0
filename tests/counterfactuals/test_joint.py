import pytest

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms
from clp_tfx.counterfactuals.joint import together

TERMS = IdentityTerms.parse(
  "term,group,counterparts,connotation,match\n"
  "he,gender/male,she,,\n"
  "she,gender/female,he,,\n"
  "gay,orientation/gay,straight|bisexual,,\n"
  "straight,orientation/straight,gay,,\n"
  "bisexual,orientation/bisexual,,,\n"
  "slur,orientation/gay,,pejorative,\n"
  "M,gender/male,F,,value\n"
  "F,gender/female,M,,value\n"
  "X,gender/other,,,value\n",
  "row",
)


def generator(method, **options):
  return CounterfactualGenerator(TERMS, method, pejorative_terms=None, **options)


def joint(texts, method, **options):
  """Returns the texts of each counterfactual."""
  made = generator(method, **options)
  mentions = [made.find(text) for text in texts]
  return [
    each.all_texts for each in made.joint_outcome(texts, mentions).counterfactuals
  ]


ROW = ("he is gay", "M", "gay")


@pytest.mark.parametrize(
  ("method", "found"),
  [
    # A person's gender changes everywhere, and then their orientation.
    (
      "substitution",
      [
        ("she is gay", "F", "gay"),
        ("he is straight", "M", "straight"),
        ("he is bisexual", "M", "bisexual"),
      ],
    ),
    ("ablation", [("is", "", "")]),
    ("neutral", [("they are human", "", "human")]),
    ("ablation_by_group", [("is gay", "", "gay"), ("he is", "M", "")]),
    # The terms "he" and "M" are two.
    (
      "ablation_by_term",
      [("is gay", "M", "gay"), ("he is", "M", ""), ("he is gay", "", "gay")],
    ),
  ],
)
def test_what_changes_in_one_text_changes_in_all(method, found):
  assert joint(ROW, method) == found


def test_a_single_text_with_terms_is_edited_as_alone():
  assert joint(("a hat", "M"), "substitution") == [("a hat", "F")]
  for text in ("he is gay", "she", "gay and straight"):
    alone = generator("substitution").generate(text)
    assert joint((text, "none"), "substitution") == [
      (each.text, "none") for each in alone
    ]


def test_edits_groups_and_confidence_are_those_of_all_texts():
  made = generator("substitution")
  (first, *_) = made.joint_outcome(
    ROW, [made.find(text) for text in ROW]
  ).counterfactuals
  assert first.edit == "he→she;M→F"
  assert first.group == "gender/male"
  assert [edit.replacement for edit in first.edits] == ["she"]
  assert [edit.replacement for edit in first.all_edits] == ["she", "F"]
  assert first.confidence == 1


def test_limits_and_reasons():
  assert joint(ROW, "substitution", max_counterfactuals=1) == [
    ("she is gay", "F", "gay")
  ]
  made = generator("substitution")

  def skipped(*texts):
    return made.joint_outcome(texts, [made.find(text) for text in texts]).skipped

  assert skipped("he", "slur") == "pejorative"
  assert skipped("a hat", "X") == "no_counterpart"
  assert skipped("a hat", "none") == ""


def test_a_doubtful_edit_of_one_text_drops_the_counterfactual():
  # Without grammar, a word has the confidence 0.5.
  terms = IdentityTerms.parse(
    "term,group,counterparts,match,language\n"
    "mann,g/m,frau,,de\nfrau,g/f,mann,,de\nM,g/m,F,value,de\nF,g/f,M,value,de\n",
    "doubt",
  )
  made = CounterfactualGenerator(terms, "substitution", min_confidence=0.6)
  for texts, reason in ((("x", "M"), ""), (("mann", "M"), "low_confidence")):
    outcome = made.joint_outcome(texts, [made.find(text) for text in texts])
    assert outcome.skipped == reason
    assert len(outcome.counterfactuals) == (not reason)


def test_fewer_versions_of_a_change_begin_again():
  one, two, three = ([name] for name in "123")
  versions = [[("a", one), ("b", two), ("a", three)], [("a", two)], []]
  assert [*together(versions)] == [[one, two, []], [two, [], []], [three, two, []]]
  assert [*together([[], ()])] == []
