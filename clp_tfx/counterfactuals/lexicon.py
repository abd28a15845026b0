"""Identity terms: which words name an identity, and which group each one names."""

import csv
import functools
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

from clp_tfx.counterfactuals.sense_columns import (
  ANY_SENSE,
  LIST_SEPARATOR,
  SENSE_COLUMNS,
  Sense,
  sense_fault,
  sense_text,
)
from clp_tfx.errors import InputError
from clp_tfx.files import open_file

REQUIRED_COLUMNS = ("term", "group")
OPTIONAL_COLUMNS = ("counterparts", "role", "connotation", "language", *SENSE_COLUMNS)
ROLES = (
  "subject",
  "object",
  "possessive_determiner",
  "possessive_pronoun",
  "reflexive",
  "noun",
  "adjective",
)
"""Roles that a term can have in a sentence; an empty role means any."""
CONNOTATIONS = ("neutral", "pejorative")
BLANKS = (
  "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
  "\u202f\u205f\u3000"
)
"""White space within a line, without line breaks, form feeds and control characters."""

_BLANKS = re.compile(f"[{BLANKS}]+")
_GROUP = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*")
_LINE_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Maps the curly apostrophe and typographic hyphens to the plain ones.
_SPELLING = str.maketrans("\u2019\u2010\u2011", "'--")
_FAULTS_SHOWN = 20


class IdentityTerm(NamedTuple):
  """One row of a lexicon.

  Attributes:
    term: The term, normalised.
    group: The path of its group, such as `gender/female`.
    counterparts: Terms of other groups that can replace it, normalised, with the same
      part of speech and number (`wives` for `husbands`); the preferred one first.
    role: One of `ROLES`, or empty for any. A term with several roles has several rows:
      `her` is an object and a possessive determiner.
    connotation: One of `CONNOTATIONS`. A text with a pejorative term gets no
      counterfactuals.
    language: Language tag such as `en`, in lower case.
    sense: When the term names people; always by default.
  """

  term: str
  group: str
  counterparts: tuple[str, ...] = ()
  role: str = ""
  connotation: str = "neutral"
  language: str = "en"
  sense: Sense = ANY_SENSE


def normalized(text: str) -> str:
  """Returns the form in which terms and words are compared.

  Lower case, NFC and trimmed, with single spaces and plain apostrophes and hyphens.
  """
  if text.isascii() and text.isalnum():  # A shortcut for most words.
    return text.lower()
  text = unicodedata.normalize("NFC", text.lower()).translate(_SPELLING)
  return _BLANKS.sub(" ", text).strip(" ")


@functools.lru_cache(maxsize=4096)
def groups_with_ancestors(group: str) -> tuple[str, ...]:
  """Returns a group and its ancestors, topmost first.

  `gender/female` gives `("gender", "gender/female")`.
  """
  parts = group.split("/")
  return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


@dataclass(frozen=True)
class IdentityTerms:
  """An immutable lexicon of identity terms.

  A lexicon is a CSV file with the columns `term` (one or more words in any case, taken
  literally) and `group` (a path such as `gender/female`) and optionally `counterparts`
  (separated by `|`), `role`, `connotation` and `language`, all as in `IdentityTerm`,
  and the columns of `Sense`. An empty cell means the default. No two rows have the same
  term, role and language. Rows of the same term agree in group, connotation and sense.
  A counterpart is a neutral term of the same language with a row for the same role.

  Attributes:
    terms: The rows in file order.
    source: Built-in name or path, for messages.
  """

  terms: tuple[IdentityTerm, ...]
  source: str

  @classmethod
  def load(cls, name_or_path: str) -> "IdentityTerms":
    """Reads a built-in lexicon or a CSV file.

    Args:
      name_or_path: A name of `built_in_lexicons()`, or the path of a CSV file: local,
        or on a file system that Beam knows, such as `gs://`.

    Raises:
      InputError: If it does not exist, cannot be read or is invalid; the message names
        all faults with their lines.
    """
    if name_or_path in built_in_lexicons():
      content = _built_in_folder().joinpath(f"{name_or_path}.csv").read_bytes()
    else:
      content = _read(name_or_path)
    try:
      text = content.decode("utf-8")
    except UnicodeDecodeError as error:
      line = content.count(b"\n", 0, error.start) + 1
      raise InputError(
        f"Expected lexicon {name_or_path!r} to be UTF-8, but line {line} is not: "
        "save the file as UTF-8."
      ) from error
    return cls.parse(text, source=name_or_path)

  @classmethod
  def parse(cls, csv_text: str, source: str) -> "IdentityTerms":
    """Reads a lexicon from the text of a CSV file.

    Args:
      csv_text: The whole file.
      source: Its name, for messages.

    Raises:
      InputError: If it is invalid; the message names all faults with their lines.
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
    if found:
      faults = [f"line {line}: {fault}" for line, fault in sorted(found)]
      more = len(faults) - _FAULTS_SHOWN
      shown = faults[:_FAULTS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
      raise InputError(
        f"Expected lexicon {source!r} to be a CSV file with the columns "
        f"{', '.join(REQUIRED_COLUMNS)} and, if wanted, {', '.join(OPTIONAL_COLUMNS)}; "
        f"correct these lines: {'; '.join(shown)}."
      )
    return cls(tuple(row for _, row in numbered), source)

  def digest(self) -> str:
    """Returns a hex digest of the rows in order, independent of the file's layout."""
    rows = "\n".join(map(_digested, self.terms))
    return hashlib.sha256(rows.encode()).hexdigest()


def _digested(row: IdentityTerm) -> str:
  cells = [*row[:2], LIST_SEPARATOR.join(row.counterparts), *row[3:6]]
  # The digest of a lexicon without sense columns stays as it was before they existed.
  return "\t".join(cells if row.sense == ANY_SENSE else [*cells, sense_text(row.sense)])


def built_in_lexicons() -> tuple[str, ...]:
  """Returns the names of the lexicons in this package."""
  files = (entry.name for entry in _built_in_folder().iterdir())
  return tuple(sorted(name[:-4] for name in files if name.endswith(".csv")))


def _built_in_folder():
  return resources.files("clp_tfx.counterfactuals") / "lexicons"


def _read(path: str) -> bytes:
  try:
    with open_file(path) as file:
      return file.read()
  # Remote file systems raise their own errors.
  except Exception as error:
    raise InputError(
      f"Expected lexicon {path!r} to be one of the built-in "
      f"{', '.join(built_in_lexicons())} or a CSV file that can be read here, "
      f"but reading it failed ({error}): check the name or path."
    ) from error


def _identity_term(cells: dict[str, str]) -> IdentityTerm:
  cell = {name: value.strip(BLANKS) for name, value in cells.items()}
  return IdentityTerm(
    normalized(cell["term"]),
    cell["group"],
    _listed(cell.get("counterparts", "")),
    cell.get("role", "").lower(),
    cell.get("connotation", "").lower() or "neutral",
    cell.get("language", "").lower() or "en",
    Sense(
      *(
        cell.get(name, "").lower() if name == "case" else _listed(cell.get(name, ""))
        for name in SENSE_COLUMNS
      )
    ),
  )


def _listed(cell: str) -> tuple[str, ...]:
  # Empty parts are kept, to be reported as faults.
  return tuple(map(normalized, cell.split(LIST_SEPARATOR))) if cell else ()


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
  roles: dict[tuple[str, str], set[str]] = {}
  for line, row in numbered:
    first.setdefault(row.term, (line, row))
    roles.setdefault((row.term, row.language), set()).add(row.role)
  for line, row in numbered:
    first_line, other = first[row.term]
    for name in ("group", "connotation"):
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
      found = roles.get((counterpart, row.language))
      if not found:
        fault = "is not a term of this lexicon in the same language"
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
