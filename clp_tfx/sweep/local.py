"""Runs a sweep on this machine from a pipeline configuration."""

import dataclasses
from pathlib import Path
from typing import Any, TextIO

from clp_tfx.code_digest import code_digest
from clp_tfx.counterfactuals.generator_options import CounterfactualOptions
from clp_tfx.errors import InputError
from clp_tfx.files import own_temporary_folder
from clp_tfx.options import for_label, names_of
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.console import progress_on
from clp_tfx.runners.local import prepare_data, with_encoder
from clp_tfx.sweep.bounds import Bounds, RatingBounds
from clp_tfx.sweep.candidates import grid
from clp_tfx.sweep.labels import BoundsByLabel
from clp_tfx.sweep.sweep import run_sweep
from clp_tfx.sweep.trainings import PreparedData, Trainings


@own_temporary_folder()
def sweep_locally(
  config: PipelineConfig,
  weights: tuple[float, ...],
  losses: tuple[str, ...],
  seeds: int,
  terminal: TextIO,
) -> dict[str, Any]:
  """Prepares the data once, as in a run, and runs the sweep.

  Example:
    >>> import sys
    >>> from clp_tfx.pipeline import PipelineConfig
    >>> config = PipelineConfig.of(comments="comments.csv", output="sweep")
    >>> results = sweep_locally(config, [0.0, 0.3], ["mse"], 1, sys.stderr)

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
  if config.gate.max_flip_rate_of:
    raise InputError(
      "Expected no max_flip_rate_of in a sweep: its training data do not record what a "
      f"pair edits. Received: {', '.join(config.gate.max_flip_rate_of)}; leave it out "
      "and give a max_flip_rate that is low enough."
    )
  if config.gate.max_flip_rate_of_class:
    raise InputError(
      "Expected no max_flip_rate_of_class in a sweep, which bounds that of all "
      f"classes. Received: {', '.join(config.gate.max_flip_rate_of_class)}; leave it "
      "out and give a max_flip_rate that is low enough."
    )
  output = Path(config.deployment.output).absolute()
  config = with_encoder(config)
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
      grid(weights, losses, _makes_blind(config.counterfactuals)),
      range(config.training.seed, config.training.seed + seeds),
      _bounds(config),
      output,
    )


def _bounds(config: PipelineConfig) -> BoundsByLabel:
  if config.data.is_rating:
    given = {
      name: getattr(config.gate, name)
      for name in names_of(RatingBounds)
      if name != "flip_tolerance"
    }
    bounds = RatingBounds(flip_tolerance=config.data.flip_tolerance, **given)
    return BoundsByLabel({"": bounds}, [""])
  labels = config.data.label_names or ("",)
  of = {
    label: Bounds(
      **{
        name: for_label(getattr(config.gate, name), label) for name in names_of(Bounds)
      }
    )
    for label in labels
  }
  if config.data.classes:
    of = {"": dataclasses.replace(of[""], decision_threshold=None)}
  return BoundsByLabel(of, config.gate.gate_label or labels)


def _makes_blind(options: CounterfactualOptions) -> bool:
  """Tells whether each text's first counterfactual is the text without its terms."""
  return (
    options.method == "ablation"
    and not options.counterfactual_fn
    and not options.min_confidence
    and options.only_when_label_below is None
  )
