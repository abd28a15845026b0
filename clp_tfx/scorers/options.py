"""Options that say how to call a model and what its scores are."""

import dataclasses
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.options import TextColumn, flag, names_of, option

PROBABILITY, LOGIT = "probability", "logit"

FORMS = (
  "the folder of a SavedModel, a .keras file, the dotted path of a function from a "
  "list of texts to scores, the URL of an endpoint, or a table with scores"
)
"""What a model can be, for help and errors."""

OTHER_FILES = {
  **dict.fromkeys(("h5", "hdf5"), "a Keras file of an old format"),
  **dict.fromkeys(("pt", "pth", "ckpt"), "a file of PyTorch"),
  **dict.fromkeys(("pkl", "pickle", "joblib"), "a Python pickle"),
  **{"onnx": "a file of ONNX", "safetensors": "a file of weights"},
  **{"tflite": "a file of TensorFlow Lite", "py": "a file of Python code"},
}
"""What files are that people may give for a model, by ending."""


@dataclasses.dataclass(frozen=True)
class ScoringOptions(TextColumn):
  """How models are called; each field is documented by its `help`.

  Example:
    >>> ScoringOptions(score_kind="logit").scoring["score_kind"]
    'logit'
  """

  signature: str | None = option(
    None, "Signature of a SavedModel, from texts or serialised tf.Examples to scores, "
    "or of a model in TensorFlow Serving, from texts. Default: serving_default, or the "
    "only one."
  )  # fmt: skip
  score_output: str | None = option(
    None, "Output with the score, if a model has several."
  )
  score_kind: str = option(
    PROBABILITY, "What the models' scores are: probabilities, or logits, of which the "
    "sigmoid or, with --positive-class, the softmax is taken.",
    choices=(PROBABILITY, LOGIT),
  )  # fmt: skip
  positive_class: int | None = option(
    None, "Number, from 0, of the class whose score counts, for models that return one "
    "per class.", 0
  )  # fmt: skip
  timeout: float = option(
    60.0, "Seconds to wait for an answer of an endpoint, before another attempt.", 0,
    exclusive=True,
  )  # fmt: skip

  @property
  def scoring(self) -> dict[str, Any]:
    """The arguments of `TextScorer` besides the model."""
    return {name: getattr(self, name) for name in names_of(ScoringOptions)}


@dataclasses.dataclass(frozen=True)
class ModelOptions(ScoringOptions):
  """The models to measure; each field is documented by its `help`."""

  model: str = option("", f"The model: {FORMS}.")
  scores: str | None = option(
    None, "File with the scores of a model that runs elsewhere, instead of MODEL: "
    "the table that clp-tfx generate wrote, with a column `score` added."
  )  # fmt: skip
  endpoint: str | None = option(
    None, "URL of an HTTP endpoint that serves the model, instead of MODEL: TensorFlow "
    "Serving's or Vertex's, which takes {\"instances\": [TEXT, ...]} and answers "
    "{\"predictions\": [SCORE, ...]}."
  )  # fmt: skip
  baseline: str | None = option(
    None, "Model to compare with: a folder, file, function or endpoint, as for MODEL."
  )

  @property
  def candidate(self) -> str:
    """The model, however it is given."""
    return self.model or self.scores or self.endpoint or ""

  def check_model(self) -> None:
    """Checks that one model is given.

    Raises:
      InputError: If it is none or several.
    """
    given = [each for each in (self.model, self.scores, self.endpoint) if each]
    if not given:
      raise InputError(f"No model is given: give {FORMS}.")
    if len(given) > 1:
      raise InputError(
        f"Expected one model. Received: {' and '.join(given)}; give only one of MODEL, "
        f"{flag('scores')} and {flag('endpoint')}."
      )
    if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
      raise InputError(
        f"Expected {flag('endpoint')} to be a URL with http:// or https://. Received: "
        f"{self.endpoint}."
      )
