"""Identity terms: which words name an identity, and which group each one names."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import BinaryIO, NamedTuple

from clp_tfx.errors import InputError

COLUMNS = ("term", "group")
BLANKS = (
  "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
  "\u202f\u205f\u3000"
)
"""White space within a line: no line break, form feed or control character."""

_BLANKS = re.compile(f"[{BLANKS}]+")
_GROUP = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_LINE_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# One spelling for the curly apostrophe and the typographic hyphens.
_SPELLING = str.maketrans("\u2019\u2010\u2011", "'--")
_FAULTS_SHOWN = 20


class IdentityTerm(NamedTuple):
  """One row of a lexicon: a normalised term and the path of its group."""

  term: str
  group: str


def normalized(text: str) -> str:
  """Returns the form in which terms and words are compared.

  Lower case, NFC, trimmed, one space for a run of blanks, and one spelling for
  apostrophes and hyphens.
  """
  if text.isascii() and text.isalnum():  # Most words, so this is worth a line.
    return text.lower()
  text = unicodedata.normalize("NFC", text.lower()).translate(_SPELLING)
  return _BLANKS.sub(" ", text).strip(" ")


def groups_with_ancestors(group: str) -> tuple[str, ...]:
  """Returns a group and the groups above it, topmost first.

  `gender/female` gives `("gender", "gender/female")`.
  """
  parts = group.split("/")
  return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


@dataclass(frozen=True)
class IdentityTerms:
  """An immutable lexicon of identity terms, valid as a whole.

  A CSV file with the columns `term` (one word or several, in any case; every
  character stands for itself) and `group` (a path such as `gender/female`).

  Attributes:
    terms: The rows in the order of the file; no two have the same term.
    source: Where they came from, for messages: a built-in name or a path.
  """

  terms: tuple[IdentityTerm, ...]
  source: str

  @classmethod
  def load(
    cls,
    name_or_path: str,
    open_file: Callable[[str], BinaryIO] = lambda path: open(path, "rb"),  # noqa: SIM115
  ) -> "IdentityTerms":
    """Reads a built-in lexicon or a CSV file.

    Args:
      name_or_path: A name of `built_in_lexicons()`, or the path of a CSV file.
      open_file: Opens a path for reading bytes, where paths are not all local.

    Raises:
      InputError: If there is no such lexicon, or it cannot be read, or it has
        faults; all faults are named at once, with their lines.
    """
    if name_or_path in built_in_lexicons():
      content = _built_in_folder().joinpath(f"{name_or_path}.csv").read_bytes()
    else:
      content = _read(name_or_path, open_file)
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
      InputError: If it has faults; all are named at once, with their lines.
    """
    faults: list[str] = []
    terms = tuple(_terms(csv_text.removeprefix("\ufeff"), faults))
    if not terms and not faults:
      faults.append("line 1: no rows below the header")
    if faults:
      more = len(faults) - _FAULTS_SHOWN
      shown = faults[:_FAULTS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
      raise InputError(
        f"Expected lexicon {source!r} to be a CSV file with the columns "
        f"{', '.join(COLUMNS)}; correct these lines: {'; '.join(shown)}."
      )
    return cls(terms, source)

  def digest(self) -> str:
    """Returns a hex digest of the terms and groups, whatever their order."""
    rows = "\n".join(sorted("\t".join(row) for row in self.terms))
    return hashlib.sha256(rows.encode()).hexdigest()


def built_in_lexicons() -> tuple[str, ...]:
  """Returns the names of the lexicons that come with this package."""
  files = (entry.name for entry in _built_in_folder().iterdir())
  return tuple(sorted(name[:-4] for name in files if name.endswith(".csv")))


def _built_in_folder():
  return resources.files("clp_tfx") / "lexicons"


def _read(path: str, open_file: Callable[[str], BinaryIO]) -> bytes:
  try:
    with open_file(path) as file:
      return file.read()
  # Remote file systems raise errors of their own for what is missing or forbidden.
  except Exception as error:
    raise InputError(
      f"Expected lexicon {path!r} to be one of the built-in "
      f"{', '.join(built_in_lexicons())} or a CSV file that can be read here, "
      f"but reading it failed ({error}): check the name or path."
    ) from error


def _terms(csv_text: str, faults: list[str]) -> Iterator[IdentityTerm]:
  """Yields the rows that are well formed and notes the faults of the others."""
  first_line: dict[str, int] = {}
  for line, row in _rows(csv_text, faults):
    term, group = normalized(row["term"]), row["group"].strip(BLANKS)
    fault = _fault(term, group)
    if term in first_line:
      fault = fault or f"duplicate term {term!r} (first on line {first_line[term]})"
    if fault:
      faults.append(f"line {line}: {fault}")
    else:
      yield IdentityTerm(term, group)
    first_line.setdefault(term, line)


def _fault(term: str, group: str) -> str | None:
  if not term:
    return "empty term"
  if _LINE_BREAK.search(term):
    return f"line break in term {term!r}"
  if ";" in term or "\u2192" in term:
    return f"term {term!r} holds a ; or →, which separate edits"
  if not group:
    return "empty group"
  if not _GROUP.fullmatch(group):
    return (
      f"malformed group {group!r} (expected a path such as gender/female, in lower "
      "case letters, digits, _ and -)"
    )
  return None


def _rows(csv_text: str, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
  """Yields the first line and the cells of each row that has all of them."""
  reader = csv.reader(io.StringIO(csv_text, newline=""), strict=True)
  header: list[str] | None = None
  line = 1
  try:
    for row in reader:
      if row and header is None:
        header = [name.strip(BLANKS) for name in row]
        fault = _header_fault(header)
        if fault:
          faults.append(f"line {line}: {fault}")
          return
      elif row and len(row) != len(header):
        faults.append(f"line {line}: {len(row)} cells instead of {len(header)}")
      elif row:
        yield line, dict(zip(header, row, strict=True))
      line = reader.line_num + 1
  except csv.Error as error:
    unclosed = str(error) == "unexpected end of data"
    faults.append(f"line {line}: {'unclosed quote' if unclosed else error}")


def _header_fault(header: list[str]) -> str | None:
  if not set(header) & set(COLUMNS):
    return f"no header (expected {','.join(COLUMNS)})"
  missing = [name for name in COLUMNS if name not in header]
  unknown = [name for name in header if name not in COLUMNS]
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
