"""Everything that can be set, in one validated dataclass."""

import dataclasses
from pathlib import Path
from typing import Any

import yaml

from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.errors import InputError
from clp_tfx.options import option as _option
from clp_tfx.options import same_option, validate
from clp_tfx.pipeline import beam_runners
from clp_tfx.pipeline.resources import Machine, Resources, machine, resources
from clp_tfx.training.hparams import HParams

BASELINES = ("control", "blessed", "none")
# Spelt again: TFMA, where they mean something, takes seconds to load.
GATES = ("upper_bound", "point")


@dataclasses.dataclass(frozen=True)
class PipelineConfig:
  """Configuration of the pipeline; each field is documented by its `help`.

  Every field is an option of `clp-tfx run` and `clp-tfx compile` and a key of the
  file given with `--config`.

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  comments: tuple[str, ...] = _option(
    (), "File of comments: .csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz, or a "
    "pattern of files, with * and with spans as {SPAN} or {YYYY}-{MM}-{DD}; several by "
    "repeating; or a table, as bq://project.dataset.table. Without it: the demo "
    "comments."
  )  # fmt: skip
  span: int | None = _option(
    None, "Span of the comments to read, a date as its days since 1970-01-01; the "
    "newest when not given.", 0
  )  # fmt: skip
  window: int = _option(1, "Spans to read: that one and those before it.", 1)
  text_feature: str = _option("comment_text", "Column of the text.")
  label_feature: str = _option(
    "toxicity", "Column of the label, a number in [0, 1]; blank means unlabelled."
  )
  label_threshold: float = _option(0.5, "A label from here on is positive.", 0, 1)
  output: str = _option("clp_output", "Folder for everything that a run writes.")
  identity_terms: str = _option(
    "gender_and_sexual_orientation", "Lexicon: a built-in name or a CSV file."
  )
  pejorative_terms: str = same_option(GeneratorOptions, "pejorative_terms")
  method: str = same_option(GeneratorOptions, "method")
  max_counterfactuals: int = same_option(GeneratorOptions, "max_counterfactuals")
  counterfactual_fn: str = same_option(GeneratorOptions, "counterfactual_fn")
  min_confidence: float = same_option(GeneratorOptions, "min_confidence")
  only_when_label_below: float | None = same_option(
    GeneratorOptions, "only_when_label_below"
  )
  no_match: str = same_option(GeneratorOptions, "no_match")
  counterfactual_loss_weight: float = same_option(HParams, "counterfactual_loss_weight")
  counterfactual_loss: str = same_option(HParams, "counterfactual_loss")
  counterfactual_loss_warm_up: float = same_option(
    HParams, "counterfactual_loss_warm_up"
  )
  counterfactuals: str = same_option(HParams, "counterfactuals")
  positive_weight: float | str = same_option(HParams, "positive_weight")
  max_flip_rate: float = _option(
    0.05, "Gate: highest share of pairs whose decision flips.", 0, 1
  )
  max_flip_rate_of: tuple[str, ...] = _option(
    (), "Gate: the same over the pairs that edit a group, as gender/female=0.1; "
    "several by repeating."
  )  # fmt: skip
  gate_on: str = _option(
    "upper_bound", "Gate: whether flip rates are held against their bounds by their "
    "upper 95% confidence bound or by their value.", choices=GATES
  )  # fmt: skip
  min_pairs: int = _option(30, "Gate: fewest pairs that a flip rate is judged on.", 1)
  max_auc_drop: float = _option(0.01, "Gate: highest AUC loss to the baseline.", 0, 1)
  min_auc: float = _option(0.7, "Gate: lowest AUC on the original texts.", 0, 1)
  decision_threshold: float = _option(
    0.5, "A score above it is a positive decision.", 0, 1
  )
  other_thresholds: tuple[float, ...] = _option(
    (), "Decision threshold at which the same is measured and nothing gated; several "
    "by repeating.", 0, 1
  )  # fmt: skip
  slices: tuple[str, ...] = _option(
    (), "Feature to slice the evaluation by, or several with * between; several by "
    "repeating."
  )  # fmt: skip
  example_texts: bool = _option(
    True, "Whether the worst flips are shown with the comments' words."
  )
  baseline: str = _option(
    "control", "What the candidate is compared with: a control of the same budget with "
    "weight 0, the latest blessed model, or nothing.", choices=BASELINES
  )  # fmt: skip
  epochs: int = same_option(HParams, "epochs")
  patience: int = same_option(HParams, "patience")
  batch_size: int = same_option(HParams, "batch_size")
  learning_rate: float = same_option(HParams, "learning_rate")
  vocabulary_size: int = _option(20_000, "Most frequent tokens kept.", 1)
  max_tokens: int = _option(512, "Tokens kept per text; the rest is cut.", 1)
  seed: int = same_option(HParams, "seed")
  checkpoint_steps: int = same_option(HParams, "checkpoint_steps")
  schema: str | None = _option(
    None, "Schema file (.pbtxt) to hold the comments against, such as one that an "
    "earlier run inferred; deviations stop the run before training."
  )  # fmt: skip
  preprocessing_fn: str = _option(
    "clp_tfx.modules.preprocessing.preprocessing_fn",
    "Dotted path of a Transform preprocessing_fn.",
  )
  model_fn: str = same_option(HParams, "model_fn")
  base_model: str | None = same_option(HParams, "base_model")
  pipeline_root: str | None = _option(
    None, "Folder of the artifacts; OUTPUT/pipeline_root when not given."
  )
  serving_dir: str | None = _option(
    None, "Folder that blessed models are pushed to; OUTPUT/serving_model locally and "
    "PIPELINE_ROOT/serving_model in a compiled job when not given."
  )  # fmt: skip
  image: str | None = _option(None, "Container image of a compiled job.")
  schema_version: str = _option(
    "2.0", "Schema of a compiled job: Vertex takes both, its template gallery and "
    "Kubeflow Pipelines want 2.1.", choices=("2.0", "2.1")
  )  # fmt: skip
  resources: tuple[str, ...] = _option(
    (), "Resources of a component in a compiled job: CPUs, GB of memory and perhaps "
    "accelerators, as Trainer=8,30,NVIDIA_TESLA_T4,1; several by repeating."
  )  # fmt: skip
  vertex_training: str | None = _option(
    None, "Machine type, and perhaps accelerators, of a Vertex custom job that trains, "
    "as n1-standard-8,NVIDIA_TESLA_T4,1; without it the Trainer's container trains."
  )  # fmt: skip
  vertex_endpoint: str | None = _option(
    None, "Vertex endpoint, by its display name, that blessed models are deployed to, "
    "in place of --serving-dir; made if it is not there."
  )  # fmt: skip
  serving_image: str | None = _option(
    None, "Image of the containers behind --vertex-endpoint, such as Google's for "
    "TensorFlow."
  )  # fmt: skip
  serving_machine: str = _option(
    "n1-standard-2", "Machine type behind --vertex-endpoint."
  )
  project: str | None = _option(
    None, "Google Cloud project of Dataflow, custom jobs and endpoint."
  )
  region: str | None = _option(
    None, "Google Cloud region of Dataflow, custom jobs and endpoint."
  )
  beam_runner: str = _option(
    beam_runners.DIRECT, "Beam runner of the Beam components.",
    choices=beam_runners.RUNNERS
  )  # fmt: skip
  beam_args: tuple[str, ...] = _option(
    (), "Further argument for Beam, such as --job_endpoint=HOST:PORT; several by "
    "repeating."
  )  # fmt: skip
  workers: int = _option(
    1, "Processes of the DirectRunner that the Beam components work in.", 1
  )

  def __post_init__(self):
    validate(self, named=_flag)
    # Read here, so that a faulty one is said before anything runs.
    _ = self.group_bounds, self.generator_options, self.component_resources
    _ = self.training_machine, self.beam_pipeline_args
    if self.baseline != "control" and self.min_auc <= 0.5:
      raise InputError(
        "Without a control the minimum AUC must gate: give --min-auc above 0.5, which "
        f"is chance. Received: {self.min_auc}."
      )

  @property
  def group_bounds(self) -> dict[str, float]:
    """`max_flip_rate_of` by group."""
    return dict(group_bound(text) for text in self.max_flip_rate_of)

  @property
  def component_resources(self) -> list[Resources]:
    """`resources` in parts."""
    return [resources(text) for text in self.resources]

  @property
  def training_machine(self) -> Machine | None:
    """`vertex_training` in parts."""
    return machine(self.vertex_training) if self.vertex_training else None

  @property
  def beam_pipeline_args(self) -> list[str]:
    """What of it the Beam components take."""
    return beam_runners.beam_pipeline_args(
      self.beam_runner,
      self.beam_args,
      self.workers,
      self.project,
      self.region,
      self.image,
    )

  @property
  def hparams(self) -> HParams:
    """What of it the Trainer takes."""
    names = [field.name for field in dataclasses.fields(HParams)]
    return HParams(
      **{name: getattr(self, name) for name in names if hasattr(self, name)}
    )

  @property
  def generator_options(self) -> GeneratorOptions:
    """What of it CounterfactualGen takes."""
    names = GeneratorOptions.names()
    return GeneratorOptions(**{name: getattr(self, name) for name in names})

  @property
  def artifacts_dir(self) -> str:
    """Folder of the pipeline's artifacts."""
    return self.pipeline_root or str(Path(self.output).absolute() / "pipeline_root")


def load_config(path: str) -> dict[str, Any]:
  """Reads configuration values from a YAML file.

  Args:
    path: YAML mapping from field names to values; `-` and `_` are the same.

  Returns:
    The values by field name.

  Raises:
    InputError: If the file is not such a mapping or names an unknown field.
  """
  try:
    values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
  except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
    reason = " ".join(str(error).split())
    raise InputError(f"Configuration file {path} cannot be read: {reason}.") from error
  if not isinstance(values or {}, dict):
    raise InputError(
      f"Expected {path} to hold `option: value` lines. "
      f"Received: {type(values).__name__}."
    )
  known = [field.name for field in dataclasses.fields(PipelineConfig)]
  values = {str(key).replace("-", "_"): value for key, value in (values or {}).items()}
  if unknown := sorted(set(values) - set(known)):
    raise InputError(f"Unknown options {unknown} in {path}. Expected some of: {known}.")
  return values


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


def _flag(name: str) -> str:
  return "--" + name.replace("_", "-")
