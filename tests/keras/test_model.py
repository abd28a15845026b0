import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import (
  CounterfactualInputs,
  CounterfactualModel,
  PairedPredictions,
  PairwiseAbsoluteDifferenceLoss,
)


def linear(weight=1.0):
  """logit = weight * x."""
  x = keras.Input([1])
  model = keras.Model(x, keras.layers.Dense(1, use_bias=False)(x))
  model.set_weights([np.array([[weight]])])
  return model


def packed(original, counterfactual, rows, weights=None):
  pairs = len(rows)
  return CounterfactualInputs(
    original=np.array(original, "float32").reshape(-1, 1),
    counterfactual=np.array(counterfactual, "float32").reshape(-1, 1),
    original_row=np.array(rows, "int64"),
    pair_weight=np.array([1.0] * pairs if weights is None else weights, "float32"),
  )


def dataset(inputs, y, repeats=1, sample_weight=None):
  y = np.array(y, "float32").reshape(-1, 1)
  weights = np.ones_like(y) if sample_weight is None else np.array(sample_weight)
  return tf.data.Dataset.from_tensors((inputs, y, weights)).repeat(repeats)


def compiled(model, run_eagerly=True, **kwargs):
  """Compiles, for eager steps where tracing would take longer than the test itself."""
  model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
    weighted_metrics=["mae"],
    run_eagerly=run_eagerly,
    **kwargs,
  )
  return model


def test_loss_is_the_mean_over_pairs_not_rows():
  # logits = x. Task loss: ((1-1)² + (2-2)² + (3-3)²) / 3 = 0.
  # Two pairs of rows 0 and 2: (1-0)² = 1 and (3-1)² = 4, mean 2.5; times 0.5.
  model = compiled(CounterfactualModel(linear(), loss_weight=0.5))
  data = dataset(packed([1, 2, 3], [0, 1], rows=[0, 2]), y=[1, 2, 3])
  result = model.evaluate(data, verbose=0, return_dict=True)
  assert result["counterfactual_loss"] == pytest.approx(2.5)
  assert result["loss"] == pytest.approx(1.25)
  assert result["mae"] == pytest.approx(0.0)


def test_pair_weights_weigh_the_mean():
  # Gaps 1 and 4 with weights 3 and 1: (3·1 + 1·4) / 4 = 1.75.
  model = compiled(CounterfactualModel(linear()))
  data = dataset(packed([1, 2, 3], [0, 1], [0, 2], weights=[3, 1]), y=[1, 2, 3])
  assert model.evaluate(data, verbose=0)[0] == pytest.approx(1.75)


@pytest.mark.parametrize("as_dict", [True, False])
def test_evaluation_returns_floats(as_dict):
  model = compiled(CounterfactualModel(linear()))
  pairs = dataset(packed([1], [0], rows=[0]), y=[1])
  for data in (pairs, pairs.map(lambda inputs, *rest: (inputs.original, *rest))):
    results = model.evaluate(data, verbose=0, return_dict=as_dict)
    values = results.values() if as_dict else results
    assert {type(value) for value in values} == {float}


def test_any_keras_loss_pairs():
  model = compiled(CounterfactualModel(linear(), PairwiseAbsoluteDifferenceLoss()))
  data = dataset(packed([1, 3], [0, 1], rows=[0, 1]), y=[1, 3])
  # (|1-0| + |3-1|) / 2 = 1.5.
  assert model.evaluate(data, verbose=0)[0] == pytest.approx(1.5)


def test_a_batch_without_pairs_has_the_task_loss_alone():
  model = compiled(CounterfactualModel(linear()))
  data = dataset(packed([1, 2], [], rows=[]), y=[0, 2])
  # ((1-0)² + 0) / 2 = 0.5.
  assert model.evaluate(data, verbose=0)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("dropout", [0, 0.5])
def test_a_convolution_trains_on_a_batch_without_pairs(dropout):
  tokens = keras.Input([None], dtype="int32")
  x = keras.layers.Embedding(10, 4)(tokens)
  x = keras.layers.Conv1D(8, 3, padding="same", activation="relu")(x)
  x = keras.layers.Dropout(dropout)(keras.layers.GlobalMaxPooling1D()(x))
  inner = keras.Model(tokens, keras.layers.Dense(1)(x))
  model = compiled(CounterfactualModel(inner), run_eagerly=False)
  inputs = CounterfactualInputs(
    original=np.ones([2, 5], "int32"),
    counterfactual=np.ones([0, 5], "int32"),
    original_row=np.zeros([0], "int64"),
    pair_weight=np.zeros([0], "float32"),
  )
  one_pair = CounterfactualInputs(
    original=np.ones([2, 5], "int32"),
    counterfactual=np.ones([1, 5], "int32"),
    original_row=np.zeros([1], "int64"),
    pair_weight=np.ones([1], "float32"),
  )
  data = dataset(inputs, y=[0, 1], repeats=2)
  history = model.fit(data.concatenate(dataset(one_pair, y=[0, 1])), verbose=0).history
  assert np.isfinite(history["loss"]).all()
  # That of two equal texts, which are scored in batches of two sizes.
  assert history["counterfactual_loss"] == [pytest.approx(0, abs=1e-12)]


WITH_PAIR, WITHOUT = packed([2], [1], rows=[0]), packed([2], [], rows=[])
LEFT_OUT = packed([2], [1], rows=[0], weights=[0])
NO_PAIRS = {
  "no row has one": dataset(WITHOUT, y=[2], repeats=2),
  "all have weight 0": dataset(LEFT_OUT, y=[2], repeats=2),
  "plain examples": dataset(WITHOUT, y=[2]).map(lambda x, *rest: (x.original, *rest)),
  "arrays": np.ones([4, 1], "float32"),
}


@pytest.mark.parametrize("name", NO_PAIRS)
def test_training_without_any_pair_is_refused_unless_they_weigh_nothing(name):
  labels = {"y": np.ones([4, 1], "float32")} if name == "arrays" else {}
  schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 10, 0.5)
  for weight in (1.0, schedule):
    model = compiled(CounterfactualModel(linear(), loss_weight=weight))
    with pytest.raises(InputError, match="Expected examples with counterfactuals"):
      model.fit(NO_PAIRS[name], **labels, epochs=2, verbose=0)
  plain = compiled(CounterfactualModel(linear(), loss_weight=0.0))
  assert plain.fit(NO_PAIRS[name], **labels, verbose=0).history["loss"]


@pytest.mark.parametrize("steps", [None, 1])
def test_batches_and_epochs_without_pairs_among_others_are_no_error(steps):
  # Of an epoch of one step the first has no pair; two epochs of it see one.
  data = dataset(WITHOUT, y=[2]).concatenate(dataset(WITH_PAIR, y=[2])).repeat(2)
  for ordered in (data, data.skip(1)):
    model = compiled(CounterfactualModel(linear()), run_eagerly=False)
    history = model.fit(ordered, epochs=2, steps_per_epoch=steps or 2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_pairs_whose_loss_has_diverged_are_pairs():
  model = compiled(CounterfactualModel(linear(np.nan)))
  assert np.isnan(model.fit(dataset(WITH_PAIR, y=[2]), verbose=0).history["loss"]).all()


def test_custom_training_on_a_batch_without_pairs_is_left_alone():
  model = compiled(CounterfactualModel(linear()))
  (inputs, y, weights), *_ = dataset(WITHOUT, y=[0])
  # (2 - 0)² = 4.
  assert model.train_on_batch(inputs, y, weights)[0] == pytest.approx(4.0)


def test_unlabelled_rows_count_for_the_counterfactual_loss_only():
  model = compiled(CounterfactualModel(linear()))
  data = dataset(packed([1, 5], [2], rows=[1]), y=[0, 0], sample_weight=[[1.0], [0.0]])
  # Task: (1-0)² over the one labelled row; pair: (5-2)² = 9.
  assert model.evaluate(data, verbose=0)[0] == pytest.approx(1 + 9)


def test_one_training_step_by_hand():
  # w = 1, x = 2, y = 2, counterfactual x' = 1, loss weight 0.5.
  # d/dw [(2w-2)² + 0.5 (2w-w)²] = 0 + 0.5·2·w = 1; SGD 0.1: w = 0.9.
  classifier = linear()
  model = compiled(CounterfactualModel(classifier, loss_weight=0.5))
  model.fit(dataset(packed([2], [1], rows=[0]), y=[2]), verbose=0)
  assert classifier.get_weights()[0].item() == pytest.approx(0.9)


def test_evaluates_at_the_weight_at_which_a_schedule_ends():
  # w = 1: task loss 0, pair (2-1)² = 1; the weight is 0 now, and 0.5 from step 10 on.
  schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 10, 0.5)
  model = compiled(CounterfactualModel(linear(), loss_weight=schedule))
  data = dataset(packed([2], [1], rows=[0]), y=[2])
  assert model.evaluate(data, verbose=0)[0] == pytest.approx(0.5)
  # Training takes that of the step, 0: the weight of the classifier stays.
  history = model.fit(data, validation_data=data, verbose=0).history
  assert history["loss"] == pytest.approx([0.0])
  assert history["val_loss"] == pytest.approx([0.5])


def test_weight_zero_is_plain_training():
  rng = np.random.default_rng(0)
  x, y = rng.normal(size=(64, 1)), rng.normal(size=(64, 1))
  plain, wrapped = linear(), linear()
  compiled(plain, run_eagerly=False).fit(
    dataset(x.astype("float32"), y, repeats=20), verbose=0, shuffle=False
  )
  inputs = packed(x, x[:8], rows=range(8))
  model = compiled(CounterfactualModel(wrapped, loss_weight=0.0), run_eagerly=False)
  history = model.fit(dataset(inputs, y, repeats=20), verbose=0)
  assert "counterfactual_loss" not in history.history
  assert wrapped.get_weights()[0] == plain.get_weights()[0]


def test_dropout_and_regularisation_losses_are_those_of_training():
  x = keras.Input([1])
  hidden = keras.layers.Dropout(0.999, seed=1)(x)
  y = keras.layers.Dense(1, use_bias=False, kernel_regularizer="l2")(hidden)
  classifier = keras.Model(x, y)
  classifier.set_weights([np.array([[1.0]])])
  model = CounterfactualModel(classifier)
  inputs = packed([1.0], [1.0], rows=[0])
  assert float(model(inputs, training=True).outputs[0, 0]) == 0.0  # dropped
  assert float(model(inputs, training=False).outputs[0, 0]) == 1.0
  result = compiled(model).evaluate(dataset(inputs, y=[1]), verbose=0)
  assert result[0] == pytest.approx(0.01)  # l2: 0.01 · 1²


def test_predict_takes_plain_inputs():
  model = CounterfactualModel(linear(2.0))
  assert model.predict(np.array([[3.0]]), verbose=0).tolist() == [[6.0]]
  data = dataset(packed([3, 4], [1], rows=[1]), y=[0, 0])
  assert model.predict(data, verbose=0).tolist() == [[6.0], [8.0]]


def test_returns_the_outputs_and_the_logits_of_each_pair():
  predictions = CounterfactualModel(linear(2.0))(packed([3, 4], [1, 0], rows=[1, 0]))
  assert isinstance(predictions, PairedPredictions)
  assert predictions.outputs.numpy().tolist() == [[6.0], [8.0]]
  assert predictions.original[""].numpy().tolist() == [[8.0], [6.0]]
  assert predictions.counterfactual[""].numpy().tolist() == [[2.0], [0.0]]


def test_saves_and_loads_whole(tmp_path):
  model = compiled(
    CounterfactualModel(linear(2.0), PairwiseAbsoluteDifferenceLoss(), 0.25)
  )
  model(np.array([[1.0]]))
  model.save(tmp_path / "model.keras")
  copy = keras.saving.load_model(tmp_path / "model.keras")
  assert copy.loss_weight == 0.25
  assert isinstance(copy.pairwise_loss, PairwiseAbsoluteDifferenceLoss)
  assert copy.predict(np.array([[3.0]]), verbose=0).tolist() == [[6.0]]


@pytest.mark.parametrize("weight", [-1, float("nan")])
def test_refuses_weights_below_zero(weight):
  with pytest.raises(InputError, match="at least 0"):
    CounterfactualModel(linear(), loss_weight=weight)


@pytest.mark.parametrize("threshold", [0, 1, 50])
def test_refuses_thresholds_that_are_no_probabilities(threshold):
  with pytest.raises(InputError, match="between 0 and 1"):
    CounterfactualModel(linear(), threshold=threshold)
