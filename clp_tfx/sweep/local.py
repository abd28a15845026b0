"""Runs a sweep on this machine from a pipeline configuration."""

from pathlib import Path
from typing import Any, TextIO

from clp_tfx.code_digest import code_digest
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.console import progress_on
from clp_tfx.runners.local import prepare_data
from clp_tfx.sweep.candidates import grid
from clp_tfx.sweep.sweep import Bounds, run_sweep
from clp_tfx.sweep.trainings import PreparedData, Trainings


def sweep_locally(
  config: PipelineConfig,
  weights: tuple[float, ...],
  losses: tuple[str, ...],
  seeds: int,
  terminal: TextIO,
) -> dict[str, Any]:
  """Prepares the data once, as in a run, and runs the sweep.

  Args:
    config: The configuration, with the bounds for the recommendation and the first
      seed.
    weights: Weights of the counterfactual loss.
    losses: Names of pairwise losses.
    seeds: Number of seeds.
    terminal: Where to show progress.

  Returns:
    See `run_sweep`.

  Raises:
    InputError: If the configuration or the comments are invalid.
  """
  output = Path(config.deployment.output).absolute()
  model_module = config.hparams.build_model_path.rpartition(".")[0]
  trainings = Trainings(
    PreparedData(*prepare_data(config, terminal)),
    config.hparams,
    output / "trainings",
    code_digest("clp_tfx.training.loop", model_module),
  )
  with progress_on(terminal, 0):
    return run_sweep(
      trainings,
      grid(weights, losses),
      range(config.training.seed, config.training.seed + seeds),
      Bounds(
        config.gate.max_flip_rate,
        config.gate.max_auc_drop,
        config.gate.decision_threshold,
      ),
      output,
    )
