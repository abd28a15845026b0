"""Fills templates with identities."""

import re
from typing import NamedTuple

from clp_tfx.counterfactuals.english.articles import article_before
from clp_tfx.probes.templates import (
  HELD_OUT,
  HOSTILE,
  NEUTRAL,
  PERSON,
  SHOWN,
  Identity,
  Template,
  load_identities,
  load_templates,
)

_PLACEHOLDER = re.compile(r"\{(?:(a) )?(\w+)\}( ?)", re.IGNORECASE)
_WORD = re.compile(r"\w+")
# Neutral sentences decide whether an identity is displaced, so that each held-out
# template meets every identity; the others are thinned out to bound the suite's size.
_EVERY_HELD_OUT = {NEUTRAL: 1, HOSTILE: 2, SHOWN: 4}
_EVERY_TRAINING = 6


class Probe(NamedTuple):
  """One sentence about people with what is known of it.

  Example:
    >>> probe = next(each for each in fill_probes() if each.identity == "deaf")
    >>> probe.label, probe.person
    ('neutral', 'As a person, I think the library should stay open later on weekends.')

  Attributes:
    text: The sentence.
    label: `neutral`, `shown` or `hostile`.
    functionality: What kind of sentence it is.
    template: Name of its template; sentences of one template are not independent.
    identity: Name of the identity.
    group: Group of the identity in the lexicon `identity_en`; may be empty.
    split: `training` or `held_out`, by template. Held-out identities fill held-out
      templates only.
    person: The same sentence about a person or people without the identity, where
      the label is `neutral`; may be empty.
    identity_split: `training` or `held_out`, by identity.
  """

  text: str
  label: str
  functionality: str
  template: str
  identity: str
  group: str = ""
  split: str = HELD_OUT
  person: str = ""
  identity_split: str = HELD_OUT


def fill_probes() -> list[Probe]:
  """Returns all built-in probes, in a fixed order.

  A held-out template meets every identity that it reads well with if it is neutral,
  every second one if it is hostile and every fourth one if its label is `shown`. A
  template of training meets every sixth identity of training.

  Example:
    >>> {probe.label for probe in fill_probes()} == {"neutral", "shown", "hostile"}
    True
  """
  return [
    Probe(
      filled(template, identity),
      template.label,
      template.functionality,
      template.name,
      identity.name,
      identity.group,
      template.split,
      _person_sentence(template),
      identity.split,
    )
    for row, template in enumerate(load_templates())
    for column, identity in enumerate(load_identities())
    if (row + column) % _every(template) == 0 and fits(template, identity)
  ]


def training_sentences() -> list[str]:
  """Returns the distinct neutral sentences that a model may be trained on.

  Each template of training meets every identity of training that it reads well with;
  what is held out, and what gates a model, is not among them.

  Example:
    >>> len(training_sentences()) > 1000
    True
  """
  return list(
    dict.fromkeys(
      filled(template, identity)
      for template in load_templates()
      for identity in load_identities()
      if template.label == NEUTRAL
      and HELD_OUT not in (template.split, identity.split)
      and fits(template, identity)
    )
  )


def _every(template: Template) -> int:
  return (
    _EVERY_HELD_OUT[template.label] if template.split == HELD_OUT else _EVERY_TRAINING
  )


def _person_sentence(template: Template) -> str:
  if template.label != NEUTRAL:
    return ""
  return template.person or filled(template, PERSON)


def fits(template: Template, identity: Identity) -> bool:
  """Returns whether an identity has the forms that a template needs and reads well.

  Held-out identities do not fit templates of training.
  """
  needs_adjective = "adjective}" in template.text
  return (
    not (identity.split == HELD_OUT != template.split)
    and bool(identity.adjective or not needs_adjective)
    and not identity.is_in(template.not_with)
  )


def filled(template: Template, identity: Identity) -> str:
  """Returns a template's sentence about an identity."""
  forms = identity.forms

  def words(match: re.Match) -> str:
    article, name, blank = match.groups()
    form = forms[name.lower()]
    # Without an adjective, the article stands before the noun that follows.
    result = f"{form}{blank}" if form else ""
    if article:
      word = _WORD.search(form or match.string, 0 if form else match.end())
      result = f"{article_before(word[0], spelled=True)} {result}"
    is_capital = (article or name)[0].isupper()
    return result[:1].upper() + result[1:] if is_capital else result

  return _PLACEHOLDER.sub(words, template.text)
