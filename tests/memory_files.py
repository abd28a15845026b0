"""A file system that Beam knows, in memory: `memory://bucket/a.csv`."""

import io

from apache_beam.io.filesystem import (
  BeamIOError,
  CompressionTypes,
  FileMetadata,
  FileSystem,
)


class _Upload(io.BytesIO):
  def __init__(self, path):
    super().__init__()
    self._path = path

  def close(self):
    if not self.closed:
      MemoryFileSystem.files[self._path] = self.getvalue()
    super().close()


class MemoryFileSystem(FileSystem):
  """As object stores are: no folders, and what is deleted is a pattern."""

  files: dict[str, bytes] = {}
  replaces = True

  @classmethod
  def scheme(cls):
    return "memory"

  def join(self, basepath, *paths):
    return "/".join([basepath.rstrip("/"), *paths])

  def split(self, path):
    head, _, tail = path.rpartition("/")
    return head, tail

  def mkdirs(self, path):
    pass

  def has_dirs(self):
    return False

  def _list(self, dir_or_prefix):
    for path, content in list(self.files.items()):
      if path.startswith(dir_or_prefix):
        yield FileMetadata(path, len(content))

  def create(self, path, mime_type="", compression_type=CompressionTypes.AUTO):
    assert compression_type == CompressionTypes.UNCOMPRESSED
    return _Upload(path)

  def open(self, path, mime_type="", compression_type=CompressionTypes.AUTO):
    assert compression_type == CompressionTypes.UNCOMPRESSED
    return io.BytesIO(self.files[path])

  def copy(self, source_file_names, destination_file_names):
    raise NotImplementedError

  def rename(self, source_file_names, destination_file_names):
    for source, target in zip(source_file_names, destination_file_names, strict=True):
      if target in self.files and not self.replaces:
        raise BeamIOError(f"{target} is there")
      self.files[target] = self.files.pop(source)

  def exists(self, path):
    return path in self.files

  def size(self, path):
    return len(self.files[path])

  def last_updated(self, path):
    return 0.0

  def checksum(self, path):
    return str(hash(self.files[path]))

  def metadata(self, path):
    return FileMetadata(path, len(self.files[path]))

  def delete(self, paths):
    for result in self.match(paths):
      for found in result.metadata_list:
        del self.files[found.path]
