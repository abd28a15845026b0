"""Dimensions of identity, which substitution changes one at a time.

A person changes one attribute: the gender of everybody in a text or their religion.
Some terms name two: "white woman" is a race, and its last word a gender. To agree with
"she", such a term changes with both dimensions.
"""

from collections.abc import Iterable

from clp_tfx.counterfactuals.identity_term import ROLES, IdentityTerm

# Parts of words that are terms of their own: Englishwoman.
_WORD_ENDS = ("woman", "women", "man", "men")
_PRONOUN_ROLES = frozenset(ROLES) - {"noun", "adjective"}
_KNOWN_CONFIDENCE = 0.9
# The lexicon does not have the term: unwed father, nursing father.
_MADE_CONFIDENCE = 0.5


class Dimensions:
  """The dimensions of a lexicon.

  A topmost group such as `religion` is a dimension; topmost groups of terms that are
  counterparts of each other, such as `male` and `female`, are one.

  Args:
    rows: The rows of the lexicon.
  """

  def __init__(self, rows: Iterable[IdentityTerm]):
    first: dict[str, IdentityTerm] = {}
    for row in rows:
      first.setdefault(row.term, row)
    self._above: dict[str, str] = {}
    for row in first.values():
      for counterpart in row.counterparts:
        one, other = self.of(row.group), self.of(first[counterpart].group)
        if one != other:
          self._above[one] = other
    with_pronouns = {
      self.of(row.group) for row in first.values() if row.role in _PRONOUN_ROLES
    }
    self._agreeing: dict[tuple[str, str], tuple[str, float, str]] = {}
    for term, row in first.items():
      last = first.get(_last_part(term))
      if last and last.counterparts and self.of(last.group) != self.of(row.group):
        start = term.removesuffix(last.term)
        others = [start + each for each in last.counterparts]
        known = [each for each in others if each in first]
        name = self.of(last.group)
        if known:
          self._agreeing[term, name] = known[0], _KNOWN_CONFIDENCE, last.group
        elif start.endswith(" ") and name in with_pronouns:
          self._agreeing[term, name] = others[0], _MADE_CONFIDENCE, last.group

  def of(self, group: str) -> str:
    """Returns the dimension of a group, by the name of a topmost group."""
    name = group.split("/", 1)[0]
    while name in self._above:
      name = self._above[name]
    return name

  def agreeing(self, term: str, changed: str) -> tuple[str, float, str]:
    """Returns what replaces a term if another dimension than its own changes.

    For "white woman" and `gender` it is "white man": the last word, or an ending in
    -man or -woman, becomes its first counterpart with which the result is a term of the
    lexicon. Without any, a last word becomes its first counterpart if its dimension
    has pronouns, with which the term must agree.

    Returns:
      The term, its confidence, and the group that the last word names; an empty term
      if nothing replaces it.
    """
    return self._agreeing.get((term, changed), ("", 0.0, ""))


def _last_part(term: str) -> str:
  """Returns the last word of a term, or its ending; empty if it has but one part."""
  last = term.rpartition(" ")[2]
  if last != term:
    return last
  ends = (end for end in _WORD_ENDS if term.endswith(end) and term != end)
  return next(ends, "")
