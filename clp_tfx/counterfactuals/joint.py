"""Edits several texts together, such as the columns of one row.

One person, one change: what changes in one of them changes in all.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from clp_tfx.counterfactuals.edits import Edit


def together(
  versions: Sequence[Iterable[tuple[str, list[Edit]]]],
) -> Iterator[list[list[Edit]]]:
  """Yields the edits of each text, for each joint counterfactual.

  Args:
    versions: What changes (a dimension, a group, a term, or always the same) in each
      counterfactual of a text, and its edits; best first. A text that has fewer for a
      change than another one begins with them again.
  """
  found: list[dict[str, list[list[Edit]]]] = []
  for some in versions:
    by_change: dict[str, list[list[Edit]]] = {}
    for change, edits in some:
      by_change.setdefault(change, []).append(edits)
    found.append(by_change)
  changes = dict.fromkeys(chain(*found))
  lengths = [len(each) for some in found for each in some.values()]
  for turn in range(max(lengths, default=0)):
    for change in changes:
      of_texts = [some.get(change, []) for some in found]
      if turn < max(map(len, of_texts)):
        yield [each[turn % len(each)] if each else [] for each in of_texts]
