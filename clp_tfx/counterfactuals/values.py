"""Categories, such as the values of a column `gender`: edited as a whole."""

from collections.abc import Iterable, Iterator

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.identity_term import IdentityTerm
from clp_tfx.counterfactuals.mentions import Mention


class Values:
  """The categories of a lexicon.

  They have no grammar: an edit replaces or empties the whole text, and is as sure as
  the lexicon.

  Args:
    rows: The rows of the lexicon.
    method: One of `METHODS`; `ablation` and `neutral` empty the text.
  """

  def __init__(self, rows: Iterable[IdentityTerm], method: str):
    self._rows = {row.term: row for row in rows if row.is_value}
    self._method = method

  def __contains__(self, term: str) -> bool:
    return term in self._rows

  def edits(self, mention: Mention) -> Iterator[Edit]:
    """Yields the edit of each counterfactual of a text that is a category."""
    row = self._rows[mention.term]
    if not self._method.startswith("substitution"):
      yield _edit(mention, "", "removal")
      return
    for new in row.counterparts:
      yield _edit(mention, new, "counterpart")
    if self._method == "substitution_within_group":
      for new in self._others_of(row):
        yield _edit(mention, new, "member")

  def _others_of(self, row: IdentityTerm) -> Iterator[str]:
    """Yields the other categories of the topmost group."""
    above = row.group.partition("/")[0]
    for other in self._rows.values():
      if (
        other.group.partition("/")[0] == above
        and other.connotation == "neutral"
        and other.term not in (row.term, *row.counterparts)
      ):
        yield other.term


def _edit(mention: Mention, new: str, rule: str) -> Edit:
  label = f"{mention.term}\u2192{new}"
  return Edit(0, mention.end, new, mention.term, mention.group, label, rule, 1.0)
