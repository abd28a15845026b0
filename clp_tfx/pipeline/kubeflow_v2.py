"""Compiles the pipeline to a Kubeflow Pipelines v2 / Vertex Pipelines job."""

import os
import tempfile
from pathlib import Path

from tfx import v1 as tfx

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline


def compile_job(config: PipelineConfig, path: str) -> None:
  """Writes the job file. Needs no network and no credentials.

  Args:
    config: `comments`, `image` and `pipeline_root` must be given.
    path: JSON file to write; replaced in one step.

  Raises:
    InputError: If a required value is missing or the file cannot be written.
  """
  required = ("comments", "image", "pipeline_root")
  if missing := [name for name in required if not getattr(config, name)]:
    flags = ", ".join("--" + name.replace("_", "-") for name in missing)
    raise InputError(f"A compiled job needs {flags} as well: add what is missing.")
  target = Path(path).absolute()
  try:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".compile-") as folder:
      tfx.orchestration.experimental.KubeflowV2DagRunner(
        config=tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(
          default_image=config.image
        ),
        output_dir=folder,
        output_filename=target.name,
      ).run(create_pipeline(config), write_out=True)
      os.replace(Path(folder) / target.name, target)
  except OSError as error:
    raise InputError(
      f"The job file {path} cannot be written ({error.strerror}): give another "
      "--output."
    ) from error
