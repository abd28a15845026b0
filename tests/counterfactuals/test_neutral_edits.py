import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.edits import Edit, applied
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.outcome import LOW_CONFIDENCE, Counterfactual
from clp_tfx.errors import InputError

LEXICON = IdentityTerms.load("identity_en")
GENERATOR = CounterfactualGenerator(LEXICON, "neutral")
PRONOUNS = {"he", "she", "him", "her", "his", "hers", "himself", "herself"}


def neutral(text: str) -> Counterfactual:
  (counterfactual,) = GENERATOR.generate(text)
  return counterfactual


def test_edits_have_places_terms_rules_and_confidences():
  assert neutral("An old woman says she's a nun.").edits == (
    Edit(0, 2, "A", "", "", "an\u2192a", "a or an", 0.95),
    Edit(3, 7, "", "old", "age/older", "old\u2192", "neutral modifier", 0.95),
    Edit(
      7,
      12,
      "person",
      "woman",
      "gender/female",
      "woman\u2192person",
      "neutral noun",
      0.9,
    ),
    Edit(18, 21, "they", "she", "gender/female", "she\u2192they", "they", 0.95),
    Edit(21, 23, "'re", "", "", "'s\u2192're", "they: is or has", 0.95),
    Edit(
      26,
      29,
      "monastic",
      "nun",
      "gender/female",
      "nun\u2192monastic",
      "neutral noun",
      0.9,
    ),
  )


def test_coordinated_mentions_keep_an_edit_each():
  edits = neutral("He or she left.").edits
  assert [(each.start, each.end, each.replacement, each.term) for each in edits] == [
    (0, 6, "", "he"),
    (6, 9, "They", "she"),
  ]


def test_what_is_less_sure_can_be_left_out():
  text = "My sister got married."
  assert neutral(text).text == "My sibling got different."
  assert neutral(text).confidence == 0.4
  careful = CounterfactualGenerator(LEXICON, "neutral", min_confidence=0.5)
  assert careful.outcome(text).skipped == LOW_CONFIDENCE


@pytest.mark.parametrize(
  ("text", "expected"),
  [
    ("Mr. and Mrs. Hill are in.", "Hill are in."),
    ("POCs and Muslims met.", "POCs and people met."),
    ("We screw the poor, and the rich.", "We screw people."),
    ("An educated and gay man sat.", "A person sat."),
    ("Jobs died and poor families left.", "Jobs died and families left."),
    ("The Roma, who travel, sing.", "People, who travel, sing."),
    ("She is married to a nurse.", "They are close to a nurse."),
    ("they arent catholic", "they arent like that"),
    ("every man and woman", "every person"),
    ("two men and three women", "two people and three other people"),
    ("Most old people walk.", "Most people walk."),
    ("\u201cGay people vote.\u201d", "\u201cPeople vote.\u201d"),
    ("a WOMAN, a Man", "a PERSON, another person"),
  ],
)
def test_what_stands_beside(text, expected):
  assert neutral(text).text == expected


@pytest.mark.parametrize("name", ["identity_de", "identity_es"])
def test_languages_without_rules_are_refused(name):
  with pytest.raises(InputError, match=rf"English.*{name}.*use 'ablation'"):
    CounterfactualGenerator(IdentityTerms.load(name), "neutral")


WORDS = st.sampled_from(
  re.split(
    " ",
    "He she him HER his hers himself is was has doesn't walks and or , . ? who a an "
    "the gay Gay Muslim Muslims old deaf woman men wife Mrs. Mr Smith 's ' very proud "
    "black people mother kids \n not there never in Where's",
  )
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
@example("the old and the deaf, or gay and proud and black")
@example("is she, who was his wife, and he 's a gay")
def test_only_what_the_edits_cover_changes_and_no_pronoun_stays(text):
  outcome = GENERATOR.outcome(text)
  assert outcome.counterfactuals == GENERATOR.outcome(text).counterfactuals
  for counterfactual in outcome.counterfactuals:
    edits = counterfactual.edits
    end = 0
    for edit in edits:
      assert end <= edit.start <= edit.end
      end = edit.end
    assert applied(text, edits) == counterfactual.text
    assert [each.term for each in edits if each.term] == [
      each.term for each in outcome.mentions
    ]
    assert not {each.term for each in GENERATOR.find(counterfactual.text)} & PRONOUNS
    assert all(0 < each.confidence <= 1 and each.rule for each in edits)
