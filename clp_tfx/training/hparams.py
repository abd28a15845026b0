"""Training hyperparameters: the Trainer's `custom_config`."""

import dataclasses
from typing import Any, ClassVar

from clp_tfx.errors import InputError
from clp_tfx.options import (
  Options,
  TextColumn,
  check_labels,
  check_unused,
  names_of,
  option,
)

ENCODER = "encoder"
"""The model on a pretrained encoder, a function of `clp_tfx.training.encoders`."""
SMALL_MODELS = ("convolution", "bag_of_embeddings", "transformer")
"""Functions of `clp_tfx.training.classifiers`."""
BUILT_IN_MODELS = (*SMALL_MODELS, ENCODER)
# Without cosine: most classifiers have one logit, and the cosine of two numbers is
# always 1 or -1.
PAIRWISE_LOSSES = ("mse", "mae", "jensen_shannon")
_OF_POSITIVES = ("decision_threshold", "positive_weight", "positive_pair_weight")
"""Options that mean something only if a decision is positive or negative."""


def _check_model(model_fn: str) -> None:
  if "." not in model_fn and model_fn not in BUILT_IN_MODELS:
    raise InputError(
      f"Expected the model to be one of {', '.join(BUILT_IN_MODELS)} or a dotted "
      f"path such as my_module.build_model. Received: {model_fn!r}."
    )


def _check_optimizer(optimizer: dict[str, Any]) -> None:
  keys = {"class_name", "config", "module", "registered_name"}
  if (
    not isinstance(optimizer.get("class_name"), str)
    or not isinstance(optimizer.get("config", {}), dict)
    or not optimizer.keys() <= keys
  ):
    raise InputError(
      "Expected the optimizer as Keras serialises it, a class_name and a config, such "
      'as {"class_name": "AdamW", "config": {"weight_decay": 0.01}}. '
      f"Received: {optimizer!r}."
    )


def _check_padding(padding: dict[str, Any]) -> None:
  for name, given in padding.items():
    known = isinstance(given, dict) and given.keys() <= {"value", "maximum"}
    maximum = given.get("maximum", 1) if known else None
    if not known or isinstance(maximum, bool) or not isinstance(maximum, int):
      maximum = 0
    if maximum < 1 or not isinstance(given.get("value", 0), int | float | str):
      raise InputError(
        "Expected padding as a value and a maximum of at least 1 per input, such as "
        f'{{"ids": {{"value": 1, "maximum": 128}}}}. Received: {given!r} for {name}.'
      )


@dataclasses.dataclass(frozen=True)
class DecisionThreshold(Options):
  """The threshold for decisions in training, in evaluation and at the gate."""

  decision_threshold: float | dict = option(
    0.5, "A score above it is a positive decision.", 0, 1, exclusive=True, by_label=True
  )


@dataclasses.dataclass(frozen=True)
class FitOptions(Options):
  """The classifier and how to train it; each field is documented by its `help`."""

  model_fn: str = option(
    "convolution",
    "The classifier: convolution, bag_of_embeddings, transformer, encoder (with "
    "--encoder), or the dotted path of your own build_model(hparams, "
    "tf_transform_output).",
    check=_check_model,
  )
  encoder: str | None = option(
    None,
    "Folder of a pretrained BERT or RoBERTa, in the layout of Hugging Face or a preset "
    "of KerasHub, for --model-fn encoder; it brings its own tokenizer. Or the name or "
    "handle of a preset, which KerasHub fetches once.",
  )
  encoder_layers_trained: int | None = option(
    None,
    "How many of the encoder's last layers are trained; 0 for none. Default: all, and "
    "its embeddings.",
    0,
  )
  max_tokens: int | None = option(
    None,
    "Maximum tokens per text; the rest is cut off. Default: 512, with an encoder 128.",
    1,
  )
  padding: dict | None = option(
    None,
    "What the end of shorter rows of a model input is filled with, and the length at "
    'which its rows are cut, by name: {"ids": {"value": 1, "maximum": 128}}. Default: '
    "0 or an empty text, not cut.",
    check=_check_padding,
  )
  input_features: tuple[str, ...] = option(
    (),
    "Further column that inputs_fn gets beside the text, the same on both sides of a "
    "pair; repeat for each.",
    check=lambda name: (name,),
  )
  counterfactual_loss_weight: float | dict = option(
    1.0, "Weight of the counterfactual loss; 0 is plain training.", 0, by_label=True
  )
  positive_pair_weight: float = option(
    1.0,
    "Weight of the pairs of a positive comment, relative to other pairs. Below 1, an "
    "insult may lose part of its score with the identity term; 0 trains on the pairs "
    "of other comments only. Of several labels, one that is positive is enough.",
    0,
  )
  counterfactual_loss: str = option(
    "mse",
    "Gap between the logits of a pair: squared (mse), absolute (mae) or the "
    "divergence of their distributions (jensen_shannon).",
    choices=PAIRWISE_LOSSES,
  )
  counterfactual_loss_warm_up: float = option(
    1.0,
    "Epochs over which that weight grows from 0; 0 for the full weight at once.",
    0,
  )
  counterfactuals: str = option(
    "all",
    "For a text with several counterfactuals, train on all, which together count as "
    "one, or on one, drawn anew in each epoch.",
    choices=("all", "one"),
  )
  max_pairs: int | None = option(
    None,
    "Most pairs per training step, drawn anew in each epoch, which bounds its time and "
    "memory. Default: all pairs of its batch.",
    1,
  )
  positive_weight: float | str | dict = option(
    1.0,
    "Weight of a positive example in the task loss, or balanced: positive and "
    "negative examples have the same total weight.",
    0,
    choices=("balanced",),
    by_label=True,
  )
  epochs: int = option(
    5, "Maximum epochs; training stops early when the eval loss stops falling.", 1
  )
  patience: int = option(
    2, "Epochs without a lower eval loss before training stops.", 1
  )
  batch_size: int = option(64, "Examples per training step.", 1)
  optimizer: dict | None = option(
    None,
    "Optimizer as keras.optimizers.serialize returns it, a class_name and a config, "
    "with any rate schedule, weight decay and clipping. Default: the one that "
    "--model-fn compiles into its model, otherwise Adam, for an encoder AdamW.",
    check=_check_optimizer,
  )
  learning_rate: float | None = option(
    None,
    "Learning rate. Default: 0.001 for Adam, 0.03 for a frozen encoder, 0.00003 for "
    "one that is trained, otherwise the optimizer's.",
    0,
  )
  mixed_precision: str | None = option(
    None,
    "Keras's dtype policy while the model is trained: computes in half precision, and "
    "keeps weights, losses and the exported model in float32. Default: all in float32.",
    choices=("mixed_float16", "mixed_bfloat16"),
  )
  jit_compile: bool = option(
    False,
    "Compile the training step with XLA. Without it, Keras does so where there is "
    "exactly one GPU.",
  )
  strategy: str = option(
    "none",
    "mirrored: train on all GPUs of the machine, which share each batch. none: on one.",
    choices=("none", "mirrored"),
  )
  seed: int = option(42, "Seed of all randomness in training.", 0)
  base_model: str | None = option(
    None, "Model (.keras file) to continue training; by default, a new model."
  )
  checkpoint_steps: int | None = option(
    None,
    "Training steps between checkpoints; 0 for one per epoch. Default: one each half "
    "minute, or less often if a large model takes more than 2% of the time to save.",
    0,
  )

  def __post_init__(self):
    super().__post_init__()
    if (self.encoder is None) == (self.model_fn == ENCODER):
      raise InputError(
        "Expected model_fn encoder together with encoder, the folder of one. Received: "
        f"model_fn {self.model_fn} and encoder {self.encoder}."
      )
    if self.encoder and self.max_tokens is not None and self.max_tokens < 3:
      raise InputError(
        "Expected max_tokens of at least 3 with an encoder, which takes two of them "
        f"for the ends of a text. Received: {self.max_tokens}."
      )
    if self.encoder_layers_trained is not None and self.encoder is None:
      raise InputError(
        "Expected encoder_layers_trained together with an encoder. Received: "
        f"{self.encoder_layers_trained} and none; leave it out."
      )
    if self.jit_compile and self.strategy != "none":
      raise InputError(
        "Expected no jit_compile with strategy mirrored, whose devices exchange values "
        "within a step. Received: both; leave one out."
      )
    if self.mixed_precision and self.base_model:
      raise InputError(
        "Expected no mixed_precision with a base model, whose layers are saved in "
        f"float32. Received: {self.mixed_precision} and {self.base_model}; leave one "
        "out."
      )
    config = (self.optimizer or {}).get("config", {})
    if self.learning_rate is not None and "learning_rate" in config:
      raise InputError(
        f"Expected one learning rate. Received: {config['learning_rate']!r} in the "
        f"optimizer's config and learning_rate {self.learning_rate}; leave one out."
      )


@dataclasses.dataclass(frozen=True)
class HParams(FitOptions, TextColumn, DecisionThreshold):
  """Training hyperparameters; each field is documented by its `help`.

  Example:
    >>> HParams.from_dict({"epochs": 3, "counterfactual_loss_weight": 0.3}).epochs
    3

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  BY_LABEL: ClassVar[bool] = True

  label_names: tuple[str, ...] = option(
    (), "Names of the labels, each that of an output; none for a single output."
  )
  classes: tuple[str, ...] = option(
    (),
    "Names of the label's classes, each that of a logit; none for a label in [0, 1].",
  )
  flip_tolerance: float | None = option(
    None, "Distance of two scores above which a pair flips, for a label that is a "
    "number of any size.", 0
  )  # fmt: skip
  checkpoint_dir: str | None = option(
    None, "Folder for this training's checkpoint, used by no other training."
  )

  def __post_init__(self):
    super().__post_init__()
    check_labels(self, self.label_names)
    if self.classes:
      check_unused(self, "classes", _OF_POSITIVES)
    if self.is_rating:
      check_unused(self, "flip_tolerance", (*_OF_POSITIVES, "classes"))
      if self.counterfactual_loss == "jensen_shannon":
        raise InputError(
          "Expected counterfactual_loss mse or mae with --flip-tolerance, because "
          "scores are no probabilities. Received: jensen_shannon."
        )
    if self.max_tokens is None:
      object.__setattr__(self, "max_tokens", 128 if self.encoder else 512)
    if self.optimizer is None and self.learning_rate is None:
      rate = 0.001
      if self.encoder:
        rate = 0.00003 if self.encoder_layers_trained != 0 else 0.03
      object.__setattr__(self, "learning_rate", rate)

  @classmethod
  def from_dict(cls, values: dict[str, Any]) -> "HParams":
    """Validates a `custom_config`.

    Args:
      values: Values by name; missing ones get their default.

    Returns:
      The hyperparameters.

    Raises:
      InputError: If a name is unknown, or a value has the wrong type or is out of
        range.
    """
    known = list(names_of(cls))
    if unknown := sorted(set(values) - set(known)):
      raise InputError(
        f"Expected custom_config to have only the keys {known}. Received: {unknown}."
      )
    return cls(**values)

  @property
  def is_rating(self) -> bool:
    """Whether the label is a number of any size."""
    return self.flip_tolerance is not None

  @property
  def num_logits(self) -> int:
    """The number of logits of each output."""
    return len(self.classes) or 1

  @property
  def build_model_path(self) -> str:
    """Dotted path of the function that builds the classifier."""
    if "." in self.model_fn:
      return self.model_fn
    module = "encoders" if self.model_fn == ENCODER else "classifiers"
    return f"clp_tfx.training.{module}.{self.model_fn}"
