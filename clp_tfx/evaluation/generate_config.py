"""The validated configuration of `clp-tfx generate`."""

import dataclasses
import os
import re

from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.errors import InputError
from clp_tfx.evaluation.config import MeasuredComments
from clp_tfx.files import escaped
from clp_tfx.options import flag, option, validate
from clp_tfx.pipeline.beam_runners import beam_pipeline_args
from clp_tfx.pipeline.sections import AuditOptions, BeamOptions

PARQUET, CSV, JSONL = "parquet", "csv", "jsonl"
_ENDING = re.compile(r"\.(?:(parquet)|(?:(csv|jsonl)(\.gz)?))$")


@dataclasses.dataclass(frozen=True)
class GenerateConfig(BeamOptions, AuditOptions, EditingOptions, MeasuredComments):
  """Configuration of `clp-tfx generate`; each field is documented by its `help`.

  Example:
    >>> GenerateConfig(comments=("comments.csv",), output="texts.csv.gz").format
    'csv'

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  output: str = option(
    "", "File to write, on this machine or for example gs://: .parquet, .csv or .jsonl."
  )
  with_probes: bool = option(
    False, "Whether to add the sentences of the probes, which bounds such as "
    "--max-displacement and clp-tfx probe need."
  )  # fmt: skip

  def __post_init__(self):
    validate(self, flag)
    self.check_comments()
    if not _ENDING.search(self.output):
      raise InputError(
        "Expected --output to be a file that ends in .parquet, .csv or .jsonl. "
        f"Received: {self.output!r}."
      )
    if "://" in self.output and escaped(self.output) != self.output:
      raise InputError(
        "Expected --output without *, ? and [, for which Beam would look as patterns. "
        f"Received: {self.output!r}."
      )
    if os.path.isdir(self.output):
      raise InputError(f"{self.output} is a folder: give a file with --output.")
    _ = self.pipeline_args  # Invalid combinations fail early.

  @property
  def format(self) -> str:
    """`PARQUET`, `CSV` or `JSONL`."""
    return next(filter(None, _ENDING.search(self.output).groups()))

  @property
  def pipeline_args(self) -> list[str]:
    """Arguments of Beam."""
    return beam_pipeline_args(
      self.beam_runner, self.beam_args, self.workers, self.project, self.region
    )
