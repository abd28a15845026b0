"""Reads a file of other people's sentences as probes."""

from collections.abc import Iterator

import tensorflow as tf

from clp_tfx.components.comments_example_gen.readers import open_rows
from clp_tfx.components.comments_example_gen.rows import Cell
from clp_tfx.errors import InputError
from clp_tfx.evaluation.probe_config import SuiteOptions
from clp_tfx.options import flag
from clp_tfx.probes.fill import Probe
from clp_tfx.probes.templates import HOSTILE, NEUTRAL

_MOST_SENTENCES = 200_000
_MOST_IDENTITIES = 1_000
_COLUMNS = (
  *("text_column", "label_column", "identity_column"),
  *("functionality_column", "template_column"),
)
_SHOWN = 10


def read_suite(options: SuiteOptions) -> list[Probe]:
  """Reads the sentences that name an identity.

  Args:
    options: The file, its columns and the labels that are not toxic.

  Raises:
    InputError: If the file cannot be read, a column is missing, a cell is blank, no
      sentence is left, a label of `not_toxic` does not occur, or there are too many
      sentences or identities to be a suite.
  """
  probes, labels = [], {}
  with open_rows(options.probes) as (columns, rows):
    names = _columns(options, columns)
    for number, (place, row) in enumerate(rows, start=1):
      if number > _MOST_SENTENCES:
        raise InputError(
          f"{options.probes} has more than {_MOST_SENTENCES:,} sentences: give fewer."
        )
      try:
        cells = {key: _text(name, row.get(name, "")) for key, name in names.items()}
        labels[cells["label_column"]] = None
        probes += _probe(cells, names, options.not_toxic, number)
      except InputError as error:
        raise InputError(f"{options.probes}, {place}, {error}") from None
  _check(options, probes, list(labels))
  return probes


def _columns(options: SuiteOptions, columns: list[str]) -> dict[str, str]:
  names = {key: getattr(options, key) for key in _COLUMNS if getattr(options, key)}
  for key, name in names.items():
    if name not in columns:
      raise InputError(
        f"{options.probes}, column `{name}` is missing: the columns are "
        f"{', '.join(columns):.500}; name the one to read with {flag(key)}."
      )
  return names


def _text(name: str, cell: Cell) -> str:
  """Returns a cell as text, without blanks at its ends."""
  if isinstance(cell, tf.train.Feature):
    kind = cell.WhichOneof("kind")
    values = getattr(cell, kind).value if kind else ()
    if len(values) > 1:
      raise InputError(
        f"column `{name}`: expected one value, received {len(values)}; keep one."
      )
    cell = values[0] if values else ""
  try:
    return (cell.decode() if isinstance(cell, bytes) else str(cell)).strip()
  except UnicodeDecodeError:
    raise InputError(
      f"column `{name}`: expected UTF-8, received other bytes; write it as UTF-8."
    ) from None


def _probe(
  cells: dict[str, str], names: dict[str, str], not_toxic: tuple[str, ...], number: int
) -> Iterator[Probe]:
  """Yields the probe of a row, or nothing if it names no identity."""
  for key, value in cells.items():
    if not value and key != "identity_column":
      raise InputError(f"column `{names[key]}` is blank: fill it or drop the row.")
  if cells["identity_column"]:
    yield Probe(
      cells["text_column"],
      NEUTRAL if cells["label_column"] in not_toxic else HOSTILE,
      cells["functionality_column"],
      cells.get("template_column", str(number)),
      cells["identity_column"],
    )


def _check(options: SuiteOptions, probes: list[Probe], labels: list[str]) -> None:
  unknown = [label for label in options.not_toxic if label not in labels]
  if unknown:
    shown = ", ".join(map(repr, labels[:_SHOWN])) + ", ..." * (len(labels) > _SHOWN)
    raise InputError(
      f"{options.probes} has no sentence with the label {unknown[0]!r}, which is given "
      f"with --not-toxic: its labels are {shown:.500}."
    )
  if not probes:
    raise InputError(
      f"{options.probes} has no sentence with a value in column "
      f"`{options.identity_column}`: name the column of the identity with "
      "--identity-column."
    )
  identities = len({probe.identity for probe in probes})
  if identities > _MOST_IDENTITIES:
    raise InputError(
      f"{options.probes} has {identities:,} different values in column "
      f"`{options.identity_column}`, of which at most {_MOST_IDENTITIES:,} can be "
      "compared: name the column of the identity with --identity-column."
    )
