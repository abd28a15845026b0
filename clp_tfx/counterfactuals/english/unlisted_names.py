"""Full names of people whom no list has: Ana Ubu came, Mayor Okafor."""

import re

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.persons import PERSONS, VERBS
from clp_tfx.counterfactuals.english.words import (
  ADJECTIVES,
  FINITE_VERBS,
  SPEAKING_VERBS,
  TELLING_VERBS,
)

_NAME = r"[A-Z][a-z\u00df-\u00ff]+"
_DOES = "|".join(sorted(FINITE_VERBS | VERBS | TELLING_VERBS | SPEAKING_VERBS))
_find_capitals = re.compile(r"[A-Z][a-z]+\.? [A-Z]").search  # Is sooner done.
# A name can be the second word of a pair and the first of the next: Mayor Ana Ubu.
_find_pairs = re.compile(
  rf"(?P<first>{_NAME})(?P<dot>\.?) (?:[A-Z]\. )?(?:Ma?c|De|Le|O['\u2019])?"
  rf"(?=(?P<last>{_NAME})\b(?P<does>(?: (?:{_DOES})|,? who(?:m|se)?|, s?he)\b)?)"
).finditer
_OFFICES = frozenset(
  {"ambassador", "congressman", "congresswoman", "gov", "governor", "judge", "justice"}
  | {"mayor", "minister", "premier", "president", "rep", "representative", "sen"}
  | {"senator"}
)
_NO_NAMES = CLOSED_CLASSES | ADJECTIVES | PERSONS | {"elect", "general", "state"}


def full_names(text: str) -> list[int]:
  """Returns where somebody has a full name or an office in a text.

  Two words with a capital are a name where they do what people do; without that, what
  is called so may be a ship.

  Example:
    >>> full_names("Then Ana Ubu sang."), full_names("the Ubu Bridge is old")
    ([5], [])

  Args:
    text: The text.
  """
  if not _find_capitals(text):
    return []
  return [match.start() for match in _find_pairs(text) if _is_name(match)]


def _is_name(match: re.Match[str]) -> bool:
  first, last = match["first"].lower(), match["last"].lower()
  if last in _NO_NAMES:
    return False
  if first in _OFFICES:
    return True
  return bool(match["does"]) and not match["dot"] and first not in _NO_NAMES
