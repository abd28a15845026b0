"""The versions of the libraries that figures depend on."""

import importlib.metadata
import platform

from clp_tfx import __version__

LIBRARIES = (
  "tfx",
  "tensorflow",
  "keras",
  "tensorflow-model-analysis",
  "apache-beam",
  "kfp",
  "protobuf",
  "numpy",
)


def installed() -> dict[str, str]:
  """Returns the versions of this package, of Python and of the libraries it has."""
  found = {name: _version(name) for name in LIBRARIES}
  return {
    "clp-tfx": __version__,
    "python": platform.python_version(),
    **{name: version for name, version in found.items() if version},
  }


def _version(name: str) -> str | None:
  try:
    return importlib.metadata.version(name)
  except importlib.metadata.PackageNotFoundError:
    return None
