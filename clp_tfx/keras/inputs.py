"""What a `CounterfactualModel` is trained on: originals and their counterfactuals."""

from typing import Any, NamedTuple

import keras


class CounterfactualInputs(NamedTuple):
  """A batch of originals together with the counterfactuals that exist.

  Attributes:
    original: Model inputs, a tensor or structure of them, shape `[batch, ...]`.
    counterfactual: Same structure, shape `[pairs, ...]`; `pairs` may be 0 and is
      the number of counterfactuals in the batch, not the number of rows.
    original_row: Int, shape `[pairs]`; counterfactual i was made from row
      `original_row[i]` of `original`.
    pair_weight: Float, shape `[pairs]`; weight of each pair in the counterfactual
      loss, 0 to leave it out.
  """

  original: Any
  counterfactual: Any
  original_row: keras.KerasTensor
  pair_weight: keras.KerasTensor


class PairedPredictions(NamedTuple):
  """Outputs for a batch of `CounterfactualInputs`.

  Attributes:
    original: Float logits, shape `[batch, num_logits]`.
    counterfactual: Float logits, shape `[pairs, num_logits]`.
  """

  original: keras.KerasTensor
  counterfactual: keras.KerasTensor
