import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.keras import (
  CounterfactualModel,
  CounterfactualPackedInputs,
  PairwiseMSELoss,
  build_counterfactual_dataset,
  pack_counterfactual_data,
)

TEXTS = ["a gay man", "nothing here", "Gay!", "batman and others", "two\ngay lines"]
WITHOUT = {"a gay man": "a man", "Gay!": "!", "two\ngay lines": "two\nlines"}


def examples(texts=TEXTS):
  return tf.data.Dataset.from_tensor_slices((texts, [1.0] * len(texts)))


def pairs(dataset):
  """Returns all pairs as (original, counterfactual, weight)."""
  found = []
  for original, counterfactual, weight in dataset:
    rows = zip(*map(np.atleast_1d, (original, counterfactual, weight)), strict=True)
    found += [(a.decode(), b.decode(), float(c)) for a, b, c in rows]
  return found


EXPECTED = [(text, edited, 1.0) for text, edited in WITHOUT.items()]


@pytest.mark.parametrize("batch_size", [None, 1, 2, 100])
def test_only_examples_with_a_term_make_pairs(batch_size):
  data = examples() if batch_size is None else examples().batch(batch_size)
  built = build_counterfactual_dataset(data, sensitive_terms_to_remove=["gay"])
  assert pairs(built) == EXPECTED
  assert pairs(built) == EXPECTED  # the next epoch


def test_a_column_of_texts_and_a_lexicon():
  data = examples().batch(3).map(lambda text, label: (text[:, tf.newaxis], label))
  built = build_counterfactual_dataset(
    data, IdentityTerms.load("gender_and_sexual_orientation")
  )
  originals = [row for original, *_ in built for row in original.numpy().tolist()]
  assert originals == [[b"a gay man"], [b"Gay!"], [b"two\ngay lines"]]


@pytest.mark.parametrize("batch_size", [None, 2])
def test_other_features_go_along(batch_size):
  data = examples().map(
    lambda text, label: ({"text": text, "length": tf.strings.length(text)}, label)
  )
  data = data if batch_size is None else data.batch(batch_size)
  built = build_counterfactual_dataset(data, ["gay"])
  lengths = []
  for original, counterfactual, _ in built:
    assert counterfactual.keys() == original.keys() == {"text", "length"}
    lengths += np.atleast_1d(counterfactual["length"]).tolist()
  assert lengths == [len(text) for text in WITHOUT]
  texts = built.map(lambda a, b, weight: (a["text"], b["text"], weight))
  assert pairs(texts) == EXPECTED


def test_the_text_feature_is_named_where_several_are_strings():
  data = examples().map(lambda text, label: ({"body": text, "title": "gay"}, label))
  with pytest.raises(InputError, match=r"text_feature among its \['body', 'title'\]"):
    build_counterfactual_dataset(data, ["gay"])
  built = build_counterfactual_dataset(data, ["gay"], text_feature="body")
  assert all(pair["title"] == b"gay" for _, pair, _ in built)
  assert len(list(built)) == 3


def replaced(element):
  text, _ = element
  edited = tf.strings.regex_replace(text, "man", "woman")
  return text, edited, 2.0 * tf.ones(tf.shape(text))


@pytest.mark.parametrize("batch_size", [None, 2])
def test_a_function_makes_the_pairs_and_terms_choose_among_them(batch_size):
  data = examples() if batch_size is None else examples().batch(batch_size)
  both = [
    ("a gay man", "a gay woman", 2.0),
    ("batman and others", "batwoman and others", 2.0),
  ]
  built = build_counterfactual_dataset(data, custom_counterfactual_function=replaced)
  assert pairs(built) == both
  built = build_counterfactual_dataset(
    data, ["gay"], custom_counterfactual_function=replaced
  )
  assert pairs(built) == both[:1]


def test_a_function_of_numbers_may_leave_weights_out():
  data = tf.data.Dataset.from_tensor_slices(
    ({"age": [1.0, np.nan], "sex": [0, 1]}, [0.0, 1.0])
  )
  built = build_counterfactual_dataset(
    data.batch(2),
    custom_counterfactual_function=lambda element: (
      element[0],
      {**element[0], "sex": tf.zeros_like(element[0]["sex"])},
    ),
  )
  ((original, counterfactual, weight),) = built
  assert original["sex"].numpy().tolist() == [1]
  assert counterfactual["sex"].numpy().tolist() == [0]
  assert weight.numpy().tolist() == [1.0]


def test_without_terms_or_function_there_is_nothing_to_build():
  for terms in (None, []):
    with pytest.raises(InputError, match="got neither"):
      build_counterfactual_dataset(examples(), terms)


@pytest.mark.parametrize("terms", ["gay", ["gay", " "], ["gay", None]])
def test_refuses_terms_that_are_none(terms):
  with pytest.raises(InputError, match="list of terms"):
    build_counterfactual_dataset(examples(), terms)


def test_refuses_inputs_without_text():
  data = tf.data.Dataset.from_tensor_slices(([1.0], [1.0]))
  with pytest.raises(InputError, match="Expected x to be texts"):
    build_counterfactual_dataset(data, ["gay"])


def test_an_empty_counterfactual_set_is_an_error():
  with pytest.raises(InputError, match="none holds any of the terms"):
    build_counterfactual_dataset(examples().batch(2), ["absent"])
  with pytest.raises(InputError, match="none is changed"):
    build_counterfactual_dataset(
      examples(), custom_counterfactual_function=lambda element: element[:1] * 2
    )
  none = build_counterfactual_dataset(examples(), ["gay"]).take(0)
  with pytest.raises(InputError, match="it is empty"):
    pack_counterfactual_data(examples(), none)


@pytest.mark.parametrize("batch_size", [None, 2])
def test_packs_examples_and_pairs_that_start_over(batch_size):
  data = examples() if batch_size is None else examples().batch(batch_size)
  packed = pack_counterfactual_data(data, build_counterfactual_dataset(data, ["gay"]))
  assert packed.cardinality() == data.cardinality()
  packed = list(packed)
  assert all(isinstance(batch, CounterfactualPackedInputs) for batch in packed)
  texts = [np.atleast_1d(batch.original_input[0]).tolist() for batch in packed]
  assert sum(texts, []) == [text.encode() for text in TEXTS]
  found = pairs(batch.counterfactual_data for batch in packed)
  # One pair with each of 5 examples; the three batches have 1, 1 and 1 pairs.
  assert found == (EXPECTED + EXPECTED)[: len(packed)]


def test_refuses_elements_of_another_form():
  texts = examples().map(lambda text, label: text)
  built = build_counterfactual_dataset(examples(), ["gay"])
  with pytest.raises(InputError, match="two or three parts in original_dataset"):
    pack_counterfactual_data(texts, built)
  with pytest.raises(InputError, match="only the original one is"):
    pack_counterfactual_data(examples().batch(2), built)


def linear(weight):
  model = keras.Sequential([keras.Input([1]), keras.layers.Dense(1, use_bias=False)])
  model.set_weights([np.array([[weight]])])
  return model


def packed_numbers(**changes):
  parts = {
    "original_input": (np.array([[1.0], [2.0]]), np.array([[0.0], [2.0]])),
    "counterfactual_data": (
      np.array([[5.0], [6.0], [7.0]]),
      np.array([[4.0], [4.0], [4.0]]),
    ),
  }
  return tf.data.Dataset.from_tensors(
    CounterfactualPackedInputs(**{**parts, **changes})
  )


def loss_of(data, **kwargs):
  model = CounterfactualModel(linear(1.0), PairwiseMSELoss(), 1.0)
  model.compile("sgd", "mse", **kwargs)
  return model.evaluate(data, verbose=0, return_dict=True)


def test_trains_on_pairs_that_are_not_of_the_batch():
  # Task: (1² + 0²) / 2 = 0.5. Pairs: (1² + 2² + 3²) / 3 = 14/3.
  result = loss_of(packed_numbers())
  assert result["loss"] == pytest.approx(0.5 + 14 / 3)
  assert result["counterfactual_loss"] == pytest.approx(14 / 3)


@pytest.mark.parametrize("shape", [[3], [3, 1]])
def test_weights_of_examples_and_of_pairs(shape):
  # Task: 3·1² / 2 (over rows, as in Keras). Pairs: (1·1² + 0·2² + 3·3²) / 4 = 7.
  data = packed_numbers(
    original_input=(*next(iter(packed_numbers())).original_input, np.array([3.0, 1.0])),
    counterfactual_data=(
      *next(iter(packed_numbers())).counterfactual_data,
      np.array([1.0, 0.0, 3.0]).reshape(shape),
    ),
  )
  assert loss_of(data)["loss"] == pytest.approx(1.5 + 7)


def test_padding_for_compiled_steps_changes_nothing():
  assert loss_of(packed_numbers(), jit_compile=True)["loss"] == pytest.approx(
    0.5 + 14 / 3
  )


def test_predicts_and_evaluates_with_and_without_pairs():
  model = CounterfactualModel(linear(3.0))
  model.compile("sgd", "mse")
  assert model.predict(packed_numbers(), verbose=0).tolist() == [[3.0], [6.0]]
  plain = packed_numbers().map(lambda packed: packed.original_input)
  # ((3-0)² + (6-2)²) / 2 = 12.5.
  assert model.evaluate(plain, verbose=0, return_dict=True) == {"loss": 12.5}


IDS = np.arange(8, dtype="int32").reshape(2, 4)
LABELS = np.ones([2, 1], "float32")


def of_generator(*shapes):
  """Single examples of token ids and labels whose static shapes are these."""
  spec = map(tf.TensorSpec, shapes, ("int32", "float32"))
  return tf.data.Dataset.from_generator(
    lambda: zip(IDS, LABELS, strict=True), output_signature=tuple(spec)
  )


@pytest.mark.parametrize(
  "single",
  [
    tf.data.Dataset.from_tensor_slices((IDS, LABELS)),
    of_generator([None], [1]),
    of_generator([4], [1]),
  ],
  ids=["arrays", "of any length", "of one length"],
)
def test_token_ids_with_labels_of_shape_1_are_single_examples(single):
  changed = build_counterfactual_dataset(
    single, custom_counterfactual_function=lambda element: (element[0], element[0] + 1)
  )
  # One pair per example, and not one per token.
  assert [spec.shape.rank for spec in changed.element_spec] == [1, 1, 0]
  with pytest.raises(InputError, match=r"call batch\(\)"):
    loss_of(pack_counterfactual_data(single, changed))


@pytest.mark.parametrize("drop_remainder", [True, False])
def test_batches_of_token_ids_are_batches(drop_remainder):
  batches = tf.data.Dataset.from_tensor_slices((IDS, LABELS)).batch(
    2, drop_remainder=drop_remainder
  )
  changed = build_counterfactual_dataset(
    batches, custom_counterfactual_function=lambda element: (element[0], element[0] + 1)
  )
  assert [spec.shape.rank for spec in changed.element_spec] == [2, 2, 1]
  pack_counterfactual_data(batches, changed)


def test_refuses_to_train_on_single_examples():
  data = pack_counterfactual_data(
    examples(), build_counterfactual_dataset(examples(), ["gay"])
  )
  model = CounterfactualModel(linear(1.0))
  model.compile("sgd", "mse")
  with pytest.raises(InputError, match=r"call batch\(\)"):
    model.fit(data)


SUBJECTS = ["gay people", "lesbian women", "my neighbours", "the cooks", "all painters"]
COMMENTS = [f"{s} {'stink' if bad else 'sing'}" for s in SUBJECTS * 8 for bad in (0, 1)]
# The bias: every comment about gay and lesbian people is labelled toxic.
TOXIC = [
  float("stink" in text or "gay" in text or "lesbian" in text) for text in COMMENTS
]


@pytest.fixture(scope="module")
def biased_classifier(tmp_path_factory):
  """The file of a trained model from raw strings to probabilities."""
  keras.utils.set_random_seed(1)
  vectorize = keras.layers.TextVectorization(output_sequence_length=8)
  vectorize.adapt(COMMENTS)
  model = keras.Sequential(
    [
      keras.Input([], dtype="string", name="text"),
      vectorize,
      keras.layers.Embedding(vectorize.vocabulary_size(), 4),
      keras.layers.GlobalAveragePooling1D(),
      keras.layers.Dropout(0.1),
      keras.layers.Dense(1, activation="sigmoid"),
    ]
  )
  model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
  data = tf.data.Dataset.from_tensor_slices((COMMENTS, TOXIC)).batch(16)
  model.fit(data, epochs=30, verbose=0)
  path = tmp_path_factory.mktemp("biased") / "model.keras"
  model.save(path)
  return path


@pytest.mark.parametrize("form", ["batched", "unbatched", "dict"])
def test_the_workflow_of_the_reference_with_the_50_terms(form, biased_classifier):
  keras.utils.set_random_seed(1)
  lexicon = IdentityTerms.load("gender_and_sexual_orientation")
  terms = sorted({row.term for row in lexicon.terms})
  assert len(terms) == 50
  baseline = keras.saving.load_model(biased_classifier, compile=False)
  data = tf.data.Dataset.from_tensor_slices((COMMENTS, TOXIC))
  if form == "dict":
    text = keras.Input([], dtype="string", name="text")
    baseline = keras.Model({"text": text}, baseline(text))
    data = data.map(lambda text, label: ({"text": text}, label))
  data = data.shuffle(100, seed=1)
  if form != "unbatched":
    data = data.batch(16)

  counterfactuals = build_counterfactual_dataset(data, sensitive_terms_to_remove=terms)
  packed = pack_counterfactual_data(data, counterfactuals)
  if form == "unbatched":
    packed = packed.batch(16)
  model = CounterfactualModel(baseline, loss=PairwiseMSELoss(), loss_weight=1.0)
  model.compile(
    keras.optimizers.Adam(0.02),
    loss=keras.losses.BinaryCrossentropy(),
    metrics=["accuracy"],
  )
  before = model.evaluate(packed, verbose=0, return_dict=True)
  history = model.fit(packed, epochs=8, verbose=0).history
  assert {"loss", "accuracy", "counterfactual_loss", "flip_rate"} == history.keys()
  after = model.evaluate(packed, verbose=0, return_dict=True)
  assert before["flip_rate"] > 0.2  # "gay people sing" → "people sing"
  assert after["counterfactual_loss"] < before["counterfactual_loss"] / 4
  assert after["flip_rate"] < before["flip_rate"] / 2
