"""Reads the rows of a lexicon from CSV, and finds what is wrong with them."""

import csv
import io
import re
from collections.abc import Callable, Iterator

from clp_tfx.counterfactuals.identity_term import (
  BLANKS,
  CONNOTATIONS,
  MATCHES,
  ROLES,
  IdentityTerm,
  normalized,
)
from clp_tfx.counterfactuals.sense_columns import (
  ANY_SENSE,
  LIST_SEPARATOR,
  SENSE_COLUMNS,
  Sense,
  sense_fault,
)

REQUIRED_COLUMNS = ("term", "group")
OPTIONAL_COLUMNS = (
  *("counterparts", "role", "connotation", "language", "match"),
  *SENSE_COLUMNS,
)
_GROUP = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*")
_LINE_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


def read_rows(csv_text: str) -> tuple[list[IdentityTerm], list[tuple[int, str]]]:
  """Reads the rows of a lexicon.

  Args:
    csv_text: The whole file.

  Returns:
    The rows in file order, and all faults with their lines, in order.
  """
  found: list[tuple[int, str]] = []
  numbered = [
    (line, _identity_term(cells))
    for line, cells in _rows(csv_text.removeprefix("\ufeff"), found)
  ]
  found += _faults_within(numbered)
  found += _faults_between(numbered)
  if not numbered and not found:
    found.append((1, "no rows below the header"))
  return [row for _, row in numbered], sorted(found)


def _identity_term(cells: dict[str, str]) -> IdentityTerm:
  cell = {name: value.strip(BLANKS) for name, value in cells.items()}
  match = cell.get("match", "").lower() or "words"
  spelled = str if match == "value" else normalized
  return IdentityTerm(
    spelled(cell["term"]),
    cell["group"],
    _listed(cell.get("counterparts", ""), spelled),
    cell.get("role", "").lower(),
    cell.get("connotation", "").lower() or "neutral",
    cell.get("language", "").lower() or "en",
    Sense(
      *(
        cell.get(name, "").lower() if name == "case" else _listed(cell.get(name, ""))
        for name in SENSE_COLUMNS
      )
    ),
    match,
  )


def _listed(cell: str, spelled: Callable[[str], str] = normalized) -> tuple[str, ...]:
  # Empty parts are kept, to be reported as faults.
  return tuple(map(spelled, cell.split(LIST_SEPARATOR))) if cell else ()


def _faults_within(
  numbered: list[tuple[int, IdentityTerm]],
) -> Iterator[tuple[int, str]]:
  """Yields the lines and faults of single rows, and of duplicates."""
  first_lines: dict[tuple[str, str, str], int] = {}
  for line, row in numbered:
    key = (row.term, row.role, row.language)
    first_line = first_lines.setdefault(key, line)
    fault = _fault(row)
    if fault:
      yield line, fault
    elif first_line != line:
      as_role = f" as {row.role}" if row.role else ""
      yield line, f"duplicate term {row.term!r}{as_role} (first on line {first_line})"


def _fault(row: IdentityTerm) -> str | None:
  """Returns what is wrong with a single row."""
  term = row.term
  if not term:
    return "empty term"
  if _LINE_BREAK.search(term):
    return f"line break in term {term!r}"
  if not row.group:
    return "empty group"
  if not _GROUP.fullmatch(row.group):
    return (
      f"malformed group {row.group!r} (expected a path such as gender/female, in lower "
      "case letters, digits, _ and -)"
    )
  if row.role and row.role not in ROLES:
    return f"unknown role {row.role!r} (expected {', '.join(ROLES)} or nothing)"
  if row.connotation not in CONNOTATIONS:
    return (
      f"unknown connotation {row.connotation!r} (expected {' or '.join(CONNOTATIONS)})"
    )
  if not _LANGUAGE.fullmatch(row.language):
    return f"malformed language {row.language!r} (expected a tag such as en or pt-br)"
  if row.match not in MATCHES:
    return f"unknown match {row.match!r} (expected {' or '.join(MATCHES)} or nothing)"
  if row.is_value and (row.role or row.sense != ANY_SENSE):
    return f"value {term!r} with a role or sense columns, which are for words"
  if len(set(row.counterparts)) < len(row.counterparts):
    return f"counterpart twice in {LIST_SEPARATOR.join(row.counterparts)!r}"
  if row.term in row.counterparts:
    return f"term {term!r} is its own counterpart"
  return sense_fault(row.sense, row.language)


def _faults_between(
  numbered: list[tuple[int, IdentityTerm]],
) -> Iterator[tuple[int, str]]:
  """Yields the lines and faults of rows that contradict others."""
  first: dict[str, tuple[int, IdentityTerm]] = {}
  roles: dict[tuple[str, str, str], set[str]] = {}
  for line, row in numbered:
    first.setdefault(row.term, (line, row))
    roles.setdefault((row.term, row.language, row.match), set()).add(row.role)
  for line, row in numbered:
    first_line, other = first[row.term]
    for name in ("group", "connotation", "match"):
      if getattr(row, name) != getattr(other, name):
        yield (
          line,
          f"term {row.term!r} with {name} {getattr(row, name)!r}, but "
          f"{getattr(other, name)!r} on line {first_line}",
        )
    if row.sense != other.sense:
      yield (
        line,
        f"term {row.term!r} with other sense columns than on line {first_line}",
      )
    for counterpart in row.counterparts:
      found = roles.get((counterpart, row.language, row.match))
      if not found:
        fault = "is not a term of this lexicon in the same language"
        if row.is_value:
          fault = "is not a value of this lexicon, spelled like this"
      elif row.role and not found & {row.role, ""}:
        fault = f"has no row for the role {row.role}"
      elif first[counterpart][1].connotation != "neutral":
        fault = "is pejorative"
      else:
        continue
      yield line, f"counterpart {counterpart!r} of {row.term!r} {fault}"


def _rows(
  csv_text: str, faults: list[tuple[int, str]]
) -> Iterator[tuple[int, dict[str, str]]]:
  """Yields the first line and the cells of each complete row."""
  if "\0" in csv_text:  # The csv module refuses it only up to Python 3.10.
    line = csv_text.count("\n", 0, csv_text.index("\0")) + 1
    faults.append((line, "line contains NUL"))
    return
  reader = csv.reader(io.StringIO(csv_text, newline=""), strict=True)
  header: list[str] | None = None
  line = 1
  try:
    for row in reader:
      if row and header is None:
        header = [name.strip(BLANKS) for name in row]
        fault = _header_fault(header)
        if fault:
          faults.append((line, fault))
          return
      elif row and len(row) != len(header):
        faults.append((line, f"{len(row)} cells instead of {len(header)}"))
      elif row:
        yield line, dict(zip(header, row, strict=True))
      line = reader.line_num + 1
  except csv.Error as error:
    unclosed = str(error) == "unexpected end of data"
    faults.append((line, "unclosed quote" if unclosed else str(error)))


def _header_fault(header: list[str]) -> str | None:
  if not set(header) & set(REQUIRED_COLUMNS):
    return f"no header (expected {','.join(REQUIRED_COLUMNS)})"
  missing = [name for name in REQUIRED_COLUMNS if name not in header]
  unknown = [name for name in header if name not in REQUIRED_COLUMNS + OPTIONAL_COLUMNS]
  repeated = sorted({name for name in header if header.count(name) > 1})
  faults = [
    f"{what} {', '.join(map(repr, names))}"
    for what, names in (
      ("missing column", missing),
      ("unknown column", unknown),
      ("repeated column", repeated),
    )
    if names
  ]
  return "; ".join(faults) or None
