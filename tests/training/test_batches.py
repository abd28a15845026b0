import pytest
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.training.batches import read_batches, totals


def batches(transformed, **kwargs):
  output = tft.TFTransformOutput(transformed[0])
  spec = output.transformed_feature_spec()
  return list(read_batches([transformed[1]], spec, **kwargs))


def test_texts_become_token_ids(transformed):
  vocabulary = tft.TFTransformOutput(transformed[0]).vocabulary_by_name("tokens")
  # Lower case, separate punctuation, at most 6 tokens: "a gay bar , a gay". A batch is
  # sorted by length: "", "fine", "he and she", "A GAY bar, …".
  assert set(vocabulary) == {b"a", b"gay", b"bar", b",", b"fine", b"he", b"and", b"she"}
  ((inputs, labels, weights),) = batches(transformed, batch_size=4)
  known = {word: i + 1 for i, word in enumerate(vocabulary)}
  words = [b"a", b"gay", b"bar", b",", b"a", b"gay"]
  assert inputs.original[3].numpy().tolist() == [known[word] for word in words]
  # "day" is beyond the six tokens of its text: out of vocabulary, the last id.
  counterfactual = [known[b"a"], known[b"bar"], known[b","], known[b"a"], 9, 0]
  assert inputs.counterfactual[2].numpy().tolist() == counterfactual
  assert inputs.original_row.numpy().tolist() == [2, 2, 3]
  # "he and she" has two counterfactuals, which count as one.
  assert inputs.pair_weight.numpy().tolist() == [0.5, 0.5, 1]
  assert labels.numpy().tolist() == [[0], [0], [0], [1]]
  assert weights.numpy().tolist() == [[1], [1], [0], [1]]


def test_batches_without_pairs_and_without_tokens(transformed):
  (first, *_), (second, *_), *_ = batches(transformed, batch_size=1)
  assert second.counterfactual.shape == (0, 1)
  assert first.original.numpy().tolist() == [[0]]


def test_one_counterfactual_is_drawn_by_the_seed(transformed):
  def drawn(seed):
    ((inputs, *_),) = batches(transformed, batch_size=4, draw=True, shuffle_seed=seed)
    assert inputs.pair_weight.numpy().tolist() == [1, 1]
    return inputs.counterfactual.numpy().tolist()

  first = drawn(0)
  assert drawn(0) == first
  # The pair of "A GAY bar" and the other one of "he and she". Which seeds
  # draw it depends on the order in which Transform wrote the records.
  others = (drawn(seed) for seed in range(1, 30))
  assert any(other != first for other in others)


def test_pairs_of_a_batch_are_bounded(transformed):
  def pairs(**drawing):
    ((inputs, *_),) = batches(transformed, batch_size=4, **drawing)
    return inputs.pair_weight.numpy().tolist()

  assert pairs(max_pairs=3) == pairs() == [0.5, 0.5, 1]
  assert len(pairs(max_pairs=2)) == 2
  # After the draw of one per text; padding is no pair.
  assert pairs(max_pairs=1, draw=True, few_shapes=True) == [1]


def test_batches_that_are_skipped_change_nothing_for_the_others(transformed):
  for drawing in ({}, {"draw": True}, {"max_pairs": 1}):
    every = batches(transformed, batch_size=1, shuffle_seed=3, **drawing)
    rest = batches(transformed, batch_size=1, shuffle_seed=3, **drawing, skip=2)
    assert len(rest) == 2
    for one, other in zip(every[2:], rest, strict=True):
      assert one[0].original.numpy().tolist() == other[0].original.numpy().tolist()
      pairs = [batch[0].counterfactual.numpy().tolist() for batch in (one, other)]
      assert pairs[0] == pairs[1]


def test_positive_examples_weigh_more_and_unlabelled_ones_nothing(transformed):
  ((_, labels, weights),) = batches(transformed, batch_size=4, positive_weight=2.5)
  assert labels.numpy().tolist() == [[0], [0], [0], [1]]
  assert weights.numpy().tolist() == [[1], [1], [0], [2.5]]


def test_pairs_of_positive_examples_weigh_less(transformed):
  ((inputs, *_),) = batches(transformed, batch_size=4, positive_pair_weight=0.25)
  # The two pairs of "he and she", which count as one, and that of the positive bar.
  assert inputs.original_row.numpy().tolist() == [2, 2, 3]
  assert inputs.pair_weight.numpy().tolist() == [0.5, 0.5, 0.25]


def test_pairs_without_weight_are_not_drawn(transformed):
  ((inputs, *_),) = batches(
    transformed, batch_size=4, positive_pair_weight=0.0, draw=True, shuffle_seed=1
  )
  assert inputs.pair_weight.numpy().tolist() == [1]


def test_balanced_labels(transformed):
  spec = tft.TFTransformOutput(transformed[0]).transformed_feature_spec()
  # Two negative examples, one positive, one without a label.
  seen = totals([transformed[1]], spec, [""])
  assert (seen.examples, seen.positive, seen.negative) == (4, {"": 1}, {"": 2})
  assert seen.balanced_weight("") == 2.0
  with pytest.raises(InputError, match="0 positive and 0 negative"):
    totals([], spec, [""]).balanced_weight("")


def test_few_shapes_where_steps_are_compiled(transformed):
  padded = [
    inputs for inputs, *_ in batches(transformed, batch_size=1, few_shapes=True)
  ]
  shapes = {(each.original.shape[1], each.counterfactual.shape) for each in padded}
  # One row: one pair, or the two of "he and she"; the padding has no weight.
  assert shapes == {(32, (1, 32)), (32, (2, 32))}
  assert padded[0].pair_weight.numpy().tolist() == [0]


@pytest.mark.parametrize("few_shapes", [False, True])
def test_a_model_of_as_many_positions_as_tokens_are_kept(transformed, few_shapes):
  # "A GAY bar, a GAY day" has seven tokens, of which six are kept.
  ((inputs, *_),) = batches(
    transformed, batch_size=4, few_shapes=few_shapes, max_tokens=6
  )
  assert inputs.original.shape[1] == inputs.counterfactual.shape[1] == 6
  for inputs, *_ in batches(
    transformed, batch_size=1, few_shapes=few_shapes, max_tokens=6
  ):
    assert 1 <= inputs.original.shape[1] <= 6


def test_tokens_beyond_those_that_were_meant_to_be_kept_stay(transformed):
  # A preprocessing_fn of a user's own need not heed the option.
  ((inputs, *_),) = batches(transformed, batch_size=4, few_shapes=True, max_tokens=4)
  assert inputs.original.shape[1] == 6
