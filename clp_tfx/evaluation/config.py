"""What can be set about an evaluation, in one validated dataclass."""

import dataclasses

from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.errors import InputError
from clp_tfx.options import Columns, flag, option, validate
from clp_tfx.pipeline.sections import MeasuringOptions


@dataclasses.dataclass(frozen=True)
class EvaluationConfig(MeasuringOptions, EditingOptions, Columns):
  """Configuration of `clp-tfx evaluate`; each field is documented by its `help`.

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  model: str = option("", "Folder of the SavedModel.")
  comments: tuple[str, ...] = option(
    (), "File of comments: .csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz; repeat "
    "for several."
  )  # fmt: skip
  signature: str | None = option(
    None, "Signature of the model: takes texts or serialised tf.Examples, gives one "
    "probability each; serving_default, or the only one, when not given."
  )  # fmt: skip
  score_output: str | None = option(
    None, "Which output of the signature is the probability, where it has several."
  )
  baseline: str | None = option(None, "Folder of a SavedModel to compare with.")
  label_feature: str | None = option(
    None, "Column of the label, a number in [0, 1]; when not given, toxicity if there "
    "is one. Without labels there is no AUC."
  )  # fmt: skip
  split: str = option(
    "all", "Which comments: all, or the test split that a run with them judges on.",
    choices=("all", "test"),
  )  # fmt: skip
  max_flip_rate: float | None = option(
    None, "Highest share of pairs whose decision flips; exit code 3 above.", 0, 1
  )
  min_auc: float | None = option(None, "Lowest AUC; exit code 3 below.", 0, 1)
  max_auc_drop: float | None = option(
    None, "Highest loss of AUC compared with the baseline; exit code 3 above.", 0, 1
  )
  output: str = option("clp_evaluation", "Folder for the report and the figures.")

  def __post_init__(self):
    validate(self, flag)
    if not self.model:
      raise InputError("No model is given: name the folder of a SavedModel.")
    if not self.comments:
      raise InputError("No comments are given: name a file with --comments.")
    if self.max_auc_drop is not None and not self.baseline:
      raise InputError(
        "--max-auc-drop compares with a baseline: give the folder of one with "
        "--baseline."
      )

  @property
  def label_column(self) -> str:
    """The label column that is looked for."""
    return self.label_feature or Columns.label_feature

  @property
  def gates(self) -> bool:
    """Whether any bound is given."""
    bounds = (self.max_flip_rate, self.min_auc, self.max_auc_drop)
    return bool(self.max_flip_rate_of) or any(bound is not None for bound in bounds)
