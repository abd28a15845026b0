"""The rows that a lexicon has for a term, and which of them a mention needs."""

from typing import NamedTuple

from clp_tfx.counterfactuals.english.pronouns import role_of
from clp_tfx.counterfactuals.identity_term import IdentityTerm
from clp_tfx.counterfactuals.mentions import Mention

# For other languages there are no rules for agreement, case and gender.
_NO_GRAMMAR_CONFIDENCE = 0.5
# No rule tells the roles of the term apart.
_UNKNOWN_ROLE_CONFIDENCE = 0.5


class TermRows(NamedTuple):
  """The rows of a term, and their common properties.

  Attributes:
    rows: The rows.
    roles: The roles of the rows.
    is_noun: Whether the term is always a noun.
    is_english: Whether English grammar applies.
    is_same_in_all_roles: Whether all rows have the same counterparts.
  """

  rows: list[IdentityTerm]
  roles: frozenset[str]
  is_noun: bool
  is_english: bool
  is_same_in_all_roles: bool

  @classmethod
  def of(cls, rows: list[IdentityTerm]) -> "TermRows":
    """Takes all rows of a term; there is at least one."""
    return cls(
      rows,
      frozenset(row.role for row in rows),
      all(row.role == "noun" for row in rows),
      rows[0].language.split("-", 1)[0] == "en",
      len({row.counterparts for row in rows}) == 1,
    )

  def row_as(self, role: str) -> IdentityTerm | None:
    """Returns the row for a role."""
    for row in self.rows:
      if row.role == role:
        return row
    return None

  def row_in(self, text: str, mention: Mention) -> tuple[IdentityTerm, str, float]:
    """Returns the row for a mention's role, with the rule and its confidence."""
    first = self.rows[0]
    if not self.is_english:
      return first, "no grammar", _NO_GRAMMAR_CONFIDENCE
    if len(self.rows) == 1:
      return first, "counterpart", 1.0
    found = role_of(self.roles, text, mention.start, mention.term_end)
    row = self.row_as(found.role) if found else None
    if not row:
      return first, "first role", _UNKNOWN_ROLE_CONFIDENCE
    return row, found.rule, 1.0 if self.is_same_in_all_roles else found.confidence
