"""Compiles the Vertex / Kubeflow Pipelines v2 job.

python -m pipelines.kubeflow_v2_runner CONFIG.yaml [JOB.json]
"""

import sys

from clp_tfx.pipeline import PipelineConfig, load_config
from clp_tfx.runners import compile_job


def run(config_file: str, job: str = "pipeline.json") -> None:
  """Compiles the job described by a configuration file."""
  compile_job(PipelineConfig.of(**load_config(config_file)), job)
  print(f"Wrote {job}.")


if __name__ == "__main__":
  run(*sys.argv[1:])
