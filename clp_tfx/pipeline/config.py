"""Everything that can be set, in one validated dataclass."""

import dataclasses
import types
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml

from clp_tfx.errors import InputError

BASELINES = ("control", "blessed", "none")


def _option(
  default: Any,
  help: str,  # noqa: A002
  at_least: float | None = None,
  at_most: float | None = None,
  choices: tuple[str, ...] = (),
) -> Any:
  metadata = {
    "help": help,
    "at_least": at_least,
    "at_most": at_most,
    "choices": choices,
  }
  return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class PipelineConfig:
  """Configuration of the pipeline; each field is documented by its `help`.

  Every field is an option of `clp-tfx run` and `clp-tfx compile` and a key of the
  file given with `--config`.

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  comments: tuple[str, ...] = _option(
    (), "File of comments: .csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz; several "
    "by repeating. Without it: the demo comments."
  )  # fmt: skip
  text_feature: str = _option("comment_text", "Column of the text.")
  label_feature: str = _option(
    "toxicity", "Column of the label, a number in [0, 1]; blank means unlabelled."
  )
  label_threshold: float = _option(0.5, "A label from here on is positive.", 0, 1)
  output: str = _option("clp_output", "Folder for everything that a run writes.")
  identity_terms: str = _option(
    "gender_and_sexual_orientation", "Lexicon: a built-in name or a CSV file."
  )
  counterfactual_loss_weight: float = _option(
    0.1, "Weight of the counterfactual loss; 0 is plain training.", 0
  )
  max_flip_rate: float = _option(
    0.05, "Gate: highest share of pairs whose decision flips.", 0, 1
  )
  max_auc_drop: float = _option(0.01, "Gate: highest AUC loss to the baseline.", 0, 1)
  min_auc: float = _option(0.7, "Gate: lowest AUC on the original texts.", 0, 1)
  decision_threshold: float = _option(
    0.5, "A score above it is a positive decision.", 0, 1
  )
  baseline: str = _option(
    "control", "What the candidate is compared with: a control of the same budget with "
    "weight 0, the latest blessed model, or nothing.", choices=BASELINES
  )  # fmt: skip
  epochs: int = _option(5, "Most epochs; training stops early by eval loss.", 1)
  batch_size: int = _option(64, "Examples per training step.", 1)
  learning_rate: float = _option(0.001, "Of Adam.", 0)
  vocabulary_size: int = _option(20_000, "Most frequent tokens kept.", 1)
  max_tokens: int = _option(128, "Tokens kept per text; the rest is cut.", 1)
  seed: int = _option(42, "Fixes training's randomness.", 0)
  schema: str | None = _option(
    None, "Schema file (.pbtxt) to hold the comments against, such as one that an "
    "earlier run inferred; deviations stop the run before training."
  )  # fmt: skip
  preprocessing_fn: str = _option(
    "clp_tfx.modules.preprocessing.preprocessing_fn",
    "Dotted path of a Transform preprocessing_fn.",
  )
  model_fn: str = _option(
    "clp_tfx.modules.trainer.build_model",
    "Dotted path of build_model(hparams, tf_transform_output).",
  )
  pipeline_root: str | None = _option(
    None, "Folder of the artifacts; OUTPUT/pipeline_root when not given."
  )
  serving_dir: str | None = _option(
    None, "Folder that blessed models are pushed to; OUTPUT/serving_model locally and "
    "PIPELINE_ROOT/serving_model in a compiled job when not given."
  )  # fmt: skip
  image: str | None = _option(None, "Container image of a compiled job.")
  project: str | None = _option(None, "Google Cloud project of Dataflow workers.")
  region: str | None = _option(None, "Google Cloud region of Dataflow workers.")
  beam_runner: str = _option("DirectRunner", "Beam runner of the Beam components.")
  beam_args: tuple[str, ...] = _option(
    (), "Further argument for Beam, such as --direct_num_workers=2; several by "
    "repeating."
  )  # fmt: skip

  def __post_init__(self):
    for field in dataclasses.fields(self):
      value = _converted(field, getattr(self, field.name))
      object.__setattr__(self, field.name, value)
      _check_range(field, value)
    if self.baseline != "control" and self.min_auc <= 0.5:
      raise InputError(
        "Without a control the minimum AUC must gate: give --min-auc above 0.5, which "
        f"is chance. Received: {self.min_auc}."
      )

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


def _converted(field: dataclasses.Field, value: Any) -> Any:
  """Returns the value as the field's type, where that loses nothing."""
  expected = field.type
  if isinstance(expected, types.UnionType):
    if value is None:
      return None
    expected = get_args(expected)[0]
  if get_origin(expected) is tuple:
    items = (value,) if isinstance(value, str) else value
    if isinstance(items, list | tuple) and all(isinstance(i, str) for i in items):
      return tuple(items)
  elif not isinstance(value, bool):
    if isinstance(value, expected):
      return value
    if expected is float and isinstance(value, int):
      return float(value)
  name = {int: "whole number", float: "number", str: "text"}.get(
    expected, "list of texts"
  )
  raise InputError(f"Expected {_flag(field)} to be a {name}. Received: {value!r}.")


def _check_range(field: dataclasses.Field, value: Any) -> None:
  low, high = field.metadata["at_least"], field.metadata["at_most"]
  choices = field.metadata["choices"]
  if low is not None and not value >= low:
    expected = f"at least {low}"
  elif high is not None and not value <= high:
    expected = f"at most {high}"
  elif low is not None and not value < float("inf"):
    expected = "finite"
  elif choices and value not in choices:
    expected = f"one of {', '.join(choices)}"
  else:
    return
  raise InputError(f"Expected {_flag(field)} to be {expected}. Received: {value}.")


def _flag(field: dataclasses.Field) -> str:
  return "--" + field.name.replace("_", "-")
