"""Filling: forms, capitals, articles, exclusions, and the suite as a whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.probes.fill import fill_probes, filled, fits, training_sentences
from clp_tfx.probes.templates import (
  HELD_OUT,
  NEUTRAL,
  PERSON,
  TRAINING,
  Identity,
  Template,
  load_identities,
  load_templates,
)

ASIAN = Identity("Asian", "race/asian", "Asian", True, "Asian", "Asians", TRAINING)
AMPUTEE = Identity(
  "amputee", "disability/mobility", "", False, "amputee", "amputees", HELD_OUT
)


def template(text, not_with=(), split=HELD_OUT):
  return Template("t_01", "t", NEUTRAL, text, "", not_with, split)


@pytest.mark.parametrize(
  ("text", "asian", "amputee", "person"),
  [
    ("I am {predicate}.", "I am Asian.", "I am an amputee.", "I am a person."),
    ("Are they {predicates}?", "Are they Asian?", "Are they amputees?", None),
    ("{Plural} vote.", "Asians vote.", "Amputees vote.", "People vote."),
    ("{A noun} won.", "An Asian won.", "An amputee won.", "A person won."),
    ("any {noun} at all", "any Asian at all", "any amputee at all", None),
    # Without an adjective the article goes by the noun: an actor, a chef.
    ("{A adjective} actor", "An Asian actor", None, "An actor"),
    ("{a adjective} chef", "an Asian chef", None, "a chef"),
    ("my {adjective} friends", "my Asian friends", None, "my friends"),
  ],
)
def test_forms_by_hand(text, asian, amputee, person):
  assert filled(template(text), ASIAN) == asian
  assert fits(template(text), ASIAN)
  assert fits(template(text), AMPUTEE) == (amputee is not None)
  if amputee:
    assert filled(template(text), AMPUTEE) == amputee
  if person:
    assert filled(template(text), PERSON) == person


@pytest.mark.parametrize("name", ["Asian", "race/asian", "race"])
def test_identities_groups_and_dimensions_can_be_excluded(name):
  assert not fits(template("{plural}", (name,)), ASIAN)
  assert fits(template("{plural}", (name,)), AMPUTEE)


def test_held_out_identities_do_not_fill_templates_of_training():
  assert not fits(template("{plural}", split=TRAINING), AMPUTEE)
  assert fits(template("{plural}", split=TRAINING), ASIAN)


PROBES = fill_probes()


def test_the_suite_is_the_same_each_time_and_bounded():
  assert fill_probes() == PROBES
  persons = {probe.person for probe in PROBES} - {""}
  assert len(PROBES) + len(persons) <= 20_000
  assert len({probe.text for probe in PROBES}) == len(PROBES)


def test_every_template_and_identity_is_used():
  assert {probe.template for probe in PROBES} == {t.name for t in load_templates()}
  assert {probe.identity for probe in PROBES} == {i.name for i in load_identities()}


def test_the_splits_are_apart():
  for probe in PROBES:
    if probe.split == TRAINING:
      assert probe.identity_split == TRAINING


def test_each_identity_has_enough_held_out_neutral_sentences():
  counts = Counter(
    probe.identity
    for probe in PROBES
    if probe.label == NEUTRAL and probe.split == HELD_OUT
  )
  assert min(counts.values()) >= 85


def test_a_neutral_sentence_has_one_about_a_person():
  for probe in PROBES:
    assert bool(probe.person) == (probe.label == NEUTRAL)
    assert probe.person != probe.text


@given(st.sampled_from(PROBES))
def test_sentences_are_clean(probe):
  assert not set("{}") & set(probe.text + probe.person)
  assert "  " not in probe.text and probe.text.strip() == probe.text


def test_no_sentence_for_training_is_measured():
  sentences = training_sentences()
  neutral = [probe for probe in PROBES if probe.label == NEUTRAL]
  held_out = {probe.text for probe in neutral if probe.split == HELD_OUT}
  of_training = {probe.text for probe in neutral if probe.split == TRAINING}
  assert len(sentences) == len(set(sentences)) == 10_113
  assert of_training < set(sentences) and held_out.isdisjoint(sentences)
