"""Writes in place of an identity term every other term of its role.

The terms of a role can stand for each other: they have the same dimension (topmost
group), the same `role` in the lexicon and, if they are nouns, the same neutral word:
"wife" and "husband" (spouse), but neither "wives" (spouses) nor "abbot". A term without
a role, such as "Asian", is a noun or an adjective, by its place in the text.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clp_tfx.counterfactuals.dimensions import Dimensions
from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.english.hypernyms import hypernym, is_offspring
from clp_tfx.counterfactuals.english.places import is_owned, place_of_either
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.words import ABBREVIATIONS
from clp_tfx.counterfactuals.identity_term import IdentityTerm
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import Mention, MentionFinder
from clp_tfx.counterfactuals.substitutions import Replacement, substitution_edits
from clp_tfx.counterfactuals.term_rows import TermRows


class Variant(NamedTuple):
  """A text with another term of a role.

  Attributes:
    text: The text.
    dimension: The dimension of both terms.
    old: The term of the original.
    new: The term in its place.
  """

  text: str
  dimension: str
  old: str
  new: str


class _Role(NamedTuple):
  dimension: str
  role: str
  form: str


class RoleTerms:
  """Writes other terms of the same role in place of the identity terms of a text.

  One term at a time, at all its mentions. Other mentions of its group agree where the
  lexicon has a counterpart in the new term's group: "the man lost his hat" becomes "the
  lady lost her hat".

  Example:
    >>> rows = "gay,orientation/gay\\nstraight,orientation/straight\\nbi,orientation/bi"
    >>> terms = RoleTerms(IdentityTerms.parse(f"term,group\\n{rows}", "mine"))
    >>> [variant.text for variant in terms.variants("I am gay")]
    ['I am straight', 'I am bi']

  Args:
    identity_terms: The lexicon, in English.
    pejorative_terms: Lexicon of further pejorative terms; None for none.
  """

  def __init__(
    self, identity_terms: IdentityTerms, pejorative_terms: IdentityTerms | None = None
  ):
    more = pejorative_terms.terms if pejorative_terms else ()
    self._finder = MentionFinder((*identity_terms.terms, *more))
    self._dimensions = Dimensions(identity_terms.terms)
    rows: dict[str, list[IdentityTerm]] = {}
    self._of_role: dict[_Role, list[IdentityTerm]] = {}
    for row in identity_terms.terms:
      if not row.is_value and row.connotation == "neutral":
        rows.setdefault(row.term, []).append(row)
        for role in [row.role] if row.role else ["adjective", "noun"]:
          self._of_role.setdefault(self._role(row, role), []).append(row)
    self._terms = {term: TermRows.of(some) for term, some in rows.items()}

  def _role(self, row: IdentityTerm, role: str) -> _Role:
    form = ""
    if role == "noun":
      form = "title" if row.term in ABBREVIATIONS else hypernym(row.term).form
    return _Role(self._dimensions.of(row.group), role, form)

  def variants(self, text: str) -> list[Variant]:
    """Returns the distinct texts that other terms make of a text.

    Args:
      text: Any text.

    Returns:
      The variants; none if the text has a pejorative term.
    """
    return self._variants(text, self._finder.find(text))

  def variants_of_all(self, texts: Sequence[bytes]) -> Iterator[list[Variant]]:
    """Yields what `variants` returns for each text in UTF-8, faster than one by one."""
    for text, mentions in zip(texts, self._finder.find_all(texts), strict=True):
      yield self._variants(text.decode("utf-8", "surrogateescape"), mentions)

  def _variants(self, text: str, mentions: Sequence[Mention]) -> list[Variant]:
    if any(mention.pejorative for mention in mentions):
      return []
    found = [
      (mention, self._terms[mention.term].row_in(text, mention)[0])
      for mention in mentions
      if mention.term in self._terms and not self._is_relation(text, mention)
    ]
    roles: dict[IdentityTerm, _Role] = {}
    for mention, row in found:
      if row not in roles:
        roles[row] = self._role(row, row.role or self._place(text, mention))
    made: dict[str, Variant] = {}
    for row, role in roles.items():
      for other in self._of_role[role]:
        if other.term != row.term:
          edits = substitution_edits(text, self._replacements(found, row, other))
          names = (role.dimension, row.term, other.term)
          variant = Variant(applied(text, edits), *names)
          made.setdefault(variant.text, variant)
    made.pop(text, None)
    return list(made.values())

  def _place(self, text: str, mention: Mention) -> str:
    """Returns the role in a text of a mention whose term can have several."""
    at = Scene(text, mention.start, mention.term_end)
    is_noun = place_of_either(at, self._finder.known).kind == "noun"
    return "noun" if is_noun else "adjective"

  def _is_relation(self, text: str, mention: Mention) -> bool:
    """Tells whether a mention is somebody's child, who can be old."""
    return is_offspring(mention.term) and is_owned(
      Scene(text, mention.start, mention.term_end), self._finder.known
    )

  def _replacements(
    self,
    found: Sequence[tuple[Mention, IdentityTerm]],
    row: IdentityTerm,
    other: IdentityTerm,
  ) -> Iterator[Replacement]:
    """Yields what becomes of each mention if a row's term becomes another one."""
    for mention, own in found:
      new = ""
      if own == row:
        new = other.term
      elif own.group == row.group != other.group:
        new = self._agreeing(own, other.group)
      if new:
        end, becomes = mention.term_end, other.group
        yield Replacement(mention, end, new, "role", 1.0, True, row.group, becomes)

  def _agreeing(self, row: IdentityTerm, group: str) -> str:
    """Returns the first counterpart of a row in a group; empty if it has none."""
    for term in row.counterparts:
      if self._terms[term].rows[0].group == group:
        return term
    return ""
