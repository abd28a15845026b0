"""Dimensions of identity, which substitution changes one at a time.

A person changes one attribute: the gender of everybody in a text or their religion.
Some terms name two: "white woman" is a race, and its last word a gender. To agree with
"she", such a term changes with both dimensions.
"""

from collections.abc import Iterable

from clp_tfx.counterfactuals.lexicon import IdentityTerm

# Parts of words that are terms of their own: Englishwoman.
_WORD_ENDS = ("woman", "women", "man", "men")


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
    self._agreeing: dict[tuple[str, str], str] = {}
    for term, row in first.items():
      last = first.get(_last_part(term))
      if last and last.counterparts and self.of(last.group) != self.of(row.group):
        other = term.removesuffix(last.term) + last.counterparts[0]
        if other in first:
          self._agreeing[term, self.of(last.group)] = other

  def of(self, group: str) -> str:
    """Returns the dimension of a group, by the name of a topmost group."""
    name = group.split("/", 1)[0]
    while name in self._above:
      name = self._above[name]
    return name

  def agreeing(self, term: str, changed: str) -> str:
    """Returns what replaces a term if another dimension than its own changes.

    `white man` for "white woman" and `gender`: the last word, or an ending in -man or
    -woman, becomes its first counterpart if the lexicon has the result. Otherwise
    nothing replaces the term, and the result is empty.
    """
    return self._agreeing.get((term, changed), "")


def _last_part(term: str) -> str:
  """Returns the last word of a term, or its ending; empty if it has but one part."""
  last = term.rpartition(" ")[2]
  if last != term:
    return last
  ends = (end for end in _WORD_ENDS if term.endswith(end) and term != end)
  return next(ends, "")
