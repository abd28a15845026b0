import pytest
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.edits import (
  Edit,
  applied,
  edits_from_json,
  edits_to_json,
)
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import METHODS
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError


def edit(start: int, end: int, replacement: str) -> Edit:
  return Edit(start, end, replacement, "", "", "", "", 1.0)


@pytest.mark.parametrize(
  ("edits", "expected"),
  [
    ([], "abcdef"),
    ([edit(0, 0, "x")], "xabcdef"),
    ([edit(1, 3, ""), edit(3, 4, "yy")], "ayyef"),  # Removes bc; d becomes yy.
    ([edit(5, 6, "z")], "abcdez"),
  ],
)
def test_applied(edits, expected):
  assert applied("abcdef", edits) == expected


def test_json_has_every_field_but_the_label():
  edits = [
    Edit(2, 3, "an", "", "", "a\u2192an", "a or an", 0.95),
    Edit(4, 7, '100% "\u2192', "50%;", "g/h", "50%;\u2192\u2026", "counterpart", 1.0),
  ]
  written = edits_to_json(edits)
  assert written == (
    '[{"confidence":0.95,"end":3,"group":"","replacement":"an","rule":"a or an",'
    '"start":2,"term":""},'
    r'{"confidence":1.0,"end":7,"group":"g/h","replacement":"100% \"\u2192",'
    '"rule":"counterpart","start":4,"term":"50%;"}]'
  )
  without_labels = [each._replace(label="") for each in edits]
  assert edits_from_json(written) == edits_from_json(written.encode()) == without_labels
  assert edits_from_json(edits_to_json([])) == []


@pytest.mark.parametrize(
  "value",
  [
    b"gay\xe2\x86\x92",
    b"",
    b"1",
    b"[1]",
    b'[{"start":1}]',
    b'[{"start":1,"end":2,"more":3}]',
    b"\xff",
  ],
)
def test_what_holds_no_edits(value):
  with pytest.raises(InputError, match="to be a JSON list of objects with start, end"):
    edits_from_json(value)


TERMS = ["x", "a;b", "b\u2192c", "50% %d", 'the "z"', "\u0131\u0307", "\U0001f9d1"]
LEXICON = IdentityTerms.parse(
  "term,group,counterparts\n"
  + "".join(
    '"{}",g/{},"{}"\n'.format(
      term.replace('"', '""'), number, TERMS[number - 1].replace('"', '""')
    )
    for number, term in enumerate(TERMS)
  ),
  "test",
)
GENERATORS = [
  CounterfactualGenerator(LEXICON, method, pejorative_terms=None) for method in METHODS
]
words = st.sampled_from([*TERMS, "a", "an", "The", "X", ".", "\n", "'s", "\udcc3"])


@given(
  st.lists(words | st.text(st.characters(codec="utf-8"), max_size=3)).map(" ".join)
)
def test_edits_that_were_stored_give_the_counterfactual(text):
  for generator in GENERATORS:
    for made in generator.generate(text):
      assert applied(text, edits_from_json(edits_to_json(made.edits))) == made.text


def test_the_feature_is_told_only_if_it_is_not_the_text():
  edit = Edit(0, 2, "she", "he", "gender/male", "he→she", "counterpart", 1.0)
  assert list(edit.as_dict()) == [*Edit._fields[:-1]]
  other = edit._replace(feature="gender")
  assert other.as_dict() == edit.as_dict() | {"feature": "gender"}
  for each in (edit, other):
    (read,) = edits_from_json(edits_to_json([each]))
    assert read == each._replace(label="")
