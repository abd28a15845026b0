"""What CounterfactualGen can be told, beside the lexicon."""

import dataclasses
import importlib
from collections.abc import Callable

from clp_tfx.counterfactuals.generator import (
  DEFAULT_MAX_COUNTERFACTUALS,
  DEFAULT_PEJORATIVE_TERMS,
  METHODS,
)
from clp_tfx.errors import InputError
from clp_tfx.options import option, validate

DEFAULT_IDENTITY_TERMS = "gender_and_sexual_orientation"
NO_MATCH = ("fail", "allow")


@dataclasses.dataclass(frozen=True)
class GeneratorOptions:
  """How counterfactuals are made; each field is documented by its `help`.

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  text_feature: str = option("comment_text", "Feature of the text.")
  method: str = option("ablation", "How counterfactuals are made.", choices=METHODS)
  max_counterfactuals: int = option(
    DEFAULT_MAX_COUNTERFACTUALS, "Most counterfactuals of a text.", 1
  )
  pejorative_terms: str = option(
    DEFAULT_PEJORATIVE_TERMS,
    "Lexicon of more terms that make a text ineligible: a built-in name or a CSV file.",
  )
  counterfactual_fn: str = option(
    "",
    "Dotted path of your own function in place of the method: a text in, a list of "
    "counterfactual texts out; called for texts with terms.",
  )
  min_confidence: float = option(
    0.0, "Training pairs with an edit of a lower confidence are dropped.", 0, 1
  )
  only_when_label_below: float | None = option(
    None, "Train only on pairs of texts with a label below this, such as 0.5."
  )
  label_feature: str = option("toxicity", "Feature of the label.")
  no_match: str = option(
    "fail", "What to do when no text has a term of the lexicon.", choices=NO_MATCH
  )

  def __post_init__(self):
    validate(self)
    if self.counterfactual_fn and "." not in self.counterfactual_fn:
      raise InputError(
        "Expected the counterfactual function to be a dotted path such as "
        f"my_module.rewrite. Received: {self.counterfactual_fn!r}."
      )

  @classmethod
  def names(cls) -> tuple[str, ...]:
    """Returns the names of the fields."""
    return tuple(field.name for field in dataclasses.fields(cls))

  @property
  def function_module(self) -> str:
    """Module of `counterfactual_fn`; empty without one."""
    return self.counterfactual_fn.rpartition(".")[0]

  def load_function(self) -> Callable[[str], list[str]] | None:
    """Imports `counterfactual_fn`.

    Raises:
      InputError: If there is no such function.
    """
    if not self.counterfactual_fn:
      return None
    module, _, name = self.counterfactual_fn.rpartition(".")
    try:
      return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
      raise InputError(
        f"Expected {self.counterfactual_fn!r} to be a function that Python can import, "
        f"but there is none ({error}): give a dotted path."
      ) from error
