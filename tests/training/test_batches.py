import tensorflow_transform as tft

from clp_tfx.training.batches import read_batches


def batches(transformed, **kwargs):
  output = tft.TFTransformOutput(transformed[0])
  spec = output.transformed_feature_spec()
  return list(read_batches([transformed[1]], spec, **kwargs))


def test_texts_become_token_ids(transformed):
  vocabulary = tft.TFTransformOutput(transformed[0]).vocabulary_by_name("tokens")
  # Lower case, punctuation apart, at most 6 tokens: "a gay bar , a gay". A batch is in
  # the order of length: "", "fine", "he and she", "A GAY bar, …".
  assert set(vocabulary) == {b"a", b"gay", b"bar", b",", b"fine", b"he", b"and", b"she"}
  ((inputs, labels, weights),) = batches(transformed, batch_size=4)
  known = {word: i + 1 for i, word in enumerate(vocabulary)}
  words = [b"a", b"gay", b"bar", b",", b"a", b"gay"]
  assert inputs.original[3].numpy().tolist() == [known[word] for word in words] + [0]
  # "day" is beyond the six tokens of its text: out of vocabulary, the last id.
  counterfactual = [known[b"a"], known[b"bar"], known[b","], known[b"a"], 9, 0, 0]
  assert inputs.counterfactual[2].numpy().tolist() == counterfactual
  assert inputs.original_row.numpy().tolist() == [2, 2, 3]
  assert inputs.pair_weight.numpy().tolist() == [1, 1, 1]
  assert labels.numpy().tolist() == [[0], [0], [0], [1]]
  assert weights.numpy().tolist() == [[1], [1], [0], [1]]


def test_batches_without_pairs_and_without_tokens(transformed):
  second = batches(transformed, batch_size=1)[1][0]
  assert second.counterfactual.shape == (0, 2)
  first = batches(transformed, batch_size=1)[0][0]
  assert first.original.numpy().tolist() == [[0]]
