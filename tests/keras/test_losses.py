import keras
import numpy as np
import pytest

from clp_tfx.keras import (
  PairwiseAbsoluteDifferenceLoss,
  PairwiseMSELoss,
  pairwise_absolute_difference,
  pairwise_mean_squared_error,
)

ORIGINAL = [[1.0, 2.0], [3.0, 0.0]]
COUNTERFACTUAL = [[0.0, 4.0], [3.0, 0.0]]


def test_mean_squared_error_per_pair():
  # Row 0: (1² + 2²) / 2 = 2.5; row 1 is identical: 0.
  loss = pairwise_mean_squared_error(np.array(ORIGINAL), np.array(COUNTERFACTUAL))
  assert loss.numpy().tolist() == [2.5, 0.0]


def test_absolute_difference_per_pair():
  # Row 0: (1 + 2) / 2 = 1.5; row 1: 0.
  loss = pairwise_absolute_difference(np.array(ORIGINAL), np.array(COUNTERFACTUAL))
  assert loss.numpy().tolist() == [1.5, 0.0]


@pytest.mark.parametrize(
  ("loss_class", "expected"),
  [(PairwiseMSELoss, 1.25), (PairwiseAbsoluteDifferenceLoss, 0.75)],
)
def test_classes_average_over_pairs(loss_class, expected):
  assert float(loss_class()(ORIGINAL, COUNTERFACTUAL)) == expected


@pytest.mark.parametrize(
  "loss_class", [PairwiseMSELoss, PairwiseAbsoluteDifferenceLoss]
)
def test_classes_survive_serialisation(loss_class):
  loss = loss_class(name="mine", reduction="sum")
  copy = keras.saving.deserialize_keras_object(
    keras.saving.serialize_keras_object(loss)
  )
  assert type(copy) is loss_class
  assert (copy.name, copy.reduction) == ("mine", "sum")
