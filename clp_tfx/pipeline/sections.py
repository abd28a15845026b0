"""The sections of the configuration: what can be set about a pipeline.

Options that others than the pipeline take are declared with those, and inherited here.
"""

import dataclasses
from pathlib import Path

from clp_tfx.errors import InputError
from clp_tfx.options import Columns, Options, option
from clp_tfx.pipeline import beam_runners
from clp_tfx.pipeline.resources import Machine, Resources, machine, resources
from clp_tfx.training.hparams import DecisionThreshold, FitOptions


def group_bound(text: str) -> tuple[str, float]:
  """Reads one of `max_flip_rate_of`.

  Args:
    text: A group and a bound, such as `gender/female=0.1`.

  Returns:
    The two.

  Raises:
    InputError: If it is not that, or the bound not in [0, 1].
  """
  group, equals, bound = text.rpartition("=")
  if not equals or not group:
    raise InputError(
      "Expected --max-flip-rate-of to be a group and a bound, such as "
      f"gender/female=0.1. Received: {text!r}."
    )
  try:
    share = float(bound)
  except ValueError:
    share = float("nan")
  if not 0 <= share <= 1:
    raise InputError(
      f"Expected --max-flip-rate-of {group} to be a number from 0 to 1. "
      f"Received: {bound!r}."
    )
  return group, share


@dataclasses.dataclass(frozen=True)
class DataOptions(Columns):
  """Which comments are read."""

  comments: tuple[str, ...] = option(
    (), "File of comments: .csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz; or a "
    "pattern of files, with * and with spans as {SPAN} or {YYYY}-{MM}-{DD}; repeat for "
    "several; or a table, as bq://project.dataset.table. The demo comments when not "
    "given."
  )  # fmt: skip
  span: int | None = option(
    None, "Span of the comments to read, a date as its days since 1970-01-01; the "
    "newest when not given.", 0
  )  # fmt: skip
  window: int = option(1, "Spans to read: that one and those before it.", 1)
  schema: str | None = option(
    None, "Schema file (.pbtxt) to hold the comments against, such as one that an "
    "earlier run inferred; deviations stop the run before training."
  )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class TrainingOptions(FitOptions):
  """What is trained, how, and on which tokens."""

  vocabulary_size: int = option(20_000, "Most frequent tokens kept.", 1)
  max_tokens: int = option(512, "Tokens kept per text; the rest is cut.", 1)
  preprocessing_fn: str = option(
    "clp_tfx.modules.preprocessing.preprocessing_fn",
    "Dotted path of a Transform preprocessing_fn.",
  )


@dataclasses.dataclass(frozen=True)
class MeasuringOptions(DecisionThreshold):
  """How a model is measured and held against bounds."""

  other_thresholds: tuple[float, ...] = option(
    (), "Further decision threshold to measure at, without gating; repeat for several.",
    0, 1,
  )  # fmt: skip
  max_flip_rate_of: tuple[str, ...] = option(
    (), "Gate: highest share of pairs whose decision flips among those that edit a "
    "group, as gender/female=0.1; repeat for several.", check=group_bound,
  )  # fmt: skip
  gate_on: str = option(
    "upper_bound", "Gate: whether flip rates are held against their bounds by their "
    "upper 95% confidence bound or by their value.",
    # Duplicated: TFMA, where they mean something, takes seconds to load.
    choices=("upper_bound", "point"),
  )  # fmt: skip
  min_pairs: int = option(30, "Gate: fewest pairs that a flip rate is judged on.", 1)
  example_texts: bool = option(
    True, "Show the comments' words with the worst flips, or leave them out."
  )

  @property
  def group_bounds(self) -> dict[str, float]:
    """`max_flip_rate_of` by group."""
    return dict(map(group_bound, self.max_flip_rate_of))


@dataclasses.dataclass(frozen=True)
class GateOptions(MeasuringOptions):
  """What a model must meet to be pushed."""

  max_flip_rate: float = option(
    0.05, "Gate: highest share of pairs whose decision flips.", 0, 1
  )
  max_auc_drop: float = option(
    0.01, "Gate: highest loss of AUC compared with the baseline.", 0, 1
  )
  min_auc: float = option(0.7, "Gate: lowest AUC on the original texts.", 0, 1)
  min_positive_ratio: float = option(
    0.5, "Gate: lowest positive rate, as a multiple of the baseline's or, without one, "
    "of the label rate; 0 for no bound.", 0
  )  # fmt: skip
  max_positive_ratio: float = option(
    2.0, "Gate: highest positive rate, likewise; 0 for no bound.", 0
  )
  max_failed: float = option(
    0.01, "Gate: highest share of comments with identity terms, of all and of each "
    "group, for which --counterfactual-fn fails.", 0, 1
  )  # fmt: skip
  max_left_out: float = option(
    0.2, "Gate: highest share of comments with identity terms, of all and of each "
    "group, without a pair for any reason but a pejorative term; beyond chance, at "
    "95%.", 0, 1
  )  # fmt: skip
  baseline: str = option(
    "control", "What the candidate is compared with: a control of the same budget with "
    "weight 0, the latest blessed model, or nothing.",
    choices=("control", "blessed", "none"),
  )  # fmt: skip
  slices: tuple[str, ...] = option(
    (), "Feature to slice the evaluation by, or several joined by *; repeat for more "
    "slices."
  )  # fmt: skip

  def __post_init__(self):
    super().__post_init__()
    if self.baseline != "control" and self.min_auc <= 0.5:
      raise InputError(
        "Without a control the minimum AUC must gate: give --min-auc above 0.5, which "
        f"is chance. Received: {self.min_auc}."
      )


@dataclasses.dataclass(frozen=True)
class PlaceOptions(Options):
  """Where the pipeline runs and writes."""

  output: str = option("clp_output", "Folder for everything that a run writes.")
  pipeline_root: str | None = option(
    None, "Folder of the artifacts; OUTPUT/pipeline_root when not given."
  )
  serving_dir: str | None = option(
    None, "Folder that blessed models are pushed to; when not given, "
    "OUTPUT/serving_model locally and PIPELINE_ROOT/serving_model in a compiled job."
  )  # fmt: skip
  project: str | None = option(
    None, "Google Cloud project of Dataflow, custom jobs and endpoint."
  )
  region: str | None = option(
    None, "Google Cloud region of Dataflow, custom jobs and endpoint."
  )
  beam_runner: str = option(
    beam_runners.DIRECT, "Beam runner of the Beam components.",
    choices=beam_runners.RUNNERS,
  )  # fmt: skip
  beam_args: tuple[str, ...] = option(
    (), "Further argument for Beam, such as --job_endpoint=HOST:PORT; repeat for "
    "several."
  )  # fmt: skip
  workers: int = option(
    1, "Processes of the DirectRunner that the Beam components work in.", 1
  )


@dataclasses.dataclass(frozen=True)
class JobOptions(Options):
  """What only a compiled job has."""

  image: str | None = option(
    None, "Container image of a compiled job, and of its workers on Dataflow."
  )
  schema_version: str = option(
    "2.0", "Schema of a compiled job: Vertex takes both, its template gallery and "
    "Kubeflow Pipelines want 2.1.", choices=("2.0", "2.1"),
  )  # fmt: skip
  resources: tuple[str, ...] = option(
    (), "Resources of a component in a compiled job: CPUs, GB of memory and optionally "
    "accelerators, as Trainer=8,30,NVIDIA_TESLA_T4,1; repeat for several.",
    check=resources,
  )  # fmt: skip
  vertex_training: str | None = option(
    None, "Machine type, and optionally accelerators, of a Vertex custom job that "
    "trains, as n1-standard-8,NVIDIA_TESLA_T4,1; without it the Trainer's container "
    "trains.", check=machine,
  )  # fmt: skip
  vertex_endpoint: str | None = option(
    None, "Vertex endpoint, by its display name, that blessed models are deployed to, "
    "in place of --serving-dir; created if it does not exist."
  )  # fmt: skip
  serving_image: str | None = option(
    None, "Image of the containers behind --vertex-endpoint, such as Google's for "
    "TensorFlow."
  )  # fmt: skip
  serving_machine: str = option(
    "n1-standard-2", "Machine type behind --vertex-endpoint."
  )


@dataclasses.dataclass(frozen=True)
class DeploymentOptions(JobOptions, PlaceOptions):
  """Where the pipeline runs, writes and serves."""

  def __post_init__(self):
    super().__post_init__()
    _ = self.beam_pipeline_args  # Invalid combinations fail early.

  @property
  def component_resources(self) -> list[Resources]:
    """`resources` in parts."""
    return list(map(resources, self.resources))

  @property
  def training_machine(self) -> Machine | None:
    """`vertex_training` in parts."""
    return machine(self.vertex_training) if self.vertex_training else None

  @property
  def beam_pipeline_args(self) -> list[str]:
    """Arguments of the Beam components."""
    return beam_runners.beam_pipeline_args(
      self.beam_runner,
      self.beam_args,
      self.workers,
      self.project,
      self.region,
      self.image,
    )

  @property
  def artifacts_dir(self) -> str:
    """Folder of the pipeline's artifacts."""
    return self.pipeline_root or str(Path(self.output).absolute() / "pipeline_root")
