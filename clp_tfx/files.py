"""Reads, writes and finds files, on this machine or on any file system that Beam knows.

A path with `://` is remote. Others need neither TensorFlow nor Beam. A path stands for
itself: `*`, `?` and `[` mean something to `matching` only.
"""

import contextlib
import fnmatch
import glob
import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

AnyPath = str | os.PathLike[str]

_UNFINISHED = ".unfinished-"
# What interrupted attempts leave: Beam's jobs, each in a folder of its own beside the
# files, and `replacing`.
_LEFTOVERS = ("beam-temp-*", f"{_UNFINISHED}{'[0-9a-f]' * 32}-*")


def open_file(path: AnyPath) -> BinaryIO:
  """Opens a file for reading its bytes, as they are.

  Raises:
    OSError: If a local file cannot be opened. Remote file systems raise errors of
      their own, some when the first byte is read.
  """
  path = os.fspath(path)
  if not _is_remote(path):
    return open(path, "rb")
  from apache_beam.io.filesystem import CompressionTypes
  from apache_beam.io.filesystems import FileSystems

  raw = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
  return io.BufferedReader(raw)  # A remote one reads lines byte by byte.


def write_whole(path: AnyPath, content: str | bytes) -> None:
  """Writes a file, whole or not at all.

  Args:
    path: The file; replaced in one step. Its folder is made.
    content: Bytes, or text to write as UTF-8.
  """
  with replacing(path) as fresh:
    data = content.encode() if isinstance(content, str) else content
    Path(fresh).write_bytes(data)


@contextlib.contextmanager
def replacing(path: AnyPath) -> Iterator[str]:
  """Lets others write a file or a folder, whole or not at all.

  Example:
    with replacing("out/model.keras") as fresh:
      model.save(fresh)

  Args:
    path: What takes the place of what was there before, in one step, once the block
      has ended without an error. A folder that is there is removed just before.
      Its parent folder is made. Remote, it is a file.

  Yields:
    A local path to write to, with the same ending. It is not there yet, and is gone
    afterwards.
  """
  path = os.fspath(path)
  if _is_remote(path):
    with tempfile.TemporaryDirectory() as folder:
      fresh = os.path.join(folder, os.path.basename(path))
      yield fresh
      _upload(fresh, path)
    return
  os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
  fresh = _unfinished(path)
  try:
    yield fresh
    if os.path.isdir(fresh) and os.path.isdir(path):
      shutil.rmtree(path)
    os.replace(fresh, path)
  finally:
    _remove(fresh)


def matching(patterns: Iterable[str]) -> list[str]:
  """Returns the files that match any of the patterns, sorted, without leftovers.

  Args:
    patterns: Of files that a component of others may have written. On this machine
      `*` does not match a dot at the start of a name.
  """
  found = (path for pattern in patterns for path in _glob(pattern))
  return sorted(path for path in found if not is_leftover(os.path.basename(path)))


def escaped(path: str) -> str:
  """Returns the pattern that a path, and nothing else, matches."""
  return glob.escape(path)


def is_leftover(name: str) -> bool:
  """Returns whether a name in a folder is of what an interrupted attempt has left."""
  return any(fnmatch.fnmatchcase(name, pattern) for pattern in _LEFTOVERS)


def remove_leftovers(folder: AnyPath) -> None:
  """Removes what interrupted attempts have left in a folder that none is writing to.

  A Beam job that starts again, as on a cluster that has lost a worker, takes another
  folder and leaves the first; whoever reads everything would stumble over it.

  Args:
    folder: Where the files are; need not exist.
  """
  folder = escaped(os.fspath(folder))
  for pattern in _LEFTOVERS:
    # Where there are no folders, only what is below them can be found.
    below = "*" if _is_remote(folder) else ""
    for path in _glob(f"{folder}/{pattern}{below}"):
      _remove(path)


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
  """Gives what runs in the block a temporary folder of its own, removed at its end.

  The libraries leave folders behind in the one that all users share. Processes that are
  started in the block inherit it. It holds for the whole process: what other threads
  make under the temporary folder meanwhile goes with it.
  """
  before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
  # Processes that are ending may still write to it.
  with tempfile.TemporaryDirectory(
    prefix="clp-tfx-", ignore_cleanup_errors=True
  ) as folder:
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    try:
      yield
    finally:
      tempfile.tempdir = before
      if variable is None:
        del os.environ["TMPDIR"]
      else:
        os.environ["TMPDIR"] = variable


def _is_remote(path: str) -> bool:
  return "://" in path


def _unfinished(path: str) -> str:
  """Returns a name beside a path that no other attempt takes."""
  folder, name = os.path.split(path)
  return os.path.join(folder, f"{_UNFINISHED}{uuid.uuid4().hex}-{name}")


def _glob(pattern: str) -> list[str]:
  if not _is_remote(pattern):
    return glob.glob(pattern)
  from apache_beam.io.filesystems import FileSystems

  (result,) = FileSystems.match([pattern])
  # Object stores may have an object with the name of a folder.
  return [each.path for each in result.metadata_list if not each.path.endswith("/")]


def _remove(path: str) -> None:
  """Removes a file or folder that may not be there."""
  if _is_remote(path):
    _delete(path)
  elif os.path.isdir(path) and not os.path.islink(path):
    shutil.rmtree(path)
  else:
    Path(path).unlink(missing_ok=True)


def _delete(path: str) -> None:
  from apache_beam.io.filesystem import BeamIOError
  from apache_beam.io.filesystems import FileSystems

  # Some file systems take what they delete for a pattern.
  if escaped(path) != path:
    with contextlib.suppress(BeamIOError):
      FileSystems.delete([escaped(path)])
  if FileSystems.exists(path):
    FileSystems.delete([path])


def _upload(source: str, path: str) -> None:
  from apache_beam.io.filesystem import BeamIOError, CompressionTypes
  from apache_beam.io.filesystems import FileSystems

  fresh = _unfinished(path)
  raw = CompressionTypes.UNCOMPRESSED
  try:
    with (
      open(source, "rb") as data,
      FileSystems.create(fresh, compression_type=raw) as target,
    ):
      shutil.copyfileobj(data, target)
    try:
      FileSystems.rename([fresh], [path])
    except BeamIOError:
      if not FileSystems.exists(path):
        raise
      _delete(path)  # HDFS replaces nothing.
      FileSystems.rename([fresh], [path])
  except BaseException:
    with contextlib.suppress(BeamIOError):
      _delete(fresh)
    raise
