import math

import numpy as np
import pytest
from tensorflow_model_analysis.metrics.binary_confusion_matrices import Matrices

from clp_tfx.tfma.auc import DefinedAUC


def auc(tp, tn, fp, fn):
  counts = (np.array(each, float) for each in (tp, tn, fp, fn))  # As TFMA sums them.
  matrices = Matrices([-1.0, 0.5, 2.0], *counts)
  options = {"curve": "ROC", "summation_method": "interpolation"}
  return DefinedAUC()._metric_value(key=None, matrices=matrices, **options)


def test_both_classes():
  # Two positives above .5, one negative below it.
  assert auc([2, 2, 0], [0, 1, 1], [1, 0, 0], [0, 0, 2]) == pytest.approx(1)


@pytest.mark.parametrize(
  "matrices",
  [
    ([2, 2, 0], [0, 0, 0], [0, 0, 0], [0, 0, 2]),  # positives alone
    ([0, 0, 0], [0, 1, 1], [1, 0, 0], [0, 0, 0]),  # negatives alone
    ([0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]),  # nothing labelled
  ],
)
def test_one_class_is_not_a_number(matrices):
  assert math.isnan(auc(*matrices))
