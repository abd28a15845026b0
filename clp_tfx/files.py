"""Reads, writes and finds files, locally or on any file system that Beam supports.

A path with `://` is remote; other paths need neither TensorFlow nor Beam. Paths are
literal: only `matching` treats `*`, `?` and `[` as wildcards.
"""

import contextlib
import fcntl
import fnmatch
import glob
import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import BinaryIO

AnyPath = str | os.PathLike[str]

_UNFINISHED = ".unfinished-"
# Temporary folders of commands, and a file in each that is locked as long as one runs.
_OWN, _LOCK = "clp-tfx-", ".lock"
# Leftovers of interrupted attempts: of Beam jobs, which each write to a folder beside
# the files, and of `replacing`.
_LEFTOVERS = ("beam-temp-*", f"{_UNFINISHED}{'[0-9a-f]' * 32}-*")


def open_file(path: AnyPath) -> BinaryIO:
  """Opens a file for reading its raw bytes.

  Raises:
    OSError: If a local file cannot be opened. Remote file systems raise their own
      errors, some of them only when the first byte is read.
  """
  path = os.fspath(path)
  if not _is_remote(path):
    return open(path, "rb")
  from apache_beam.io.filesystem import CompressionTypes
  from apache_beam.io.filesystems import FileSystems

  raw = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
  return io.BufferedReader(raw)  # Without it, remote files read lines byte by byte.


def lists_beside(module: str) -> dict[str, list[str]]:
  """Reads the lists of a module of this package from the text file beside it.

  In `words.txt`, which belongs to `words.py`, a line `[name]` begins a list, `#` begins
  a comment, and every other line is an item. `code_digest` includes these files.

  Args:
    module: The module's `__name__`.

  Returns:
    The items of each list, in order, by the list's name.
  """
  package, _, name = module.rpartition(".")
  text = (resources.files(package) / f"{name}.txt").read_text(encoding="utf-8")
  lists: dict[str, list[str]] = {}
  items: list[str] = []
  for line in filter(None, map(str.strip, text.splitlines())):
    if line.startswith("["):
      items = lists.setdefault(line[1:-1], [])
    elif not line.startswith("#"):
      items.append(line)
  return lists


def write_whole(path: AnyPath, content: str | bytes) -> None:
  """Writes a file, whole or not at all.

  Args:
    path: The file; replaced in one step. Its folder is created.
    content: Bytes, or text to write as UTF-8.
  """
  with replacing(path) as fresh:
    data = content.encode() if isinstance(content, str) else content
    Path(fresh).write_bytes(data)


@contextlib.contextmanager
def replacing(path: AnyPath) -> Iterator[str]:
  """Lets the caller write a file or a folder, whole or not at all.

  Example:
    >>> with replacing("out/model.keras") as fresh:
    ...   model.save(fresh)

  Args:
    path: The file or folder, replaced in one step once the block ends without an
      error. An existing folder is removed just before. The parent folder is created.
      A remote path must be a file.

  Yields:
    A local path to write to, with the same ending. It does not exist yet, and is
    gone afterwards.
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


@contextlib.contextmanager
def local_folder(path: AnyPath) -> Iterator[str]:
  """Lets libraries read a folder that they cannot find, or take for a pattern.

  Args:
    path: The folder, local or remote.

  Yields:
    A local path without `*`, `?` and `[`: that of the folder itself, or of a link to it
    or a copy of it, which is gone afterwards. Where there is no folder, there is
    nothing at the path either; remote file systems may raise errors of their own.
  """
  path = os.fspath(path)
  if not _is_remote(path) and escaped(path) == path:
    yield path
    return
  with tempfile.TemporaryDirectory() as temporary:
    plain = os.path.join(temporary, "folder")
    if _is_remote(path):
      _download(path.rstrip("/"), plain)
    else:
      os.symlink(os.path.abspath(path), plain)
    yield plain


def matching(patterns: Iterable[str]) -> list[str]:
  """Returns the files that match any of the patterns, sorted, without leftovers.

  Args:
    patterns: Patterns with `*`, `?` and `[…]`. Locally, `*` does not match a dot at
      the start of a name.
  """
  found = (path for pattern in patterns for path in _glob(pattern))
  return sorted(path for path in found if not is_leftover(os.path.basename(path)))


def escaped(path: str) -> str:
  """Returns a pattern that matches only this path."""
  return glob.escape(path)


def is_leftover(name: str) -> bool:
  """Returns whether a file or folder name is that of a leftover."""
  return any(fnmatch.fnmatchcase(name, pattern) for pattern in _LEFTOVERS)


def remove_leftovers(folder: AnyPath) -> None:
  """Removes the leftovers of interrupted attempts from a folder.

  No attempt may be writing to the folder. A Beam job that restarts, as on a cluster
  that lost a worker, uses a new folder and leaves the old one, which would be read as
  data.

  Args:
    folder: Where the files are; need not exist.
  """
  folder = escaped(os.fspath(folder))
  for pattern in _LEFTOVERS:
    # Object stores have no folders: only the files below them can be found.
    below = "*" if _is_remote(folder) else ""
    for path in _glob(f"{folder}/{pattern}{below}"):
      _remove(path)


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
  """Gives the block its own temporary folder, which is removed at the end.

  The libraries leave folders behind in the one that all users share. Processes that are
  started in the block inherit it. It holds for the whole process: what other threads
  make under the temporary folder meanwhile goes with it. The folders of commands that
  were killed are removed by the next.
  """
  _remove_abandoned()
  before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
  # Processes that are ending may still write to it.
  with (
    tempfile.TemporaryDirectory(prefix=_OWN, ignore_cleanup_errors=True) as folder,
    open(os.path.join(folder, "new"), "wb") as lock,
  ):
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Under the name that others look for only once it is locked.
    os.rename(lock.name, os.path.join(folder, _LOCK))
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    try:
      yield
    finally:
      tempfile.tempdir = before
      if variable is None:
        del os.environ["TMPDIR"]
      else:
        os.environ["TMPDIR"] = variable


def _remove_abandoned() -> None:
  """Removes this user's temporary folders whose processes have ended.

  A lock ends with the processes that hold it, however they end. Links are not followed.
  """
  for folder in Path(tempfile.gettempdir()).glob(f"{_OWN}*"):
    # Of another user, without a lock, or in use.
    with contextlib.suppress(OSError):
      if folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        try:
          fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
          shutil.rmtree(folder)
        finally:
          os.close(lock)


def is_known(path: str) -> bool:
  """Returns whether a path is local or on a file system that Beam can use here."""
  if not _is_remote(path):
    return True
  from apache_beam.io.filesystems import FileSystems

  try:
    FileSystems.get_filesystem(path)
  except Exception:  # An unknown one, or one whose library is not installed.
    return False
  return True


def _is_remote(path: str) -> bool:
  return "://" in path


def _unfinished(path: str) -> str:
  """Returns a path in the same folder that no other attempt uses."""
  folder, name = os.path.split(path)
  return os.path.join(folder, f"{_UNFINISHED}{uuid.uuid4().hex}-{name}")


def _glob(pattern: str) -> list[str]:
  if not _is_remote(pattern):
    return glob.glob(pattern)
  from apache_beam.io.filesystems import FileSystems

  (result,) = FileSystems.match([pattern])
  # Object stores may hold an object named like a folder.
  return [each.path for each in result.metadata_list if not each.path.endswith("/")]


def _remove(path: str) -> None:
  """Removes a file or folder if it exists."""
  if _is_remote(path):
    _delete(path)
  elif os.path.isdir(path) and not os.path.islink(path):
    shutil.rmtree(path)
  else:
    Path(path).unlink(missing_ok=True)


def _delete(path: str) -> None:
  from apache_beam.io.filesystem import BeamIOError
  from apache_beam.io.filesystems import FileSystems

  # Some file systems treat the path to delete as a pattern.
  if escaped(path) != path:
    with contextlib.suppress(BeamIOError):
      FileSystems.delete([escaped(path)])
  if FileSystems.exists(path):
    FileSystems.delete([path])


def _download(folder: str, target: str) -> None:
  for path in _glob(f"{escaped(folder)}/**"):
    parts = path.removeprefix(folder).strip("/").split("/")
    if ".." in parts:
      continue  # Names of objects are anything; this one would leave the target.
    local = os.path.join(target, *parts)
    os.makedirs(os.path.dirname(local), exist_ok=True)
    with open_file(path) as source, open(local, "wb") as copy:
      shutil.copyfileobj(source, copy)


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
      _delete(path)  # HDFS does not replace existing files.
      FileSystems.rename([fresh], [path])
  except BaseException:
    with contextlib.suppress(BeamIOError):
      _delete(fresh)
    raise
