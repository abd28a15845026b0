"""The columns of a lexicon that say when a word is a name for people.

All are optional. What they mean: docs/counterfactuals.md; who applies them: `senses`.
"""

from typing import NamedTuple

LIST_SEPARATOR = "|"
CASES = ("capital", "lower")
WAYS = ("people", "the", "is", "one")
"""How a word that means other things, too, names people; see `english.senses`."""
OTHER_SENSES = (
  "address",
  "title",
  "first_name",
  "surname",
  "institution",
  "work",
  "acronym",
  "thing",
  "figurative",
  "language",
)
"""What names nobody although the word would; see `english.senses`."""


class Sense(NamedTuple):
  """When a term names people. All conditions hold where it does.

  Attributes:
    follows: Words or phrases; the term stands right after one of them. Of `follows`,
      `precedes` and `only_person`, one is enough.
    precedes: The same, right before one of them.
    not_after: The term does not stand right after one of these.
    not_before: The term does not stand right before one of these.
    case: One of `CASES`: how its first letter is written.
    only_person: Some of `WAYS`.
    not_as: Some of `OTHER_SENSES` that the term does not have.
  """

  follows: tuple[str, ...] = ()
  precedes: tuple[str, ...] = ()
  not_after: tuple[str, ...] = ()
  not_before: tuple[str, ...] = ()
  case: str = ""
  only_person: tuple[str, ...] = ()
  not_as: tuple[str, ...] = ()


SENSE_COLUMNS = Sense._fields
ANY_SENSE = Sense()


def sense_fault(sense: Sense, language: str) -> str | None:
  """Returns what is wrong with the sense columns of a row."""
  if sense.case and sense.case not in CASES:
    return f"unknown case {sense.case!r} (expected {' or '.join(CASES)} or nothing)"
  for column, known in (("only_person", WAYS), ("not_as", OTHER_SENSES)):
    names = getattr(sense, column)
    unknown = sorted(set(names) - set(known))
    if unknown:
      return f"unknown {column} {unknown[0]!r} (expected {', '.join(known)} or nothing)"
    if names and language.split("-", 1)[0] != "en":
      return f"{column} in the language {language!r}, but its rules are English"
  for column in ("follows", "precedes", "not_after", "not_before"):
    if "" in getattr(sense, column):
      return f"empty word in {column}"
  return None


def sense_text(sense: Sense) -> str:
  """Returns the columns as one text, the same for the same content."""
  parts = [
    cell if isinstance(cell, str) else LIST_SEPARATOR.join(cell) for cell in sense
  ]
  return "\t".join(parts)
