import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_model_analysis.metrics.binary_confusion_matrices import (
  Matrices,
  binary_confusion_matrices,
)
from tensorflow_model_analysis.metrics.calibration_histogram import Bucket

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


@given(
  st.dictionaries(
    st.integers(0, 10001),
    st.tuples(st.floats(0, 9), st.floats(0, 9)),
    max_size=20,
  ),
  st.sampled_from([2, 3, 200, 10000]),
)
def test_the_sums_of_tfma_to_the_digit(sums, num_thresholds):
  # By score, the weights of positive and negative texts.
  buckets = [
    Bucket(place, positive, 0.0, positive + negative)
    for place, (positive, negative) in sorted(sums.items())
  ]
  options = {"num_thresholds": num_thresholds}
  histogram, theirs = binary_confusion_matrices(**options)
  binned, ours, _ = DefinedAUC(**options).computations()
  assert ours.keys == theirs.keys
  totals = {
    each.bucket_id: (each.weighted_labels, each.weighted_examples) for each in buckets
  }
  (expected,) = theirs.result({histogram.keys[0]: buckets}).values()
  (found,) = ours.result({binned.keys[0]: totals}).values()
  assert found == expected
