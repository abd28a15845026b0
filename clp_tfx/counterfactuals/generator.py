"""Generates the counterfactuals of a text: the text with its identity terms edited."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from clp_tfx.counterfactuals.alignment import aligned
from clp_tfx.counterfactuals.dimensions import Dimensions
from clp_tfx.counterfactuals.edits import Edit, applied
from clp_tfx.counterfactuals.english.fixed_phrases import is_fixed
from clp_tfx.counterfactuals.english.glued import glued_pronouns
from clp_tfx.counterfactuals.english.hypernyms import is_offspring
from clp_tfx.counterfactuals.english.named import is_named
from clp_tfx.counterfactuals.english.places import is_owned
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.unchangeable import is_unchangeable
from clp_tfx.counterfactuals.generator_options import CounterfactualOptions
from clp_tfx.counterfactuals.identity_term import IdentityTerm
from clp_tfx.counterfactuals.joint import together
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import Mention, MentionFinder, Refusals
from clp_tfx.counterfactuals.neutral_edits import neutral_edits
from clp_tfx.counterfactuals.outcome import (
  LOW_CONFIDENCE,
  NO_COUNTERPART,
  PEJORATIVE,
  Counterfactual,
  Outcome,
)
from clp_tfx.counterfactuals.removals import Removal, removal_edits, without_head
from clp_tfx.counterfactuals.substitution_doubts import SubstitutionDoubts
from clp_tfx.counterfactuals.substitutions import Replacement, substitution_edits
from clp_tfx.counterfactuals.term_rows import TermRows
from clp_tfx.counterfactuals.values import Values
from clp_tfx.errors import InputError
from clp_tfx.options import check_values

# Members of a group that are not listed as counterparts may not fit the sentence.
_MEMBER_CONFIDENCE = 0.6
_NAMED_CONFIDENCE = 0.3
_PRONOUNS = frozenset({"he", "her", "him", "his", "she"})


class CounterfactualGenerator:
  """Finds the identity terms of texts and generates counterfactuals.

  See `mentions.MentionFinder` for what counts as an identity term in a text. All edits
  of a counterfactual are made in one pass over the original text, so that "he" and
  "she" swap. The methods:

  - `ablation`: one counterfactual without any of the terms. Of a term such as "black
    person", the second word stays because it names no identity.
  - `ablation_by_group`: for each group in the text, one without the group's terms.
  - `ablation_by_term`: for each term in the text, one without that term.
  - `neutral`: one counterfactual in which what names an identity names none: "a gay
    man says he is" becomes "a person says they are". For lexicons in English only.
  - `substitution`: the terms of one dimension (a topmost group such as `religion`)
    replaced by their first counterparts, one for each dimension in the text; if terms
    have several, then with the second counterparts, and so on. Terms without
    counterparts stay; in English, first names change with the gender: "Jason and his
    hat" becomes "Janet and her hat".
  - `substitution_within_group`: the same, but a term's counterparts are followed by the
    other terms of its topmost group (such as `religion`) that have the same role.

  A text that is a category of the lexicon, which names its whole values, becomes
  another one, or empty if the method does not substitute.

  A text with a pejorative term gets no counterfactuals: that a model treats it like a
  text without the term is not something to train for.

  Example:
    >>> terms = IdentityTerms.load("identity_en")
    >>> generator = CounterfactualGenerator(terms)
    >>> [made.text for made in generator.generate("I met a gay neighbor")]
    ['I met a neighbor']
    >>> swap = CounterfactualGenerator(terms, method="substitution")
    >>> [made.text for made in swap.generate("He is her king")]
    ['She is his queen']

  Args:
    identity_terms: The lexicon.
    method: One of `METHODS`.
    max_counterfactuals: Maximum per text, in the order above; at least 1.
    min_confidence: Counterfactuals with an edit of lower confidence are dropped.
    pejorative_terms: Lexicon with additional pejorative terms, or its built-in name or
      path; None or empty for none. Terms in other languages than those of
      `identity_terms`, and terms that `identity_terms` has, are ignored.

  Raises:
    InputError: If a value is invalid, or the method has no rules for a language of the
      lexicon.
  """

  def __init__(
    self,
    identity_terms: IdentityTerms,
    method: str = CounterfactualOptions.method,
    max_counterfactuals: int = CounterfactualOptions.max_counterfactuals,
    min_confidence: float = CounterfactualOptions.min_confidence,
    pejorative_terms: IdentityTerms | str | None = (
      CounterfactualOptions.pejorative_terms
    ),
  ):
    check_values(
      CounterfactualOptions,
      {
        "method": method,
        "max_counterfactuals": max_counterfactuals,
        "min_confidence": min_confidence,
      },
    )
    self._method = method
    self._max = max_counterfactuals
    self._min_confidence = min_confidence
    self._values = Values(identity_terms.terms, method)
    words = [row for row in identity_terms.terms if not row.is_value]
    self._members = _members(words)
    self._dimensions = Dimensions(identity_terms.terms)
    rows: dict[str, list[IdentityTerm]] = {}
    for row in words:
      rows.setdefault(row.term, []).append(row)
    self._terms = {term: TermRows.of(some) for term, some in rows.items()}
    check_language(method, identity_terms)
    more = _pejorative(pejorative_terms, identity_terms)
    self._finder = MentionFinder((*identity_terms.terms, *more))

  def find(self, text: str) -> list[Mention]:
    """Returns the mentions of identity terms in a text, in order and not overlapping.

    Args:
      text: Any text. Bytes that are not UTF-8, as `surrogateescape` decodes them, count
        as letters: they may be letters of another encoding.
    """
    return self._finder.find(text)

  def find_all(
    self, texts: Sequence[bytes], refusals: Refusals | None = None
  ) -> list[list[Mention]]:
    """Returns what `find` returns for each text, much faster than one by one.

    Args:
      texts: Texts as bytes; the indices in mentions still count characters.
      refusals: Counter for terms that name nobody in their context.
    """
    return self._finder.find_all(texts, refusals)

  def generate(
    self, text: str, mentions: list[Mention] | None = None
  ) -> list[Counterfactual]:
    """Returns the counterfactuals of a text.

    Args:
      text: Any text.
      mentions: Result of `find` for the text, if already known.
    """
    return self.outcome(text, mentions).counterfactuals

  def outcome(self, text: str, mentions: list[Mention] | None = None) -> Outcome:
    """Returns the counterfactuals of a text, and why there are no more.

    Args:
      text: Any text.
      mentions: Result of `find` for the text, if already known.
    """
    if mentions is None:
      mentions = self.find(text)
    made = (_made(text, edits) for _, edits in self._edits(text, mentions))
    return self._outcome(mentions, made)

  def joint_outcome(
    self, texts: Sequence[str], mentions: Sequence[list[Mention]]
  ) -> Outcome:
    """Returns the counterfactuals of texts that are edited together.

    Args:
      texts: Any texts, such as the columns of one row. Each counterfactual is that of
        the first, and has those of the others.
      mentions: Result of `find` for each.
    """
    return self._outcome([*chain(*mentions)], self._joint(texts, mentions))

  def _joint(
    self, texts: Sequence[str], mentions: Sequence[list[Mention]]
  ) -> Iterator[Counterfactual]:
    versions = [
      islice(self._edits(text, some), self._max) if some else ()
      for text, some in zip(texts, mentions, strict=True)
    ]
    for edits in together(versions):
      first, *others = map(_made, texts, edits)
      yield replace(first, others=tuple(others))

  def _outcome(
    self, mentions: list[Mention], versions: Iterable[Counterfactual]
  ) -> Outcome:
    """Returns the first distinct versions that are not doubtful."""
    if not mentions:
      return Outcome([], [], "")
    if any([mention.pejorative for mention in mentions]):
      return Outcome(mentions, [], PEJORATIVE)
    made: dict[tuple[str, ...], Counterfactual] = {}
    for version in versions:
      made.setdefault(version.all_texts, version)
      if len(made) == self._max:
        break
    if not made:
      return Outcome(mentions, [], NO_COUNTERPART)
    kept = list(made.values())
    if self._min_confidence:
      kept = [each for each in kept if each.confidence >= self._min_confidence]
    return Outcome(mentions, kept, LOW_CONFIDENCE if len(kept) < len(made) else "")

  def _edits(
    self, text: str, mentions: list[Mention]
  ) -> Iterator[tuple[str, list[Edit]]]:
    """Yields what changes in each counterfactual, and its edits."""
    if mentions[0].term in self._values:
      change = self._change(mentions[0])
      yield from ((change, [edit]) for edit in self._values.edits(mentions[0]))
      return
    if self._method.startswith(("neutral", "substitution")):
      mentions = self._with_glued(text, mentions)
      mentions = [self._weighed(text, each) for each in mentions]
    if self._method.startswith("substitution"):
      yield from self._substitutions(text, mentions)
    elif self._method == "neutral":
      with_roles = [(each, self._terms[each.term].roles) for each in mentions]
      yield "", neutral_edits(text, with_roles, self._finder.known)
    elif self._method == "ablation":
      yield "", removal_edits(text, [self._removal(text, each) for each in mentions])
    else:
      for change in dict.fromkeys(map(self._change, mentions)):
        some = [each for each in mentions if self._change(each) == change]
        removals = [self._removal(text, each) for each in some]
        yield change, removal_edits(text, removals)

  def _change(self, mention: Mention) -> str:
    """Returns what changes with a mention: all mentions of it change together."""
    if self._method == "ablation_by_term":
      return mention.term
    if self._method == "ablation_by_group":
      return mention.group
    if self._method.startswith("substitution"):
      return self._dimensions.of(mention.group)
    return ""

  def _substitutions(
    self, text: str, mentions: list[Mention]
  ) -> Iterator[tuple[str, list[Edit]]]:
    """Yields the edits of each substitution: the first of each dimension, and so on."""
    found = {}
    for name in dict.fromkeys(map(self._change, mentions)):
      choices = [self._choices(text, mention, name) for mention in mentions]
      found[name] = [each for each in choices if each]
    doubts = SubstitutionDoubts(text)
    for turn in range(max(map(len, chain(*found.values())), default=0)):
      for name, choices in found.items():
        if turn < max(map(len, choices), default=0):
          chosen, names = doubts.weighed(aligned(choices, turn))
          edits = substitution_edits(text, chosen)
          yield name, sorted(edits + names) if names else edits

  def _with_glued(self, text: str, mentions: list[Mention]) -> list[Mention]:
    """Adds the pronouns of "hes" and "shes", which are no words of a lexicon."""
    found = list(mentions)
    for start, term_end, end in glued_pronouns(text):
      term = text[start:term_end].lower()
      rows = self._terms.get(term)
      if rows and rows.is_english:
        group = rows.rows[0].group
        found.append(Mention(start, end, term, group, term_end, confidence=0.9))
    return sorted(found) if len(found) > len(mentions) else mentions

  def _weighed(self, text: str, mention: Mention) -> Mention:
    """Lowers the confidence of a mention that is part of a name or a fixed phrase."""
    if not self._terms[mention.term].is_english:
      return mention
    known = self._finder.known
    is_doubtful = is_named(text, mention.start, mention.term_end, known)
    if not is_doubtful and mention.term not in _PRONOUNS:
      at = Scene(text, mention.start, mention.term_end)
      is_doubtful = is_fixed(at, known) or (
        self._method != "neutral"
        and is_unchangeable(at, mention.term, mention.group, known)
      )
    if not is_doubtful:
      return mention
    return mention._replace(confidence=min(mention.confidence, _NAMED_CONFIDENCE))

  def _removal(self, text: str, mention: Mention) -> Removal:
    term = self._terms[mention.term]
    if term.is_english:
      mention = without_head(text, mention)
    return Removal(mention, term.is_noun, term.is_english)

  def _choices(self, text: str, mention: Mention, changed: str) -> list[Replacement]:
    """Returns the replacements of a mention for a changed dimension, best first."""
    term, end = self._terms[mention.term], mention.term_end
    if self._dimensions.of(mention.group) != changed:
      other, confidence, group = self._dimensions.agreeing(mention.term, changed)
      if not other:
        return []
      confidence = min(confidence, mention.confidence)
      return [self._replacement(mention, end, other, "agreement", confidence, group)]
    if is_offspring(mention.term) and is_owned(
      Scene(text, mention.start, end), self._finder.known
    ):
      return []  # "Your child" is a relation and can be old.
    row, rule, confidence = term.row_in(text, mention)
    confidence = min(confidence, mention.confidence)
    if mention.term == "her" and text[end + 1 : mention.end].lower() == "s":
      # "her's" is a spelling of "hers".
      row, end = term.row_as("possessive_determiner") or row, mention.end
    choices = [
      self._replacement(mention, end, counterpart, rule, confidence, mention.group)
      for counterpart in row.counterparts
    ]
    if self._method == "substitution_within_group":
      confidence = min(confidence, _MEMBER_CONFIDENCE)
      choices += [
        self._replacement(mention, end, member, "member", confidence, mention.group)
        for member in self._members[_member_key(row)]
        if member != row.term and member not in row.counterparts
      ]
    return choices

  def _replacement(
    self, mention: Mention, end: int, new: str, rule: str, confidence: float, group: str
  ) -> Replacement:
    row = self._terms[new].rows[0] if new in self._terms else None
    becomes = row.group if row else ""
    is_english = self._terms[mention.term].is_english
    return Replacement(mention, end, new, rule, confidence, is_english, group, becomes)


def _made(text: str, edits: Sequence[Edit]) -> Counterfactual:
  return Counterfactual(applied(text, edits), tuple(edits))


def check_language(method: str, identity_terms: IdentityTerms) -> None:
  """Checks that a method has rules for the languages of a lexicon.

  Raises:
    InputError: If it has none; only `neutral` needs some.
  """
  languages = {row.language for row in identity_terms.terms if not row.is_value}
  others = {each for each in languages if each.split("-", 1)[0] != "en"}
  if method == "neutral" and others:
    raise InputError(
      "Expected a lexicon in English for the method 'neutral', which has no rules for "
      f"other languages. Received: {identity_terms.source!r} with terms in "
      f"{', '.join(sorted(others))}; use 'ablation'."
    )


def _member_key(row: IdentityTerm) -> tuple[str, str, str]:
  return row.group.split("/", 1)[0], row.role, row.language


def _members(rows: list[IdentityTerm]) -> dict[tuple[str, str, str], list[str]]:
  """Returns the neutral terms of each topmost group, role and language."""
  members: dict[tuple[str, str, str], list[str]] = {}
  for row in rows:
    if row.connotation == "neutral":
      members.setdefault(_member_key(row), []).append(row.term)
  return members


def _pejorative(
  terms: IdentityTerms | str | None, identity_terms: IdentityTerms
) -> list[IdentityTerm]:
  """Returns the pejorative rows that apply in addition to those of a lexicon."""
  if not terms:
    return []
  if isinstance(terms, str):
    terms = IdentityTerms.load(terms)
  languages = {row.language for row in identity_terms.terms}
  own = {row.term for row in identity_terms.terms}
  return [
    row
    for row in terms.terms
    if row.connotation == "pejorative"
    and row.language in languages
    and row.term not in own
  ]
