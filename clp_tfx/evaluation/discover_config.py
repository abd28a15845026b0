"""The validated configuration of `clp-tfx discover`."""

import dataclasses

from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.errors import InputError
from clp_tfx.evaluation.config import MeasuredComments
from clp_tfx.options import flag, option, validate
from clp_tfx.scorers.options import ModelOptions


@dataclasses.dataclass(frozen=True)
class DiscoverConfig(ModelOptions, MeasuredComments):
  """Configuration of `clp-tfx discover`; each field is documented by its `help`.

  Example:
    >>> config = DiscoverConfig(
    ...   model="model", comments=("comments.csv",), min_comments=30
    ... )
    >>> config.min_comments
    30

  Raises:
    InputError: If a value is missing, has the wrong type or is out of range.
  """

  identity_terms: str = option(
    GeneratorOptions.identity_terms, "Lexicon whose terms are known already: built-in "
    "name or CSV file."
  )  # fmt: skip
  min_comments: int = option(10, "Minimum number of comments with a word.", 1)
  max_share: float = option(
    0.05, "Maximum share of comments with a word: words of grammar are in more.", 0, 1
  )
  words: int = option(50, "Maximum number of words to list.", 1)
  output: str | None = option(
    None, "File for the draft of a lexicon (CSV), to be edited by a person."
  )

  def __post_init__(self):
    validate(self, flag)
    self.check_model()
    self.check_comments()
    if self.scores or self.baseline:
      raise InputError(
        "Expected one model that scores new texts, no table of scores and no baseline. "
        f"Received: {self.scores or self.baseline}."
      )
