"""The validated configuration of an evaluation."""

import dataclasses

from clp_tfx.components.probe_evaluator.harm_gate import ON, HarmGate
from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.errors import InputError
from clp_tfx.options import Columns, flag, option, validate
from clp_tfx.pipeline.sections import GateOptions, MeasuringOptions, WorkersOption
from clp_tfx.scorers.endpoint import is_endpoint
from clp_tfx.scorers.options import ModelOptions

_WORST_CASES = 100


@dataclasses.dataclass(frozen=True)
class MeasuredComments(Columns):
  """The comments that are measured; each field is documented by its `help`."""

  comments: tuple[str, ...] = option(
    (), "File of comments (CSV, Parquet or TFRecords of tf.Examples) or a pattern of "
    "files, as for run; repeat for several."
  )  # fmt: skip
  label_feature: str | None = option(
    None, "Column of the label, a number in [0, 1]. Default: toxicity if it exists. "
    "Without labels there is no AUC."
  )  # fmt: skip
  split: str = option(
    "all", "Comments to use: all, or the test split that a run would use for its gate.",
    choices=("all", "test"),
  )  # fmt: skip

  @property
  def label_column(self) -> str:
    """The label column to look for."""
    return self.label_feature or Columns.label_feature

  def check_comments(self) -> None:
    """Checks that there are comments.

    Raises:
      InputError: If there are none.
    """
    if not self.comments:
      raise InputError("No comments are given: give a file of comments.")


@dataclasses.dataclass(frozen=True)
class EvaluationConfig(
  WorkersOption, MeasuringOptions, EditingOptions, ModelOptions, MeasuredComments
):
  """Configuration of `clp-tfx evaluate`; each field is documented by its `help`.

  Example:
    >>> config = EvaluationConfig(
    ...   model="model", comments=("comments.csv",), max_flip_rate=0.05
    ... )
    >>> config.gates
    True

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  max_flip_rate: float | None = option(
    None, "Maximum share of pairs whose decision flips; exit code 3 above.", 0, 1
  )
  min_positive_ratio: float | None = option(
    None, "Minimum positive rate, as a multiple of the baseline's or, without a "
    "baseline, of the label rate. Default: 0.5 with a bound on flip rate or AUC. 0 for "
    "no bound.", 0
  )  # fmt: skip
  max_positive_ratio: float | None = option(
    None, "Maximum positive rate, as the same multiple. Default: 2 with such a bound. "
    "0 for no bound.", 0
  )  # fmt: skip
  max_failed: float = option(
    0.01, "Maximum share of comments with identity terms, overall and per group, for "
    "which --counterfactual-fn fails; exit code 3 above.", 0, 1
  )  # fmt: skip
  max_left_out: float | None = option(
    None, "Maximum share of comments with identity terms, overall and per group, "
    "without a pair for any reason except a pejorative term. Default: 0.2 with such a "
    "bound.", 0, 1
  )  # fmt: skip
  min_auc: float | None = option(None, "Minimum AUC; exit code 3 below.", 0, 1)
  max_auc_drop: float | None = option(
    None, "Maximum loss of AUC compared with the baseline; exit code 3 above.", 0, 1
  )
  max_displacement: float | None = option(
    None, "Maximum rise over the baseline of an identity's false positive rate on "
    "neutral probes, and of an audited group's flip rate; exit code 3 above.", 0, 0.99
  )  # fmt: skip
  max_identity_spread: float | None = option(
    None, "Maximum distance of an identity's false positive rate on neutral probes "
    "from that of all identities; exit code 3 above.", 0, 1
  )  # fmt: skip
  max_recall_drop: float | None = option(
    None, "Maximum loss of recall compared with the baseline, on hostile probes and on "
    "positive comments that mention a group; exit code 3 above.", 0, 1
  )  # fmt: skip
  worst_case_comments: int | None = option(
    None, "Number of comments that are also scored with every other term of the role "
    "of each of their terms, 60 to 90 texts each; 0 for none. Default: 100, but none "
    "with a model behind HTTP.", 0
  )  # fmt: skip
  output: str = option("clp_evaluation", "Folder for the report and the figures.")

  def __post_init__(self):
    validate(self, flag)
    self.check_model()
    self.check_comments()
    for name in ("max_auc_drop", "max_displacement", "max_recall_drop"):
      if getattr(self, name) is not None and not self.baseline:
        raise InputError(
          f"{flag(name)} needs a baseline to compare with: give it with --baseline."
        )

  @property
  def gates(self) -> bool:
    """Whether there is any bound."""
    standing = dict(self.standing_bounds)
    shares = (standing["max_left_out"], standing["max_failed"])
    ratios = (standing["min_positive_ratio"], standing["max_positive_ratio"])
    return any(ratios) or any(share is not None for share in shares)

  @property
  def most_worst_cases(self) -> int:
    """The value of `worst_case_comments`, or what it is by default."""
    if self.worst_case_comments is not None:
      return self.worst_case_comments
    models = (self.candidate, self.baseline or "")
    return 0 if any(map(is_endpoint, models)) else _WORST_CASES

  @property
  def harm_gate(self) -> HarmGate | None:
    """The bounds on who gains and who loses; None if there are none."""
    bounds = {
      name: getattr(self, name) or 0.0
      for name in ("max_displacement", "max_identity_spread", "max_recall_drop")
    }
    if not any(bounds.values()):
      return None
    return HarmGate.of(
      ON,
      self.label_column,
      self.identity_terms,
      threshold=self.decision_threshold,
      min_count=self.min_pairs,
      **bounds,
    )

  @property
  def standing_bounds(self) -> dict[str, float | None]:
    """The bounds besides flip rate and AUC, as arguments of `make_eval_config`."""
    judged = (self.max_flip_rate, self.min_auc, self.max_auc_drop)
    judges = bool(self.max_flip_rate_of or self.harm_gate) or any(
      bound is not None for bound in judged
    )
    bounds = {}
    for name in ("min_positive_ratio", "max_positive_ratio", "max_left_out"):
      given = getattr(self, name)
      is_standard = judges and given is None
      bounds[name] = getattr(GateOptions, name) if is_standard else given
    # The user's own function may fail, but not on too many comments.
    counted = judges or bool(self.counterfactual_fn)
    return {**bounds, "max_failed": self.max_failed if counted else None}
