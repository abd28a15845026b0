"""Options of the generator and of CounterfactualGen."""

import dataclasses
import importlib
from collections.abc import Callable

from clp_tfx.errors import InputError
from clp_tfx.options import LabelColumn, Options, option

METHODS = (
  "ablation",
  "ablation_by_group",
  "ablation_by_term",
  "neutral",
  "substitution",
  "substitution_within_group",
)
"""Methods of generating counterfactuals; see `CounterfactualGenerator`."""


def _check_function(path: str) -> None:
  if path and "." not in path:
    raise InputError(
      "Expected the counterfactual function to be a dotted path such as "
      f"my_module.rewrite. Received: {path!r}."
    )


@dataclasses.dataclass(frozen=True)
class EditingOptions(Options):
  """How counterfactuals are generated; each field is documented by its `help`."""

  identity_terms: str = option("identity_en", "Lexicon: a built-in name or a CSV file.")
  pejorative_terms: str = option(
    "pejorative_en",
    "Lexicon of pejorative terms, which exclude a text: a built-in name or a CSV file; "
    "empty for none.",
  )
  method: str = option(
    "ablation", "How counterfactuals are generated.", choices=METHODS
  )
  max_counterfactuals: int = option(4, "Maximum number of counterfactuals per text.", 1)
  counterfactual_fn: str = option(
    "",
    "Dotted path of your own function to use instead of the method. It takes a text "
    "with identity terms and returns a list of counterfactual texts.",
    check=_check_function,
  )


@dataclasses.dataclass(frozen=True)
class CounterfactualOptions(EditingOptions):
  """How counterfactuals are generated, and which ones are used in training."""

  min_confidence: float = option(
    0.0,
    "Drop counterfactuals with an edit of lower confidence; a pipeline drops them from "
    "training only.",
    0,
    1,
  )
  only_when_label_below: float | None = option(
    None,
    "Train only on pairs whose original has a label below this, such as 0.5; of "
    "several labels, all have to be.",
  )
  also_edited: tuple[str, ...] = option(
    (),
    "Further column, such as one of categories, whose terms are edited together with "
    "those of the text; repeat for each.",
    check=lambda name: (name,),
  )
  no_match: str = option(
    "fail",
    "What to do if no text contains a term of the lexicon.",
    choices=("fail", "allow"),
  )


@dataclasses.dataclass(frozen=True)
class GeneratorOptions(CounterfactualOptions, LabelColumn):
  """Configuration of CounterfactualGen; each field is documented by its `help`.

  Example:
    >>> GeneratorOptions(method="neutral").max_counterfactuals
    4

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  def __post_init__(self):
    super().__post_init__()
    if self.text_feature in self.also_edited:
      raise InputError(
        "Expected also_edited to be other columns than that of the text, which is "
        f"edited anyway. Received: {self.text_feature!r}; leave it out."
      )
    if self.also_edited and self.counterfactual_fn:
      raise InputError(
        "Expected no also_edited with a counterfactual function, which edits texts "
        f"only. Received: {', '.join(self.also_edited)}; leave one out."
      )

  @property
  def function_module(self) -> str:
    """Module of `counterfactual_fn`; empty if there is no function."""
    return self.counterfactual_fn.rpartition(".")[0]

  def load_function(self) -> Callable[[str], list[str]] | None:
    """Imports `counterfactual_fn`.

    Raises:
      InputError: If it cannot be imported.
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
