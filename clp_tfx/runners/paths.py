"""Paths that components of TFX cannot work with, found before anything starts."""

import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.files import escaped, is_known
from clp_tfx.options import flag
from clp_tfx.pipeline.config import PipelineConfig


def check_artifacts_folder(folder: str, option: str) -> None:
  """Checks that no part of the folder of the artifacts looks like a pattern.

  Components of TFX find their inputs by patterns that begin with this path.

  Args:
    folder: The folder.
    option: The option that it comes from.

  Raises:
    InputError: If it has `*`, `?` or `[`.
  """
  if escaped(folder) != folder:
    raise InputError(
      f"Expected {option} to lie in a folder without *, ? and [, which TFX takes for "
      f"patterns. Received: {folder}; give another one."
    )


def check_paths(config: PipelineConfig) -> None:
  """Checks the paths that components of TFX open in a local run.

  Args:
    config: The configuration of the run.

  Raises:
    InputError: If the folder of the artifacts looks like a pattern, or a path is on a
      file system that either TensorFlow or Beam does not know.
  """
  values = config.flat()
  root = "pipeline_root" if config.deployment.pipeline_root else "output"
  check_artifacts_folder(config.deployment.artifacts_dir, flag(root))
  for name in ("pipeline_root", "serving_dir", "schema", "comments"):
    value = values[name]
    for path in value if isinstance(value, tuple) else (value,):
      if path and "://" in path and not path.startswith("bq://"):
        _check_scheme(path, flag(name))


def _check_scheme(path: str, option: str) -> None:
  scheme = path.partition("://")[0]
  known = sorted(filter(None, map(str, tf.io.gfile.get_registered_schemes())))
  if scheme not in known or not is_known(path):
    raise InputError(
      f"Expected {option} on this machine or a file system that both TensorFlow and "
      f"Beam know, such as gs://. Received: {path}; copy it to one."
    )
