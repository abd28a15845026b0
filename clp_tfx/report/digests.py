"""Digests of what was measured, so that a record can be held against the files."""

import hashlib
import os
from collections.abc import Iterable
from typing import Any

_CHUNK = 1 << 20
EXTRAS = "assets.extra"
"""What servers leave alone in a SavedModel; our own record lies there."""


def file_digests(paths: Iterable[str]) -> list[dict[str, Any]]:
  """Describes files by their contents.

  Args:
    paths: Local files; others are named only, since reading them may be expensive.

  Returns:
    For each file its `name` without its folder, its `bytes` and its `sha256`; the last
    two are None if it is not on this machine.
  """
  return [
    {
      "name": path.rpartition("/")[2],
      "bytes": os.path.getsize(path) if os.path.isfile(path) else None,
      "sha256": _sha256(path) if os.path.isfile(path) else None,
    }
    for path in paths
  ]


def model_digest(folder: str) -> str | None:
  """Returns the digest of a SavedModel's files, None if it is not on this machine.

  It is that of the output of `sha256sum` on its files in the order of their names,
  without what lies in `assets.extra`.

  Args:
    folder: The model's folder.
  """
  if not os.path.isdir(folder):
    return None
  names = sorted(
    os.path.relpath(os.path.join(parent, name), folder)
    for parent, _, found in os.walk(folder)
    for name in found
  )
  lines = [
    f"{_sha256(os.path.join(folder, name))}  {name}\n"
    for name in names
    if not name.startswith(f"{EXTRAS}/")
  ]
  return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _sha256(path: str) -> str:
  digest = hashlib.sha256()
  with open(path, "rb") as file:
    while chunk := file.read(_CHUNK):
      digest.update(chunk)
  return digest.hexdigest()
