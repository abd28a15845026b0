"""What can be set about an evaluation, in one validated dataclass."""

import dataclasses

from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.errors import InputError
from clp_tfx.options import Columns, flag, option, validate
from clp_tfx.pipeline.sections import GateOptions, MeasuringOptions


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
  min_positive_ratio: float | None = option(
    None, "Lowest positive rate, as a multiple of the baseline's or, without one, of "
    "the label rate; 0.5 beside a bound on flip rate or AUC, 0 for none.", 0
  )  # fmt: skip
  max_positive_ratio: float | None = option(
    None, "Highest positive rate, likewise; 2 beside such a bound, 0 for none.", 0
  )
  max_failed: float = option(
    0.01, "Highest share of comments with identity terms, of all and of each group, "
    "for which --counterfactual-fn fails; exit code 3 above.", 0, 1
  )  # fmt: skip
  max_left_out: float | None = option(
    None, "Highest share of comments with identity terms, of all and of each group, "
    "without a pair for any reason but a pejorative term; 0.2 beside such a bound.",
    0, 1
  )  # fmt: skip
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
    """Whether anything is judged."""
    standing = dict(self.standing_bounds)
    shares = (standing["max_left_out"], standing["max_failed"])
    ratios = (standing["min_positive_ratio"], standing["max_positive_ratio"])
    return any(ratios) or any(share is not None for share in shares)

  @property
  def standing_bounds(self) -> dict[str, float | None]:
    """The bounds beside those on flip rate and AUC, as `make_eval_config` has them."""
    judged = (self.max_flip_rate, self.min_auc, self.max_auc_drop)
    judges = bool(self.max_flip_rate_of) or any(b is not None for b in judged)
    bounds = {}
    for name in ("min_positive_ratio", "max_positive_ratio", "max_left_out"):
      given = getattr(self, name)
      is_standard = judges and given is None
      bounds[name] = getattr(GateOptions, name) if is_standard else given
    # A function of the user's own may fail, and must not for too many.
    counted = judges or bool(self.counterfactual_fn)
    return {**bounds, "max_failed": self.max_failed if counted else None}
