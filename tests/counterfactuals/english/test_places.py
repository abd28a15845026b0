import pytest

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.places import (
  is_owned,
  names_own_kin,
  place_of_adjective,
  place_of_either,
  place_of_noun,
)

from .marked import scene

KNOWN = Known.of(
  frozenset({"man", "woman", "women", "kids", "christians", "males"}),
  frozenset({"gay", "white", "deaf"}),
  frozenset({"christian", "male"}),
)


@pytest.mark.parametrize(
  ("text", "kind"),
  [
    ("the [woman] smiled", "noun"),
    ("[women] writers met", "modifier"),
    ("his [boyfriend] cooks", "noun"),
    ("let the [man] guard it", "noun"),
    ("[child] care is dear", "modifier"),
    ("this is almost [child] abuse", "modifier"),
    ("[Lady] Hill spoke", "title"),
    ("[mr] hill", "title"),
  ],
)
def test_nouns(text, kind):
  assert place_of_noun(scene(text), KNOWN).kind == kind


@pytest.mark.parametrize(
  ("text", "kind"),
  [
    ("a [gay] teacher", "modifier"),
    ("a [gay], tall, funny man", "modifier"),
    ("[white] christian male, right?", "modifier"),
    ("he is [gay]", "predicate"),
    ("he is [gay] and proud", "predicate"),
    ("he is [gay], tall and funny.", "predicate"),
    ("the [deaf] need help", "group"),
    ("the [deaf] have been told", "group"),
    ("the [white] race is old", "modifier"),
  ],
)
def test_adjectives(text, kind):
  assert place_of_adjective(scene(text), KNOWN).kind == kind


@pytest.mark.parametrize(
  ("text", "kind"),
  [
    ("a [Christian] man", "modifier"),
    ("a young [Christian] and", "noun"),
    ("a crazed, bitter [male].", "noun"),
    ("she is [Christian].", "predicate"),
    ("the [Roma]", "group"),
  ],
)
def test_nouns_or_adjectives(text, kind):
  assert place_of_either(scene(text), KNOWN).kind == kind


def test_a_new_state_and_a_comparison_are_less_sure():
  for text in ("he got [gay].", "she is [white] to me"):
    assert place_of_adjective(scene(text), KNOWN).confidence == 0.4


def test_owners():
  assert is_owned(scene("her two little [kids]"), KNOWN)
  assert is_owned(scene("they have three [kids]"), KNOWN)
  assert is_owned(scene("the [kids] of immigrants"), KNOWN)
  assert not is_owned(scene("the [kids] play"), KNOWN)


def test_own_kin():
  assert names_own_kin(scene("[Mom] called"), KNOWN)
  assert names_own_kin(scene("hug [daddy] now"), KNOWN)
  assert not names_own_kin(scene("his own [mother] came"), KNOWN)
  assert not names_own_kin(scene("the [mother] came"), KNOWN)
