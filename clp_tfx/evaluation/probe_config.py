"""The validated configuration of `clp-tfx probe`."""

import dataclasses

from clp_tfx.errors import InputError
from clp_tfx.options import Options, flag, option, validate
from clp_tfx.probes.templates import HELD_OUT, TRAINING
from clp_tfx.scorers.options import ModelOptions

ALL = "all"


@dataclasses.dataclass(frozen=True)
class SuiteOptions(Options):
  """Where the sentences come from; each field is documented by its `help`."""

  probes: str | None = option(
    None, "File of sentences of your own (CSV, Parquet or TFRecords of tf.Examples). "
    "Default: the built-in probes."
  )  # fmt: skip
  split: str = option(
    HELD_OUT, "Built-in probes to use: those that nothing may be trained or tuned on, "
    "the others, or all.", choices=(HELD_OUT, TRAINING, ALL),
  )  # fmt: skip
  text_column: str = option("text", "Column of the sentence in --probes.")
  label_column: str = option("label", "Column of the label in --probes.")
  identity_column: str = option(
    "identity", "Column of the identity in --probes; sentences without one are left "
    "out."
  )  # fmt: skip
  functionality_column: str = option(
    "functionality", "Column of the kind of sentence in --probes."
  )
  template_column: str | None = option(
    None, "Column of the template in --probes. Without it, every sentence counts as "
    "independent of the others."
  )  # fmt: skip
  not_toxic: tuple[str, ...] = option(
    (), "Label in --probes of sentences that are not toxic; repeat for several. All "
    "other labels count as toxic."
  )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ProbeConfig(SuiteOptions, ModelOptions):
  """Configuration of `clp-tfx probe`; each field is documented by its `help`.

  Example:
    >>> ProbeConfig(model="model", threshold=0.7).threshold
    0.7

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  text_feature: str = option(
    "comment_text", "Feature with the text, for models that take tf.Examples."
  )
  threshold: float = option(0.5, "Scores above it are positive decisions.", 0, 1)
  matched_threshold: float | None = option(
    None, "Threshold at which the model has the baseline's false positive rate on "
    "comments that are not toxic: adds the rates there.", 0, 1
  )  # fmt: skip
  max_displacement: float = option(
    0.1, "Largest rise of an identity's false positive rate over the baseline's that "
    "is accepted.", 0, 1, exclusive=True,
  )  # fmt: skip

  def __post_init__(self):
    validate(self, flag)
    self.check_model()
    if self.probes and not self.not_toxic:
      raise InputError(
        "--probes needs to know which labels are harmless: give each one with "
        "--not-toxic."
      )
    if self.probes and self.split != HELD_OUT:
      raise InputError(
        "--split is about the built-in probes: leave it out with --probes."
      )
    others = SuiteOptions(split=self.split)
    for field in dataclasses.fields(SuiteOptions):
      if not self.probes and getattr(self, field.name) != getattr(others, field.name):
        raise InputError(
          f"{flag(field.name)} is about the sentences of a file, but there is none: "
          "give it with --probes."
        )
