"""Stops a pipeline whose comments do not match the given schema."""

import os

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.io import fileio
from tfx.types.standard_artifacts import ExampleAnomalies

from clp_tfx.errors import InputError

_QUOTING = (
  anomalies_pb2.AnomalyInfo.ENUM_TYPE_UNEXPECTED_STRING_VALUES,
  anomalies_pb2.AnomalyInfo.BOOL_TYPE_UNEXPECTED_STRING,
)


@component
def AnomalyGate(
  anomalies: InputArtifact[ExampleAnomalies],
):
  """Fails if ExampleValidator has found anomalies, and lists them.

  Example:
    >>> from tfx.types import Channel, standard_artifacts
    >>> anomalies = Channel(type=standard_artifacts.ExampleAnomalies)
    >>> [*AnomalyGate(anomalies=anomalies).inputs]
    ['anomalies']
  """
  found = [
    f"{split}: {name}: {_described(info)}"
    for split in sorted(fileio.listdir(anomalies.uri))
    for name, info in _read(os.path.join(anomalies.uri, split)).anomaly_info.items()
  ]
  if found:
    raise InputError(
      "The comments do not match the schema given with --schema: correct one of the "
      f"two ({'; '.join(found)})."
    )


def _described(info: anomalies_pb2.AnomalyInfo) -> str:
  """Describes an anomaly without its values, which may be comments."""
  quotes = any(reason.type in _QUOTING for reason in info.reason)
  return info.short_description if quotes else info.description


def _read(folder: str) -> anomalies_pb2.Anomalies:
  (name,) = fileio.listdir(folder)
  with fileio.open(os.path.join(folder, name), "rb") as file:
    return anomalies_pb2.Anomalies.FromString(file.read())
