"""What can be set about an evaluation, in one validated dataclass."""

import dataclasses

from clp_tfx.errors import InputError
from clp_tfx.options import option, same_option, validate
from clp_tfx.pipeline.config import PipelineConfig, group_bound

SPLITS = ("all", "test")


@dataclasses.dataclass(frozen=True)
class EvaluationConfig:
  """Configuration of `clp-tfx evaluate`; each field is documented by its `help`.

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  model: str = option("", "Folder of the SavedModel.")
  comments: tuple[str, ...] = option(
    (), "File of comments: .csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz; several "
    "by repeating."
  )  # fmt: skip
  signature: str | None = option(
    None, "Signature of the model: takes texts or serialised tf.Examples, gives one "
    "probability each; serving_default, or the only one, when not given."
  )  # fmt: skip
  score_output: str | None = option(
    None, "Which output of the signature is the probability, where it has several."
  )
  baseline: str | None = option(None, "Folder of a SavedModel to compare with.")
  text_feature: str = same_option(PipelineConfig, "text_feature")
  label_feature: str | None = option(
    None, "Column of the label, a number in [0, 1]; toxicity, where there is one, when "
    "not given. Without labels there is no AUC."
  )  # fmt: skip
  label_threshold: float = same_option(PipelineConfig, "label_threshold")
  split: str = option(
    "all", "Which comments: all, or the test split that a run with them judges on.",
    choices=SPLITS,
  )  # fmt: skip
  identity_terms: str = same_option(PipelineConfig, "identity_terms")
  pejorative_terms: str = same_option(PipelineConfig, "pejorative_terms")
  method: str = same_option(PipelineConfig, "method")
  max_counterfactuals: int = same_option(PipelineConfig, "max_counterfactuals")
  counterfactual_fn: str = same_option(PipelineConfig, "counterfactual_fn")
  decision_threshold: float = same_option(PipelineConfig, "decision_threshold")
  max_flip_rate: float | None = option(
    None, "Highest share of pairs whose decision flips; exit code 3 above.", 0, 1
  )
  max_flip_rate_of: tuple[str, ...] = same_option(PipelineConfig, "max_flip_rate_of")
  gate_on: str = same_option(PipelineConfig, "gate_on")
  min_pairs: int = same_option(PipelineConfig, "min_pairs")
  min_auc: float | None = option(None, "Lowest AUC; exit code 3 below.", 0, 1)
  max_auc_drop: float | None = option(
    None, "Highest AUC loss to the baseline; exit code 3 above.", 0, 1
  )
  other_thresholds: tuple[float, ...] = same_option(PipelineConfig, "other_thresholds")
  example_texts: bool = same_option(PipelineConfig, "example_texts")
  output: str = option("clp_evaluation", "Folder for the report and the figures.")

  def __post_init__(self):
    validate(self, lambda name: "--" + name.replace("_", "-"))
    if not self.model:
      raise InputError("No model is given: name the folder of a SavedModel.")
    if not self.comments:
      raise InputError("No comments are given: name a file with --comments.")
    _ = self.group_bounds  # A faulty one is said before anything runs.
    if self.max_auc_drop is not None and not self.baseline:
      raise InputError(
        "--max-auc-drop compares with a baseline: give the folder of one with "
        "--baseline."
      )

  @property
  def label_column(self) -> str:
    """The label column that is looked for."""
    return self.label_feature or PipelineConfig.label_feature

  @property
  def group_bounds(self) -> dict[str, float]:
    """`max_flip_rate_of` by group."""
    return dict(map(group_bound, self.max_flip_rate_of))

  @property
  def gates(self) -> bool:
    """Whether any bound is given."""
    bounds = (self.max_flip_rate, self.min_auc, self.max_auc_drop)
    return bool(self.max_flip_rate_of) or any(bound is not None for bound in bounds)
