"""Pronouns whose contraction has lost its apostrophe: hes late, shed be gone."""

import re
from collections.abc import Iterator

_GLUED = re.compile(
  r"(?<![\w'\u2019-])(?<!the )(?P<pronoun>s?he)"
  r"(?:s|(?:d|ll)(?= (?:be|have|never|not|probably)\b))(?![\w'\u2019-])",
  re.I,
)


def glued_pronouns(text: str) -> Iterator[tuple[int, int, int]]:
  """Yields where "hes" and "hed be" are "he's" and "he'd be".

  Example:
    >>> list(glued_pronouns("The hes say hes late"))
    [(12, 14, 15)]

  Args:
    text: The text.

  Yields:
    Index of the first character, index after the pronoun, index after its clitic.
  """
  for match in _GLUED.finditer(text):
    yield match.start(), match.end("pronoun"), match.end()
