"""The columns of a lexicon that say when a term names people.

All are optional. docs/counterfactuals.md explains them, and `senses` applies them.
"""

from typing import NamedTuple

LIST_SEPARATOR = "|"
CASES = ("capital", "lower")
WAYS = ("people", "the", "is", "one")
"""Constructions in which an ambiguous word names people; see `english.ways`."""
OTHER_SENSES = (
  "address",
  "title",
  "first_name",
  "surname",
  "name",
  "institution",
  "work",
  "acronym",
  "thing",
  "figurative",
  "language",
)
"""Senses in which a word names nobody; see `english.other_senses`."""


class Sense(NamedTuple):
  """Conditions under which a term names people; all must hold.

  Attributes:
    follows: Words or phrases, one of which must come directly before the term. Only
      one of `follows`, `precedes` and `only_person` must hold.
    precedes: Words or phrases, one of which must come directly after the term.
    not_after: Words or phrases that must not come directly before the term.
    not_before: Words or phrases that must not come directly after the term.
    case: Case of the first letter, one of `CASES`.
    only_person: Constructions from `WAYS`, in one of which the term must be.
    not_as: Senses from `OTHER_SENSES` that the term must not have.
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
  """Returns what is wrong with the sense columns of a row, if anything."""
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
  """Returns the columns as one text, for a digest."""
  parts = [
    cell if isinstance(cell, str) else LIST_SEPARATOR.join(cell) for cell in sense
  ]
  return "\t".join(parts)
