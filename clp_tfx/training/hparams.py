"""What a training can be told: the Trainer's `custom_config`."""

import dataclasses
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.options import option, validate

BUILT_IN_MODELS = ("convolution", "bag_of_embeddings", "transformer")
"""Functions of `clp_tfx.training.classifiers`."""
PAIRWISE_LOSSES = ("mse", "mae", "cosine", "jensen_shannon")


@dataclasses.dataclass(frozen=True)
class HParams:
  """Hyperparameters of a training; each field is documented by its `help`.

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  text_feature: str = option("comment_text", "Feature of the text.")
  model_fn: str = option(
    "convolution",
    "The classifier: convolution, bag_of_embeddings, transformer, or the dotted path "
    "of your own build_model(hparams, tf_transform_output).",
  )
  counterfactual_loss_weight: float = option(
    1.0, "Weight of the counterfactual loss; 0 is plain training.", 0
  )
  counterfactual_loss: str = option(
    "mse",
    "Gap between the logits of a pair: squared (mse), absolute (mae), or, for several "
    "classes, cosine or jensen_shannon.",
    choices=PAIRWISE_LOSSES,
  )
  counterfactual_loss_warm_up: float = option(
    1.0, "Epochs over which that weight grows from 0; 0: it is whole from the start.", 0
  )
  counterfactuals: str = option(
    "all",
    "Of a text with several counterfactuals: all, counting as one together, or one, "
    "drawn anew in each epoch.",
    choices=("all", "one"),
  )
  positive_weight: float | str = option(
    1.0,
    "How often a positive example counts in the task loss, or balanced: as much as all "
    "negative ones together.",
    0,
    choices=("balanced",),
  )
  epochs: int = option(5, "Most epochs; training stops early by eval loss.", 1)
  patience: int = option(
    2, "Epochs without a lower eval loss after which training stops.", 1
  )
  batch_size: int = option(64, "Examples per training step.", 1)
  learning_rate: float = option(0.001, "Of Adam.", 0)
  seed: int = option(42, "Fixes training's randomness.", 0)
  base_model: str | None = option(
    None, "File (.keras) of the model that training continues from; new when not given."
  )
  checkpoint_dir: str | None = option(
    None, "Folder for the checkpoint of an unfinished training, of this one alone."
  )
  checkpoint_steps: int = option(
    200, "Training steps between checkpoints; 0: at the end of epochs only.", 0
  )

  def __post_init__(self):
    validate(self)
    if "." not in self.model_fn and self.model_fn not in BUILT_IN_MODELS:
      raise InputError(
        f"Expected the model to be one of {', '.join(BUILT_IN_MODELS)} or a dotted "
        f"path such as my_module.build_model. Received: {self.model_fn!r}."
      )

  @classmethod
  def from_dict(cls, values: dict[str, Any]) -> "HParams":
    """Validates a `custom_config`.

    Args:
      values: By name; what is left out has its default.

    Returns:
      The hyperparameters.

    Raises:
      InputError: If a name is unknown, or a value has the wrong type or is out of
        range.
    """
    known = [field.name for field in dataclasses.fields(cls)]
    if unknown := sorted(set(values) - set(known)):
      raise InputError(
        f"Expected custom_config to have only keys of {known}. Received: {unknown}."
      )
    return cls(**values)

  @property
  def build_model_path(self) -> str:
    """Dotted path of the function that builds the classifier."""
    if "." in self.model_fn:
      return self.model_fn
    return f"clp_tfx.training.classifiers.{self.model_fn}"
