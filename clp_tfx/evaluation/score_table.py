"""Scores made elsewhere, from a table with the ids that `clp-tfx generate` writes."""

import array
import contextlib
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from clp_tfx.components.comments_example_gen.readers import open_rows
from clp_tfx.errors import InputError
from clp_tfx.evaluation.texts import ID, SCORE, digest, digest_of, text_id
from clp_tfx.files import open_file

_TABLE = re.compile(r"\.(parquet|csv|tsv|jsonl|tfrecords?)(\.gz)?$", re.IGNORECASE)
_LINES = re.compile(r"\.jsonl(\.gz)?$", re.IGNORECASE)
# Models score a text in another batch a bit differently.
_SAME_SCORE = 1e-4


def is_table(model: str) -> bool:
  """Returns whether a model is given as a table of scores, by its ending."""
  return bool(_TABLE.search(model))


class ScoreTable:
  """A function from texts to the scores that a table has for them.

  Attributes:
    where: Its path, for errors.

  Args:
    path: File with the columns `id` and `score`, and any others: Parquet, CSV, JSON
      lines or TFRecords. Several rows of one id must have the same score.

  Raises:
    InputError: If it cannot be read, lacks a column, or a row has no number, no id or
      not the score of another row with its id.
  """

  def __init__(self, path: str):
    self.where = path
    digests, scores = array.array("Q"), array.array("d")
    for place, row in _rows(path):
      try:
        digests.append(_digest(row))
        scores.append(_score(row))
      except InputError as error:
        raise InputError(f"{path}, {place}, {error}") from None
    all_digests, all_scores = np.array(digests, np.uint64), np.array(scores, np.float64)
    self._digests, first, where = np.unique(
      all_digests, return_index=True, return_inverse=True
    )
    self._scores = all_scores[first]
    self._check_repeated(all_scores, where)

  def _check_repeated(self, scores: np.ndarray, where: np.ndarray) -> None:
    other = ~np.isclose(scores, self._scores[where], _SAME_SCORE, _SAME_SCORE)
    if other.any():
      row = int(np.argmax(other))
      index = int(where[row])
      raise InputError(
        f"{self.where} has the scores {self._scores[index]:.6g} and {scores[row]:.6g} "
        f"for the id {text_id(int(self._digests[index]))}: rows with one id have one "
        "text, so give them one score."
      )

  def __call__(self, texts: Sequence[str]) -> np.ndarray:
    """Returns the scores of texts, shape `[texts]`.

    Raises:
      InputError: If the table lacks one.
    """
    wanted = np.array([digest(text) for text in texts], np.uint64)
    places = np.searchsorted(self._digests, wanted)
    places = np.minimum(places, len(self._digests) - 1)
    missing = self._digests[places] != wanted
    if missing.any():
      first = text_id(int(wanted[np.argmax(missing)]))
      raise InputError(
        f"{self.where} has no score for {missing.sum()} of {len(texts)} texts, such as "
        f"the one with the id {first}: keep all rows that clp-tfx generate writes for "
        "the same comments, lexicons and options (and, where probes are scored, "
        "--with-probes)."
      )
    return self._scores[places]


def _digest(row: dict[str, Any]) -> int:
  try:
    return digest_of(_value(row[ID]))
  except ValueError:
    raise InputError(
      f"column `{ID}`: expected an id as clp-tfx generate writes it, received "
      f"{_shown(row[ID])}; keep that column as it is."
    ) from None


def _score(row: dict[str, Any]) -> float:
  value = _value(row[SCORE])
  try:
    number = float("nan" if isinstance(value, bool) else value)
  except (TypeError, ValueError):
    number = np.nan
  if not np.isfinite(number):
    raise InputError(
      f"column `{SCORE}`: expected a number, received {_shown(value)}; score every row."
    )
  return number


def _value(cell: Any) -> Any:
  """Returns the value of a cell; that of a TFRecord is a feature."""
  if not hasattr(cell, "WhichOneof"):
    return cell
  kind = cell.WhichOneof("kind")
  values = list(getattr(cell, kind).value) if kind else []
  value = values[0] if len(values) == 1 else ""
  return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _shown(value: Any) -> str:
  # A text may be a comment, in a table whose cells have moved.
  text = str(_value(value))
  return f"a text of {len(text)} characters" if len(text) > 20 else repr(text)


def _rows(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
  opened = _open_lines if _LINES.search(path) else open_rows
  with opened(path) as (columns, rows):
    for name in (ID, SCORE):
      if name not in columns:
        raise InputError(
          f"{path}, column `{name}` is missing: its columns are "
          f"{', '.join(map(str, columns)):.500}; give the table that clp-tfx generate "
          f"wrote, with a column `{SCORE}` added."
        )
    for place, row in rows:
      yield place, {ID: row.get(ID, ""), SCORE: row.get(SCORE, "")}


@contextlib.contextmanager
def _open_lines(path: str) -> Iterator[tuple[list[str], Iterator[tuple[str, Any]]]]:
  try:
    with open_file(path) as raw:
      stream = gzip.GzipFile(fileobj=raw) if path.lower().endswith(".gz") else raw
      rows = _json_rows(path, stream)
      first = next(rows, None)
      if first is None:
        raise InputError(f"{path} has no rows: give a table with scores.")
      yield list(first[1]), _chained(first, rows)
  except (OSError, EOFError) as error:
    reason = error.strerror if isinstance(error, OSError) else None
    raise InputError(
      f"{path} cannot be read ({reason or error}): give a table with scores."
    ) from error


def _chained(first: Any, rows: Iterator[Any]) -> Iterator[Any]:
  yield first
  yield from rows


def _json_rows(path: str, stream: Any) -> Iterator[tuple[str, dict[str, Any]]]:
  for number, line in enumerate(stream, start=1):
    if line.strip():
      try:
        row = json.loads(line)
      except ValueError:
        row = None
      if not isinstance(row, dict):
        raise InputError(
          f"{path}, line {number}, is not a JSON object: write one per line, such as "
          f'{{"{ID}": "t0123456789abcdef", "{SCORE}": 0.5}}.'
        )
      yield f"line {number}", row
