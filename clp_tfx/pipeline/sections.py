"""The sections of the configuration and their options.

Options shared with other parts of the package are declared there and inherited here.
"""

import dataclasses
from pathlib import Path
from typing import ClassVar

from clp_tfx.components.probe_evaluator.harm_gate import MODES
from clp_tfx.errors import InputError
from clp_tfx.options import Options, PredictedColumns, check_unused, option
from clp_tfx.pipeline import beam_runners
from clp_tfx.pipeline.resources import (
  Machine,
  Resources,
  image_with_cuda,
  machine,
  resources,
)
from clp_tfx.training.hparams import DecisionThreshold, FitOptions


def group_bound(text: str) -> tuple[str, float]:
  """Parses a value of `max_flip_rate_of`.

  Args:
    text: A group and a bound, such as `gender/female=0.1`.

  Returns:
    The group and the bound.

  Raises:
    InputError: If the text has another form, or the bound is not in [0, 1].
  """
  return _bound_of("--max-flip-rate-of", "group", "gender/female=0.1", text)


def class_bound(text: str) -> tuple[str, float]:
  """Parses a value of `max_flip_rate_of_class`, as `group_bound` does."""
  return _bound_of("--max-flip-rate-of-class", "class", "spam=0.1", text)


def _bound_of(flag: str, what: str, example: str, text: str) -> tuple[str, float]:
  name, equals, bound = text.rpartition("=")
  if not equals or not name:
    raise InputError(
      f"Expected {flag} to be a {what} and a bound, such as {example}. "
      f"Received: {text!r}."
    )
  try:
    share = float(bound)
  except ValueError:
    share = float("nan")
  if not 0 <= share <= 1:
    raise InputError(
      f"Expected {flag} {name} to be a number from 0 to 1. Received: {bound!r}."
    )
  return name, share


_PREPROCESSING_FN = "clp_tfx.modules.preprocessing.preprocessing_fn"


def _check_path(function: str) -> None:
  if "." not in function:
    raise InputError(
      "Expected --inputs-fn to be a dotted path such as my_module.model_inputs. "
      f"Received: {function!r}."
    )


@dataclasses.dataclass(frozen=True)
class DataOptions(PredictedColumns):
  """The comments to read."""

  BY_LABEL: ClassVar[bool] = True

  comments: tuple[str, ...] = option(
    (), "File of comments (CSV, Parquet or TFRecords of tf.Examples) or a pattern of "
    "files, with * and with spans as {SPAN} or {YYYY}-{MM}-{DD}; repeat for several. "
    "Or a BigQuery table, as bq://project.dataset.table. Default: the demo comments."
  )  # fmt: skip
  span: int | None = option(
    None, "Span of the comments to read; for dates, the number of days since "
    "1970-01-01. Default: the newest.", 0
  )  # fmt: skip
  window: int = option(1, "Number of spans to read: --span and those before it.", 1)
  neutral_sentences: int = option(
    0, "Number of neutral English sentences about people to train on beside the "
    "comments, without a label, so that identities that comments seldom name have "
    "pairs: at most 10,113, of which none is used to measure. With a schema that "
    "requires further columns, give 0.", 0
  )  # fmt: skip
  schema: str | None = option(
    None, "Schema file (.pbtxt) that the comments must match, such as one that an "
    "earlier run inferred; anomalies stop the run before training."
  )  # fmt: skip
  flip_tolerance: float | None = option(
    None, "The label is a number of any size, such as a rating, and a pair flips if "
    "its two scores are further apart than this.", 0
  )  # fmt: skip

  def __post_init__(self):
    super().__post_init__()
    if not self.is_rating:
      return
    check_unused(self, "flip_tolerance", ("classes", "label_threshold"))
    if self.label_names:
      raise InputError(
        "Expected one label with --flip-tolerance. Received: "
        f"{', '.join(self.label_names)}; train a model for each."
      )

  @property
  def is_rating(self) -> bool:
    """Whether the label is a number of any size."""
    return self.flip_tolerance is not None


@dataclasses.dataclass(frozen=True)
class TrainingOptions(FitOptions):
  """Preprocessing, model and training."""

  BY_LABEL: ClassVar[bool] = True

  vocabulary_size: int = option(20_000, "Number of most frequent tokens to keep.", 1)
  preprocessing_fn: str = option(
    _PREPROCESSING_FN, "Dotted path of a Transform preprocessing_fn."
  )
  inputs_fn: str | None = option(
    None, "Dotted path of a function (texts, config) from texts to the input of your "
    "model, or a dict of its inputs, in place of --preprocessing-fn; applied to "
    "comments and counterfactuals alike.", check=_check_path,
  )  # fmt: skip
  preprocessing: dict | None = option(
    None, "Values of your own for --inputs-fn (its config) or --preprocessing-fn (the "
    "key preprocessing of its custom_config)."
  )  # fmt: skip

  def __post_init__(self):
    super().__post_init__()
    if self.inputs_fn and self.preprocessing_fn != _PREPROCESSING_FN:
      raise InputError(
        "Expected --inputs-fn or --preprocessing-fn. Received: "
        f"{self.inputs_fn} and {self.preprocessing_fn}; leave one out."
      )
    if self.input_features and not self.inputs_fn:
      raise InputError(
        "Expected --input-features together with --inputs-fn, which makes inputs of "
        f"them. Received: {', '.join(self.input_features)} and none."
      )
    if self.takes_encoder_tokens and self.preprocessing is not None:
      raise InputError(
        "Expected no --preprocessing for an encoder's own tokenizer. Received: "
        f"{self.preprocessing}; leave it out, or give an --inputs-fn."
      )

  @property
  def takes_encoder_tokens(self) -> bool:
    """Whether texts become the token ids of the encoder's own tokenizer."""
    own = self.inputs_fn or self.preprocessing_fn != _PREPROCESSING_FN
    return self.encoder is not None and not own


@dataclasses.dataclass(frozen=True)
class AuditOptions(Options):
  """Which further pairs are measured."""

  audit_terms: str | None = option(
    None, "Lexicon whose pairs are measured beside those of the lexicon that a model "
    "was trained with, without a bound: a built-in name or a CSV file; empty for none. "
    "Default: the broadest built-in one of its language, such as identity_en."
  )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class MeasuringOptions(AuditOptions, DecisionThreshold):
  """How a model is evaluated and compared with bounds."""

  other_thresholds: tuple[float, ...] = option(
    (), "Further decision threshold to evaluate, without a bound; repeat for several.",
    0, 1,
  )  # fmt: skip
  max_flip_rate_of: tuple[str, ...] = option(
    (), "Gate: maximum flip rate of the pairs that edit a group, as gender/female=0.1; "
    "repeat for several.", check=group_bound,
  )  # fmt: skip
  gate_on: str = option(
    "upper_bound", "Gate: value of a flip rate to compare with its maximum, the upper "
    "95% confidence bound or the point estimate.",
    # Duplicated: the module that uses them imports TFMA, which takes seconds to load.
    choices=("upper_bound", "point"),
  )  # fmt: skip
  min_pairs: int = option(30, "Gate: minimum number of pairs behind a flip rate.", 1)
  example_texts: bool = option(
    True, "Whether the list of worst flips shows the comments' texts."
  )

  @property
  def group_bounds(self) -> dict[str, float]:
    """The bounds of `max_flip_rate_of` by group."""
    return dict(map(group_bound, self.max_flip_rate_of))


@dataclasses.dataclass(frozen=True)
class GateOptions(MeasuringOptions):
  """The bounds that a model must meet to be pushed."""

  BY_LABEL: ClassVar[bool] = True

  gate_label: tuple[str, ...] = option(
    (), "Gate: label that is judged, if there are several; repeat for more. The others "
    "are measured. Default: all.", check=lambda name: (name,),
  )  # fmt: skip
  max_flip_rate: float | dict = option(
    0.05, "Gate: maximum share of pairs whose decision flips.", 0, 1, by_label=True
  )
  max_flip_rate_of_class: tuple[str, ...] = option(
    (), "Gate: maximum flip rate of the pairs whose original is decided to be of a "
    "class of --classes, as spam=0.1; repeat for several.", check=class_bound,
  )  # fmt: skip
  max_gap: float | None = option(
    None, "Gate: maximum mean distance of the two scores of a pair, for "
    "--flip-tolerance; by --gate-on its upper bound. Default: no bound.", 0
  )  # fmt: skip
  min_r2: float = option(
    0.3, "Gate: minimum R² on the original texts, for --flip-tolerance in place of the "
    "AUC: the share of the variance of the label that the score explains.", at_most=1
  )  # fmt: skip
  max_r2_drop: float = option(
    0.05, "Gate: maximum loss of R² compared with the baseline.", 0
  )
  max_auc_drop: float | dict = option(
    0.01, "Gate: maximum loss of AUC compared with the baseline.", 0, 1, by_label=True
  )
  min_auc: float | dict = option(
    0.7, "Gate: minimum AUC on the original texts.", 0, 1, by_label=True
  )
  min_positive_ratio: float | dict = option(
    0.5, "Gate: minimum positive rate, as a multiple of the baseline's or, without a "
    "baseline, of the label rate; 0 for no bound.", 0, by_label=True
  )  # fmt: skip
  max_positive_ratio: float | dict = option(
    2.0, "Gate: maximum positive rate, as the same multiple; 0 for no bound.", 0,
    by_label=True,
  )  # fmt: skip
  max_failed: float = option(
    0.01, "Gate: maximum share of comments with identity terms, overall and per group, "
    "for which --counterfactual-fn fails.", 0, 1
  )  # fmt: skip
  max_left_out: float = option(
    0.2, "Gate: maximum share of comments with identity terms, overall and per group, "
    "without a pair for any reason except a pejorative term (lower 95% confidence "
    "bound).", 0, 1
  )  # fmt: skip
  harm_gate: str = option(
    "auto", "Gate: whether bounds apply to who gains and who loses: on, shown "
    "(measured without these bounds), off (nor are probes scored), or auto: on, but "
    "for probes only if the label column is toxicity and the lexicon English.",
    choices=MODES,
  )  # fmt: skip
  max_displacement: float = option(
    0.1, "Gate: maximum rise over the baseline of an identity's false positive rate on "
    "neutral probes, and of an audited group's flip rate; 0 for no bound.", 0, 0.99
  )  # fmt: skip
  max_identity_spread: float = option(
    0.3, "Gate: maximum distance of an identity's false positive rate on neutral "
    "probes from that of all identities; 0 for no bound.", 0, 1
  )  # fmt: skip
  max_recall_drop: float = option(
    0.1, "Gate: maximum loss of recall compared with the baseline, on hostile probes "
    "and on positive comments that mention a group; 0 for no bound.", 0, 1
  )  # fmt: skip
  baseline: str = option(
    "control", "Model to compare the candidate with: a control trained with weight 0 "
    "and the same budget, the latest blessed model, or none.",
    choices=("control", "blessed", "none"),
  )  # fmt: skip
  slices: tuple[str, ...] = option(
    (), "Feature to slice the evaluation by, or several joined by *; repeat for more "
    "slices."
  )  # fmt: skip

  @property
  def class_bounds(self) -> dict[str, float]:
    """The bounds of `max_flip_rate_of_class` by class."""
    return dict(map(class_bound, self.max_flip_rate_of_class))

  def __post_init__(self):
    super().__post_init__()
    lowest = self.min_auc
    if isinstance(lowest, dict):
      lowest = min(lowest.values())
    if self.baseline != "control" and lowest <= 0.5:
      raise InputError(
        "Expected --min-auc above 0.5, which is chance, because without a control the "
        f"gate depends on it. Received: {lowest}."
      )


@dataclasses.dataclass(frozen=True)
class WorkersOption(Options):
  """How many processes share the work on this machine."""

  workers: int = option(1, "Number of processes that Beam's DirectRunner works in.", 1)


@dataclasses.dataclass(frozen=True)
class BeamOptions(WorkersOption):
  """Where Beam runs."""

  project: str | None = option(
    None, "Google Cloud project for Dataflow, custom jobs and the endpoint."
  )
  region: str | None = option(
    None, "Google Cloud region for Dataflow, custom jobs and the endpoint."
  )
  beam_runner: str = option(
    beam_runners.DIRECT, "Beam runner of the Beam components.",
    choices=beam_runners.RUNNERS,
  )  # fmt: skip
  beam_args: tuple[str, ...] = option(
    (), "Further argument for Beam, such as --job_endpoint=HOST:PORT; repeat for "
    "several."
  )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class PlaceOptions(BeamOptions):
  """Where the pipeline runs and writes."""

  output: str = option("clp_output", "Output folder of the run.")
  pipeline_root: str | None = option(
    None, "Folder of the artifacts. Default: OUTPUT/pipeline_root."
  )
  serving_dir: str | None = option(
    None, "Folder to push blessed models to. Default: OUTPUT/serving_model locally, "
    "PIPELINE_ROOT/serving_model in a compiled job."
  )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class JobOptions(Options):
  """Options of compiled jobs only."""

  image: str | None = option(
    None, "Container image of a compiled job and its workers on Dataflow."
  )
  gpu_image: str | None = option(
    None, "Container image with CUDA for what gets accelerators in a compiled job. "
    "Default: IMAGE with -gpu behind its tag."
  )  # fmt: skip
  schema_version: str = option(
    "2.0", "Schema of a compiled job: Vertex supports both, its template gallery and "
    "Kubeflow Pipelines need 2.1.", choices=("2.0", "2.1"),
  )  # fmt: skip
  resources: tuple[str, ...] = option(
    (), "Resources of a component in a compiled job: CPUs, GB of memory and optionally "
    "accelerators, as Trainer=8,30,NVIDIA_TESLA_T4,1; repeat for several.",
    check=resources,
  )  # fmt: skip
  vertex_training: str | None = option(
    None, "Machine type and optionally accelerators for training in a Vertex custom "
    "job, as n1-standard-8,NVIDIA_TESLA_T4,1. Default: train in the Trainer's "
    "container.", check=machine,
  )  # fmt: skip
  vertex_endpoint: str | None = option(
    None, "Display name of the Vertex endpoint to deploy blessed models to, instead of "
    "--serving-dir; created if it does not exist."
  )  # fmt: skip
  serving_image: str | None = option(
    None, "Container image for --vertex-endpoint, such as Google's for TensorFlow."
  )
  serving_machine: str = option("n1-standard-2", "Machine type for --vertex-endpoint.")


@dataclasses.dataclass(frozen=True)
class DeploymentOptions(JobOptions, PlaceOptions):
  """Where the pipeline runs, writes and serves."""

  def __post_init__(self):
    super().__post_init__()
    _ = self.beam_pipeline_args  # Invalid combinations fail early.

  @property
  def component_resources(self) -> list[Resources]:
    """The parsed values of `resources`."""
    return list(map(resources, self.resources))

  @property
  def image_with_cuda(self) -> str:
    """The image of what gets accelerators."""
    return self.gpu_image or image_with_cuda(self.image)

  @property
  def training_machine(self) -> Machine | None:
    """The parsed value of `vertex_training`."""
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
