"""Runs the pipeline on this machine: python -m pipelines.local_runner [CONFIG.yaml]."""

import sys

from clp_tfx.pipeline import PipelineConfig, load_config, prepare_output
from clp_tfx.runners import run_locally


def run(config_file: str | None = None) -> None:
  """Runs the pipeline with a configuration file, or with the defaults."""
  config = PipelineConfig.of(**(load_config(config_file) if config_file else {}))
  prepare_output(config.deployment.output)
  summary = run_locally(config, sys.stdout)
  verdict = "pushed" if summary["pushed_model"] else "refused by the gate"
  print(f"The model was {verdict}; see {summary['report']}.")


if __name__ == "__main__":
  run(*sys.argv[1:])
