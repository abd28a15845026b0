"""The formats and file names of TFX's Examples artifacts.

`tfx.components.util.examples_utils` has the same functions but imports every component
of TFX and TFMA, which takes longer than processing a hundred thousand records.
"""

import json
import os
from collections.abc import Iterable

from tfx.types import Artifact, artifact_utils
from tfx.utils import io_utils

_PAYLOAD_FORMAT = "payload_format"
_FILE_FORMAT = "file_format"
_SPLIT_PATTERNS = "custom_split_pattern"
FORMAT = ("FORMAT_TF_EXAMPLE", "tfrecords_gzip")
"""Payload and file format of artifacts that do not specify them."""


def format_of(artifact: Artifact) -> tuple[str, str]:
  """Returns the payload format and the file format."""
  payload, file = (
    artifact.get_string_custom_property(name)
    if artifact.has_custom_property(name)
    else default
    for name, default in zip((_PAYLOAD_FORMAT, _FILE_FORMAT), FORMAT, strict=True)
  )
  return payload, file


def set_payload_format(artifact: Artifact) -> None:
  """Records in the artifact that its records are tf.Examples."""
  artifact.set_string_custom_property(_PAYLOAD_FORMAT, FORMAT[0])


def file_patterns(artifacts: Iterable[Artifact], split: str) -> list[str]:
  """Returns a pattern for the files of a split in each artifact."""
  return [_file_pattern(artifact, split) for artifact in artifacts]


def _file_pattern(artifact: Artifact, split: str) -> str:
  if artifact.has_custom_property(_SPLIT_PATTERNS):
    patterns = json.loads(artifact.get_string_custom_property(_SPLIT_PATTERNS))
    return os.path.join(artifact.uri, patterns[split])
  return io_utils.all_files_pattern(artifact_utils.get_split_uri([artifact], split))
