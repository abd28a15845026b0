"""Lexicons: which words name an identity, and which group each one names."""

import hashlib
from dataclasses import dataclass
from importlib import resources

from clp_tfx.counterfactuals.identity_term import IdentityTerm
from clp_tfx.counterfactuals.lexicon_rows import (
  OPTIONAL_COLUMNS,
  REQUIRED_COLUMNS,
  read_rows,
)
from clp_tfx.counterfactuals.sense_columns import ANY_SENSE, LIST_SEPARATOR, sense_text
from clp_tfx.errors import InputError
from clp_tfx.files import open_file

_FAULTS_SHOWN = 20


@dataclass(frozen=True)
class IdentityTerms:
  """An immutable lexicon of identity terms.

  A lexicon is a CSV file with the columns `term` (one or more words in any case, taken
  literally) and `group` (a path such as `gender/female`) and optionally `counterparts`
  (separated by `|`), `role`, `connotation`, `language` and `match`, all as in
  `IdentityTerm`, and the columns of `Sense`. An empty cell means the default. No two
  rows have the same term, role and language. Rows of the same term agree in all else
  but counterparts. A counterpart is a neutral term of the same language and match, with
  a row for the same role.

  Example:
    >>> lexicon = IdentityTerms.parse("term,group\\ngay,orientation/homosexual", "mine")
    >>> [(each.term, each.group) for each in lexicon.terms]
    [('gay', 'orientation/homosexual')]

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
    rows, found = read_rows(csv_text)
    if found:
      faults = [f"line {line}: {fault}" for line, fault in found]
      more = len(faults) - _FAULTS_SHOWN
      shown = faults[:_FAULTS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
      raise InputError(
        f"Expected lexicon {source!r} to be a CSV file with the columns "
        f"{', '.join(REQUIRED_COLUMNS)} and, if wanted, {', '.join(OPTIONAL_COLUMNS)}; "
        f"correct these lines: {'; '.join(shown)}."
      )
    return cls(tuple(rows), source)

  def digest(self) -> str:
    """Returns a hex digest of the rows in order, independent of the file's layout."""
    rows = "\n".join(map(_digested, self.terms))
    return hashlib.sha256(rows.encode()).hexdigest()


def _digested(row: IdentityTerm) -> str:
  cells = [*row[:2], LIST_SEPARATOR.join(row.counterparts), *row[3:6]]
  # The digest of a lexicon without further columns stays as it was before they existed.
  if row.sense != ANY_SENSE:
    cells.append(sense_text(row.sense))
  if row.is_value:
    cells.append(row.match)
  return "\t".join(cells)


def built_in_lexicons() -> tuple[str, ...]:
  """Returns the names of the lexicons in this package.

  Example:
    >>> "identity_en" in built_in_lexicons()
    True
  """
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
