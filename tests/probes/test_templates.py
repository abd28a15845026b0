"""The lists of templates and identities: counts, forms and what is held out."""

import hashlib
import re
from collections import Counter, defaultdict

import pytest

from clp_tfx.counterfactuals.english.articles import article_before
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.probes.templates import (
  HELD_OUT,
  HOSTILE,
  LABELS,
  NEUTRAL,
  PERSON,
  SEED,
  TRAINING,
  load_identities,
  load_templates,
)

PLACEHOLDER = re.compile(
  r"\{(?:[Aa] (?:noun|adjective)|[Nn]oun|[Pp]lural|adjective|predicates?)\}"
)
TEMPLATES, IDENTITIES = load_templates(), load_identities()


def words(identity):
  forms = f"{identity.adjective} {identity.noun} {identity.plural}"
  return {word.removesuffix("s") for word in forms.split()} - {"person", "people"}


def test_there_are_enough_of_each_kind():
  labels = Counter(template.label for template in TEMPLATES)
  assert labels[NEUTRAL] >= 200 and labels[HOSTILE] >= 100
  assert set(labels) == set(LABELS)
  assert len({template.functionality for template in TEMPLATES}) >= 12
  assert len(IDENTITIES) <= 120
  assert len({identity.group.split("/")[0] for identity in IDENTITIES}) == 12


def test_nothing_comes_twice():
  for column in ("name", "text"):
    assert len({getattr(each, column) for each in TEMPLATES}) == len(TEMPLATES)
  for column in ("name", "noun", "plural"):
    assert len({getattr(each, column) for each in IDENTITIES}) == len(IDENTITIES)


def test_each_template_has_a_known_placeholder_and_exclusions():
  for template in TEMPLATES:
    rest = PLACEHOLDER.sub("", template.text)
    assert rest != template.text and not set(rest) & set("{}"), template
    assert not re.search(r"\s\s|^\s|\s$", template.text + template.person), template
    assert not PLACEHOLDER.search(template.person), template
    assert not template.person or template.label == NEUTRAL, template
    for name in template.not_with:
      assert any(identity.is_in((name,)) for identity in IDENTITIES), template


def test_a_functionality_has_one_label():
  labels = defaultdict(set)
  for template in TEMPLATES:
    labels[template.functionality].add(template.label)
    assert template.name.rpartition("_")[0] == template.functionality
  assert all(len(found) == 1 for found in labels.values())


def test_identities_are_those_of_the_lexicon():
  groups = defaultdict(set)
  for row in IdentityTerms.load("identity_en").terms:
    groups[row.group].add(row.term)
  for identity in IDENTITIES:
    forms = {identity.adjective, identity.noun, identity.plural}
    assert {form.lower() for form in forms} & groups[identity.group], identity
    assert not identity.predicative or identity.adjective, identity


def test_forms_with_and_without_an_adjective_that_stands_alone():
  by_name = {identity.name: identity.forms for identity in IDENTITIES}
  gay = {"noun": "gay person", "plural": "gay people", "adjective": "gay"}
  assert by_name["gay"] == {**gay, "predicate": "gay", "predicates": "gay"}
  immigrant = by_name["immigrant"]
  assert immigrant["predicate"] == "an immigrant"
  assert immigrant["predicates"] == "immigrants"
  assert by_name["European"]["noun"] == "European"
  assert PERSON.forms["predicate"] == "a person"


@pytest.mark.parametrize(
  ("noun", "article"),
  [
    ("LGBT", "an"),  # Spelled out: el.
    ("HIV-positive", "an"),  # Aitch.
    ("European", "a"),  # Spoken with a y.
    ("Ukrainian", "a"),
    ("undocumented", "an"),
    ("old", "an"),
    ("homeless", "a"),
  ],
)
def test_articles_go_by_sound(noun, article):
  assert article_before(noun, spelled=True) == article


# --- What is held out ----------------------------------------------------------------


def rank(name):
  return hashlib.sha256(f"{SEED}/{name}".encode()).hexdigest()


def held_out(names_by_stratum, share):
  """What the rule in `templates` holds out."""
  return {
    name
    for names in names_by_stratum.values()
    for name in sorted(names, key=rank)[: round(len(names) * share)]
  }


def test_half_of_the_templates_of_each_functionality_are_held_out_by_the_rule():
  strata = defaultdict(list)
  for template in TEMPLATES:
    strata[template.functionality].append(template.name)
    assert template.split in (TRAINING, HELD_OUT)
  listed = {each.name for each in TEMPLATES if each.split == HELD_OUT}
  assert listed == held_out(strata, 0.5)
  assert len(listed) == len(TEMPLATES) / 2


def test_a_fifth_of_the_identities_are_held_out_by_the_rule():
  strata = defaultdict(list)
  for identity in IDENTITIES:
    strata[identity.group.split("/")[0]].append(identity.name)
    assert identity.split in (TRAINING, HELD_OUT)
  listed = {each.name for each in IDENTITIES if each.split == HELD_OUT}
  assert listed == held_out(strata, 0.2)
  assert len(listed) == len(IDENTITIES) / 5


def test_no_word_names_a_held_out_identity_and_one_of_training():
  both = [
    set().union(*(words(each) for each in IDENTITIES if each.split == split))
    for split in (TRAINING, HELD_OUT)
  ]
  assert not both[0] & both[1]
