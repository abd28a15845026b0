"""Pairs of a lexicon other than the one that a model was trained with."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from clp_tfx import features
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS
from clp_tfx.counterfactuals.generator import CounterfactualGenerator, check_language
from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.counterfactuals.identity_term import groups_with_ancestors
from clp_tfx.counterfactuals.lexicon import IdentityTerms, built_in_lexicons
from clp_tfx.counterfactuals.mentions import distinct_groups
from clp_tfx.counterfactuals.outcome import Counterfactual, Outcome
from clp_tfx.errors import InputError
from clp_tfx.tfma.pair_scores import readable

AUDITED = "audited"
"""Extracts key of the groups, terms and pairs that an audit found: bytes of shape
`[batch]`, which `audited_names` reads."""
NOTHING_AUDITED = b""
TRAINED_ON, NOT_TRAINED_ON = "trained_on", "not_trained_on"


@dataclasses.dataclass(frozen=True)
class Audit:
  """How an audit generates pairs: with its own lexicon, by the rules of the others.

  Example:
    >>> from clp_tfx.counterfactuals import GeneratorOptions
    >>> trained = GeneratorOptions(identity_terms="gender_and_sexual_orientation")
    >>> audit = Audit.of("identity_en", trained)
    >>> audit.terms, audit.identity_terms
    ('identity_en', 'gender_and_sexual_orientation')

  Attributes:
    terms: Audit lexicon: the name of a built-in one or the path of a CSV file.
    identity_terms: Training lexicon, likewise.
    pejorative_terms: Lexicon of further terms that exclude a text; empty for none.
    method: Method of `CounterfactualGenerator`.
    max_counterfactuals: Maximum number of pairs per text.
    digests: Expected digests of the three lexicons, in this order.
  """

  terms: str
  identity_terms: str
  pejorative_terms: str
  method: str
  max_counterfactuals: int
  digests: Sequence[str]

  @classmethod
  def of(cls, terms: str | None, options: EditingOptions) -> "Audit | None":
    """Creates an audit with the current contents of the lexicons.

    Args:
      terms: Audit lexicon. None means the broadest built-in one in the language of the
        training lexicon; empty means no audit.
      options: Options of the other pairs.

    Returns:
      The audit, or None if there is no lexicon for it.

    Raises:
      InputError: If a lexicon is invalid or cannot be read, or the method has no rules
        for the language of the audit lexicon.
    """
    if terms is None:
      trained = IdentityTerms.load(options.identity_terms)
      terms = f"identity_{trained.terms[0].language.partition('-')[0]}"
      terms = terms if terms in built_in_lexicons() else ""
    if not terms:
      return None
    names = (terms, options.identity_terms, options.pejorative_terms)
    lexicons = [IdentityTerms.load(each) if each else None for each in names]
    check_language(options.method, lexicons[0])
    digests = [each.digest() if each else "" for each in lexicons]
    return cls(*names, options.method, options.max_counterfactuals, digests)


class AuditOutcome(NamedTuple):
  """What an audit finds in a text.

  Attributes:
    texts: The counterfactuals.
    names: For each group, term and kind of pairs, by feature and value: whether it was
      trained on, and the indices of its counterfactuals.
  """

  texts: list[bytes]
  names: dict[tuple[str, str], tuple[bool, list[int]]]

  def described(self, places: list[int]) -> bytes:
    """Returns the value of `AUDITED`.

    Args:
      places: Position of each text's score in `COUNTERFACTUAL_PREDICTIONS`.
    """
    rows = [
      [feature, name, trained, [places[index] for index in pairs]]
      for (feature, name), (trained, pairs) in self.names.items()
    ]
    return json.dumps(rows).encode()


class AuditedName(NamedTuple):
  """A group, a term or a kind of pairs that an audit finds in a text.

  Attributes:
    feature: `AUDIT_GROUP`, `AUDIT_TERM` or `AUDIT_PAIRS`.
    name: Value of the feature.
    trained: Whether the training lexicon has the term, or any term of the group.
    places: Positions of the scores of its pairs in `COUNTERFACTUAL_PREDICTIONS`.
  """

  feature: str
  name: str
  trained: bool
  places: list[int]


def audited_names(audited: bytes) -> Iterator[AuditedName]:
  """Yields what an audit found in a text, from the value of `AUDITED`."""
  for row in json.loads(audited) if audited else ():
    yield AuditedName(*row)


class AuditGenerator:
  """Generates the pairs of an audit.

  Args:
    audit: How to generate them.

  Raises:
    InputError: If a lexicon cannot be read or has changed.
  """

  def __init__(self, audit: Audit):
    names = (audit.terms, audit.identity_terms, audit.pejorative_terms)
    lexicon, trained, pejorative = map(_loaded, names, audit.digests)
    terms = {row.term for row in trained.terms}
    # "gay person" is edited as "gay" is.
    self._terms = {
      row.term for row in lexicon.terms if {row.term, _without_head(row.term)} & terms
    }
    self._groups = {
      group
      for row in lexicon.terms
      if row.term in self._terms
      for group in groups_with_ancestors(row.group)
    }
    self._generator = CounterfactualGenerator(
      lexicon,
      method=audit.method,
      max_counterfactuals=audit.max_counterfactuals,
      pejorative_terms=pejorative,
    )

  def outcomes(self, texts: Sequence[bytes]) -> Iterator[AuditOutcome]:
    """Yields the outcome for each text in UTF-8; other bytes stay as they are."""
    found = self._generator.find_all(texts)
    for text, mentions in zip(texts, found, strict=True):
      if not mentions:
        yield AuditOutcome([], {})
        continue
      decoded = text.decode("utf-8", "surrogateescape")
      yield self._outcome(self._generator.outcome(decoded, mentions))

  def _outcome(self, outcome: Outcome) -> AuditOutcome:
    # Groups without pairs are included, so that the report can list them.
    names: dict[tuple[str, str], tuple[bool, list[int]]] = {
      (features.AUDIT_GROUP, group): (group in self._groups, [])
      for group in distinct_groups(outcome.mentions)
    }
    for index, made in enumerate(outcome.counterfactuals):
      for (feature, name), trained in self._names(made).items():
        names.setdefault((feature, name), (trained, []))[1].append(index)
    texts = [
      made.text.encode("utf-8", "surrogateescape") for made in outcome.counterfactuals
    ]
    return AuditOutcome(texts, names)

  def _names(self, made: Counterfactual) -> dict[tuple[str, str], bool]:
    terms = {edit.term: edit.group for edit in made.edits if edit.term}
    every = self._terms.issuperset(terms)
    kind = TRAINED_ON if every else NOT_TRAINED_ON
    names: dict[tuple[str, str], bool] = {(features.AUDIT_PAIRS, kind): every}
    for term, group in terms.items():
      names[features.AUDIT_TERM, readable(term)] = term in self._terms
      for each in groups_with_ancestors(group):
        names[features.AUDIT_GROUP, each] = each in self._groups
    return names


def _without_head(term: str) -> str:
  """Returns a term without a neutral last word: "gay" for "gay person"."""
  words, _, last = term.rpartition(" ")
  return words if last in NEUTRAL_HEADS else term


def _loaded(name: str, digest: str) -> Any:
  if not name:
    return None
  lexicon = IdentityTerms.load(name)
  if lexicon.digest() != digest:
    raise InputError(
      f"Expected lexicon {name!r} to be the one that the evaluation was set up with, "
      "but its terms have changed since: run it again."
    )
  return lexicon
