"""Lowers the confidence of replacements that what stays beside them contradicts."""

import itertools
from collections.abc import Iterable, Sequence

from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.english.sentences import by_sentence
from clp_tfx.counterfactuals.substitutions import Replacement

_CONTRADICTED = 0.3


class SubstitutionDoubts:
  """Says which replacements in a text do not fit their sentence.

  A word of the sentence can be tied to the group that is left ("Edward and his beard",
  "a Muslim prays in a mosque"), or be the replacement itself ("citizens and
  non-citizens"); or two groups, or two joined words, get the same word.

  Args:
    text: The text.
  """

  def __init__(self, text: str):
    self._text = text
    self._whole = Rest(text)

  def weighed(self, replacements: Sequence[Replacement]) -> Sequence[Replacement]:
    """Returns replacements, some with a lower confidence.

    Args:
      replacements: Replacements, in order and not overlapping.
    """
    if not replacements[0].english or not (
      _doubled(self._text, replacements) or _doubtful(replacements, self._whole)
    ):
      return replacements  # Soon known of most texts.
    weighed = list(replacements)
    starts = [each.mention.start for each in replacements]
    for begin, end, within in by_sentence(self._text, starts):
      some, pieces = replacements[within], []
      doubtful = _doubled(self._text, some)
      for each in some:
        pieces.append(self._text[begin : each.mention.start])
        begin = each.end
      doubtful |= _doubtful(some, Rest(" ".join([*pieces, self._text[begin:end]])))
      weighed[within] = [
        each._replace(confidence=min(each.confidence, _CONTRADICTED))
        if (each.group, each.term) in doubtful
        else each
        for each in some
      ]
    return weighed


def _doubled(text: str, some: Sequence[Replacement]) -> set[tuple[str, str]]:
  """Returns the groups and the new terms of joined ones: gay and lesbian citizens."""
  return {
    (each.group, each.term)
    for one, other in itertools.pairwise(some)
    if one.term == other.term
    and text[one.end : other.mention.start].strip(" ,/&") in ("", "and", "or")
    for each in (one, other)
  }


def _doubtful(some: Iterable[Replacement], rest: Rest) -> set[tuple[str, str]]:
  """Returns the groups and the new terms of replacements that do not fit."""
  found = set()
  groups: dict[str, str] = {}
  pairs = {(each.group, each.term) for each in some}
  for group, term in pairs:
    other = groups.setdefault(term, group)
    if other != group:
      found |= {(group, term), (other, term)}
    elif term in rest.words or rest.ties_to(group):
      found.add((group, term))
  return found
