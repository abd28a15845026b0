"""Changes first names with the gender of the people who have them: Jason, he."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.name_pairs import (
  NAMES,
  PAIRS,
  SCRIPTURE,
  stands_alone,
)
from clp_tfx.counterfactuals.english.sentences import by_sentence
from clp_tfx.counterfactuals.repairs import cased
from clp_tfx.counterfactuals.substitutions import Replacement

_ALL = frozenset(PAIRS)
_CONFIDENCE = 0.8


def first_name_edits(
  text: str,
  words: Set[str],
  replacements: Sequence[Replacement],
  reach: tuple[int, int],
) -> list[Edit]:
  """Returns the edits of the first names that would contradict replacements.

  A name changes everywhere in a text or nowhere: not if it is part of a longer name in
  one place, or if the other name is that of somebody else.

  Args:
    text: The text.
    words: Its words in small letters.
    replacements: Replacements of one dimension, in order and not overlapping.
    reach: Number of characters before and after a sentence in which a name counts.
  """
  if words.isdisjoint(_ALL):
    return []  # Soon known of most texts.
  found: dict[str, list[re.Match[str]]] = {}
  for group, names in NAMES.items():
    here = names & words
    some = [each for each in replacements if _leaves(each, group)] if here else []
    if some and SCRIPTURE.isdisjoint(words):
      windows = list(_windows(text, some, reach))
      for name in here:
        places = _places(text, name)
        if _is_near(places, windows) and _are_alone(text, places, replacements):
          found[name] = places
  free = _without_taken(found, words)
  places = sorted(chain(*(found[name] for name in free)), key=re.Match.start)
  return [_edit(each) for each in places]


def _leaves(each: Replacement, group: str) -> bool:
  """Tells whether a replacement turns a group into the other one of the names."""
  return each.group == group and each.becomes in NAMES and each.becomes != group


def _windows(
  text: str, some: Sequence[Replacement], reach: tuple[int, int]
) -> Iterator[range]:
  before, after = reach
  for begin, end, _ in by_sentence(text, [each.mention.start for each in some]):
    yield range(begin - before, end + after)


def _places(text: str, name: str) -> list[re.Match[str]]:
  return list(re.finditer(rf"\b{name}(?![^\W_])", text, re.IGNORECASE))


def _is_near(places: Iterable[re.Match[str]], windows: Sequence[range]) -> bool:
  return any(each.start() in window for each in places for window in windows)


def _are_alone(
  text: str, places: Iterable[re.Match[str]], replacements: Sequence[Replacement]
) -> bool:
  """Tells whether a name is written with a capital and stands alone in all places."""
  ends = {each.mention.end for each in replacements}
  return all(
    (each[0].istitle() or each[0].isupper())
    and stands_alone(text, *each.span(), each.start() - 1 in ends)
    and not any(one.mention.start <= each.start() < one.end for one in replacements)
    for each in places
  )


def _without_taken(found: Iterable[str], words: Set[str]) -> set[str]:
  """Returns the names that become none which stays."""
  free = set(found)
  while True:
    taken = {name for name in free if PAIRS[name] in words and PAIRS[name] not in free}
    if not taken:
      return free
    free -= taken


def _edit(place: re.Match[str]) -> Edit:
  name = place[0].lower()
  new, label = cased(PAIRS[name], place[0]), f"{name}\u2192{PAIRS[name]}"
  return Edit(place.start(), place.end(), new, "", "", label, "first name", _CONFIDENCE)
