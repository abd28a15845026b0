"""Finds the files that match patterns, for one or several spans of time."""

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from clp_tfx.errors import InputError
from clp_tfx.files import matching

# Only spans need TFX, and importing it takes seconds.
if TYPE_CHECKING:
  from tfx.proto.range_config_pb2 import RangeConfig

_SPECIAL = re.compile(r"[*?\[{]")


class Files(NamedTuple):
  """Files that match patterns.

  Attributes:
    paths: The files, ordered by pattern and then by name.
    span: The newest span among them; 0 if the patterns have none.
  """

  paths: list[str]
  span: int


def as_pattern(path: str) -> str:
  """Returns the pattern for a path given by a user.

  Args:
    path: The name of an existing local file is taken literally. In any other path `*`,
      `?` and `[…]` are wildcards, and `{SPAN}`, `{VERSION}`, and `{YYYY}`, `{MM}` and
      `{DD}` together have their meaning in TFX.
  """
  if os.path.exists(path):
    return _SPECIAL.sub(r"[\g<0>]", path)
  return path


def has_span(pattern: str) -> bool:
  """Returns whether a pattern has spans.

  Raises:
    InputError: If TFX cannot read its spans.
  """
  is_span, is_date, _ = _specs(pattern)
  return is_span or is_date


def common_folder(patterns: Sequence[str]) -> str:
  """Returns the longest folder without wildcards that all patterns start with."""
  plain = [_SPECIAL.split(pattern, maxsplit=1)[0] for pattern in patterns]
  common = os.path.commonprefix(plain)
  return common[: common.rfind("/") + 1]


def one_span(span: int) -> "RangeConfig":
  """Returns a range of a single span, as TFX expects it."""
  from tfx.proto import range_config_pb2

  return range_config_pb2.RangeConfig(
    static_range=range_config_pb2.StaticRange(
      start_span_number=span, end_span_number=span
    )
  )


def find_files(
  folder: str,
  patterns: Sequence[str],
  range_config: "RangeConfig | None" = None,
  window: int = 1,
) -> Files:
  """Finds the files of the newest or a given span, and of the spans before it.

  Args:
    folder: Folder that the patterns are relative to.
    patterns: File patterns of TFX, all with spans or all without.
    range_config: Its static range gives the span; the newest if None.
    window: Number of spans; earlier ones may be missing.

  Raises:
    InputError: If a pattern matches nothing, or the patterns differ in their newest
      span. Paths without wildcards are not checked.
  """
  if not any(map(has_span, patterns)):
    paths = [each for p in patterns for each in _matching(os.path.join(folder, p))]
    return Files(list(dict.fromkeys(paths)), 0)
  from tfx.components.example_gen import utils
  from tfx.proto import example_gen_pb2

  splits = [
    example_gen_pb2.Input.Split(name=str(index), pattern=pattern)
    for index, pattern in enumerate(patterns)
  ]
  try:
    _, span, _ = utils.calculate_splits_fingerprint_span_and_version(
      folder, splits, range_config
    )
  except ValueError as error:
    raise InputError(
      f"Expected files of one span that match {_within(folder, patterns)}, but found "
      f"none ({error}): give another pattern or another span."
    ) from error
  paths = []
  for split, pattern in zip(splits, patterns, strict=True):
    paths += _matching(os.path.join(folder, split.pattern))
    paths += _earlier(folder, pattern, span, window)
  return Files(list(dict.fromkeys(paths)), span)


def _matching(pattern: str) -> list[str]:
  if not _SPECIAL.search(pattern):
    return [pattern]  # The reader reports missing files.
  found = matching([pattern])
  if not found:
    raise InputError(
      f"{pattern} does not exist: no file matches; give another path or pattern."
    )
  return found


def _earlier(folder: str, pattern: str, span: int, window: int) -> list[str]:
  from tfx.components.example_gen import utils

  is_span, is_date, is_version = _specs(pattern)
  found = []
  for earlier in range(span - 1, max(span - window, -1), -1):
    at = utils.get_pattern_for_span_version(
      pattern, is_span, is_date, is_version, earlier, None
    )
    found += matching([os.path.join(folder, at)])
  return found


def _specs(pattern: str) -> tuple[bool, bool, bool]:
  if "{" not in pattern:
    return False, False, False
  from tfx.components.example_gen import utils
  from tfx.proto import example_gen_pb2

  split = example_gen_pb2.Input.Split(name="comments", pattern=pattern)
  try:
    return utils.verify_split_pattern_specs(split)
  except ValueError as error:
    raise InputError(
      f"The spans of {pattern} cannot be read ({error}): write them as {{SPAN}} or as "
      "{YYYY}, {MM} and {DD}, once each."
    ) from error


def _within(folder: str, patterns: Sequence[str]) -> str:
  return ", ".join(os.path.join(folder, pattern) for pattern in patterns)
