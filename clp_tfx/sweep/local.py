"""A sweep on this machine, from a pipeline configuration."""

from pathlib import Path
from typing import Any, TextIO

from clp_tfx.code_digest import code_digest
from clp_tfx.files import own_temporary_folder
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.console import progress_on
from clp_tfx.runners.local import prepare_data
from clp_tfx.sweep.candidates import grid
from clp_tfx.sweep.sweep import Bounds, run_sweep
from clp_tfx.sweep.trainings import PreparedData, Trainings


@own_temporary_folder()
def sweep_locally(
  config: PipelineConfig,
  weights: tuple[float, ...],
  losses: tuple[str, ...],
  seeds: int,
  terminal: TextIO,
) -> dict[str, Any]:
  """Prepares the data once, as a run does, and sweeps over it.

  Args:
    config: What to train on and with; its bounds are those of the recommendation, and
      its seed is the first.
    weights: Of the counterfactual loss.
    losses: Names of pairwise losses.
    seeds: How many.
    terminal: Where progress is shown.

  Returns:
    See `run_sweep`.

  Raises:
    InputError: If the configuration or the comments cannot be worked with.
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
