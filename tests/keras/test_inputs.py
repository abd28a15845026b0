import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.keras import (
  CounterfactualInputs,
  average_counterfactuals,
  draw_counterfactuals,
  pad_pairs,
)
from clp_tfx.keras.inputs import draw_pairs


def batch(rows, original_row, weights=None):
  """Originals 0, 1, …; counterfactual i is 100 + i."""
  pairs = len(original_row)
  return CounterfactualInputs(
    original={"x": tf.range(rows)[:, tf.newaxis], "text": tf.fill([rows], "t")},
    counterfactual={
      "x": 100 + tf.range(pairs)[:, tf.newaxis],
      "text": tf.fill([pairs], "c"),
    },
    original_row=tf.constant(original_row, tf.int64),
    pair_weight=tf.constant([1.0] * pairs if weights is None else weights, tf.float32),
  )


@pytest.mark.parametrize(
  ("rows", "pairs", "padded"),
  # Of 16 rows: 2, 4, 8, 16, then multiples of 16. Of 3: 1, 1, 2, 3.
  [(16, 0, 2), (16, 2, 2), (16, 3, 4), (16, 9, 16), (16, 17, 32), (16, 33, 48)]
  + [(3, 0, 1), (3, 2, 2), (3, 3, 3), (3, 4, 6), (0, 0, 0)],
)
def test_pads_to_a_few_sizes(rows, pairs, padded):
  inputs = pad_pairs(batch(rows, [0] * pairs))
  assert inputs.pair_weight.numpy().tolist() == [1.0] * pairs + [0.0] * (padded - pairs)
  assert inputs.original_row.shape == [padded]
  assert inputs.counterfactual["x"].shape == [padded, 1]


def test_padding_repeats_the_first_original():
  inputs = pad_pairs(batch(8, [3, 4, 5]))
  assert inputs.counterfactual["x"].numpy().tolist() == [[100], [101], [102], [0]]
  assert inputs.counterfactual["text"].numpy().tolist() == [b"c", b"c", b"c", b"t"]
  assert inputs.original_row.numpy().tolist() == [3, 4, 5, 0]


def test_batches_of_one_size_have_four_shapes():
  counts = tf.data.Dataset.range(33)
  padded = counts.map(
    lambda pairs: pad_pairs(
      CounterfactualInputs(
        tf.zeros([32, 5]),
        tf.zeros([pairs, 5]),
        tf.zeros([pairs], tf.int32),
        tf.ones([pairs]),
      )
    )
  )
  assert {len(inputs.pair_weight) for inputs in padded} == {4, 8, 16, 32}


def test_averaging_lets_each_original_count_once():
  # Row 0 has three pairs, one of which is left out; row 2 has one with weight 4.
  inputs = average_counterfactuals(batch(3, [0, 2, 0, 0], [1.0, 4.0, 0.0, 3.0]))
  assert inputs.pair_weight.numpy().tolist() == [0.5, 4.0, 0.0, 1.5]


def drawn(seed, epochs=1):
  """Returns the counterfactual drawn for row 0 (100, 101 or 102), 300 times."""
  inputs = batch(3, [0, 0, 0, 2, 1], [1.0, 1.0, 1.0, 2.0, 0.0])
  data = tf.data.Dataset.from_tensors((inputs, tf.zeros([3, 1]))).repeat(300)
  data = draw_counterfactuals(data, seed)
  result = []
  for _ in range(epochs):
    for chosen, _ in data:
      # One pair of row 0, always the pair of row 2, never the one with weight 0.
      assert chosen.original_row.numpy().tolist() == [0, 2]
      assert chosen.pair_weight.numpy().tolist() == [1.0, 2.0]
      x = chosen.counterfactual["x"].numpy().ravel().tolist()
      assert x[1] == 103
      result.append(x[0])
  return result


def test_draws_one_counterfactual_per_original_and_step():
  counts = np.bincount(np.array(drawn(seed=1)) - 100)
  assert len(counts) == 3
  assert counts.min() >= 70  # 100 expected, standard deviation 8.


def test_draws_follow_the_seed_and_differ_between_epochs():
  two_epochs = drawn(seed=2, epochs=2)
  assert two_epochs == drawn(seed=2, epochs=2)
  assert two_epochs[:300] != two_epochs[300:]
  assert two_epochs[:300] != drawn(seed=3)


def some_drawn(most, seed=1):
  """Returns the counterfactuals drawn, of five with one of weight 0, 300 times."""
  inputs = batch(3, [0, 0, 0, 2, 1], [1.0, 1.0, 1.0, 2.0, 0.0])
  data = tf.data.Dataset.from_tensors((inputs, tf.zeros([3, 1]))).repeat(300)
  result = []
  for chosen, _ in draw_pairs(data, most, seed):
    made = (chosen.counterfactual["x"].numpy().ravel() - 100).astype(int)
    rows = np.array([0, 0, 0, 2, 1])[made]
    assert chosen.original_row.numpy().tolist() == rows.tolist()
    weights = np.array([1.0, 1.0, 1.0, 2.0, 0.0])[made]
    assert chosen.pair_weight.numpy().tolist() == weights.tolist()
    result.append(made.tolist())
  return result


def test_some_pairs_are_drawn_alike_and_in_their_order():
  pairs = some_drawn(2)
  assert all(len(some) == 2 and some == sorted(some) for some in pairs)
  counts = np.bincount(sum(pairs, []))
  assert len(counts) == 4
  assert counts.min() >= 120  # 150 expected, standard deviation 9.
  assert pairs == some_drawn(2) != some_drawn(2, seed=2)


def test_fewer_pairs_than_allowed_are_all_kept():
  assert some_drawn(4) == some_drawn(9) == [[0, 1, 2, 3]] * 300
