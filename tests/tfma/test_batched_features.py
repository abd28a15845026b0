import numpy as np
import tensorflow_model_analysis as tfma
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.tfma.batched_features import rows_of


@given(st.lists(st.lists(st.binary(max_size=2), max_size=3), min_size=1), st.data())
def test_rows_of_lists_are_those_of_tfma(lists, data):
  every = [np.array(values, object) for values in lists]
  chosen = data.draw(st.lists(st.integers(0, len(lists) - 1), min_size=1))
  of_lists = tfma.types.VarLenTensorValue.from_dense_rows
  found = rows_of(of_lists(every), np.array(chosen))
  expected = of_lists([every[row] for row in chosen])
  for mine, theirs in zip(found, expected, strict=True):
    np.testing.assert_array_equal(mine, theirs)
