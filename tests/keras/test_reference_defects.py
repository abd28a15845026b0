"""Defects of TensorFlow Model Remediation 0.1.7.1 that this package must not have."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import (
  CounterfactualModel,
  CounterfactualPackedInputs,
  PairwiseCosineLoss,
  build_counterfactual_dataset,
  pack_counterfactual_data,
)


def pairs_of(texts, terms):
  data = tf.data.Dataset.from_tensor_slices((texts, [0.0] * len(texts)))
  pairs = build_counterfactual_dataset(data, sensitive_terms_to_remove=terms)
  return {a.numpy().decode(): b.numpy().decode() for a, b, _ in pairs}


def test_only_whole_words_are_terms():
  # Its pattern `.*(\ba|b|c\b).*` matches "the", "batman" and "human".
  texts = ["the batman", "a human theme", "see men run"]
  assert pairs_of(texts, ["he", "man", "men"]) == {"see men run": "see run"}


def test_terms_match_in_any_case():
  assert pairs_of(["Gay pride", "GAY"], ["gay"]) == {"Gay pride": "pride", "GAY": ""}


def test_every_character_of_a_term_stands_for_itself():
  assert pairs_of(["a.b c", "axb c"], ["a.b"]) == {"a.b c": "c"}


def test_line_breaks_do_not_drop_an_example():
  assert pairs_of(["one\na gay man\ntwo"], ["gay"]) == {
    "one\na gay man\ntwo": "one\na man\ntwo"
  }


def test_no_blanks_are_left_behind():
  assert pairs_of(["a gay man", "gay man", "so gay."], ["gay"]) == {
    "a gay man": "a man",
    "gay man": "man",
    "so gay.": "so.",
  }


def test_a_batch_is_not_dropped_for_one_row_without_a_term():
  data = tf.data.Dataset.from_tensors((["gay", "neither"], [0.0, 0.0]))
  ((original, counterfactual, _),) = build_counterfactual_dataset(data, ["gay"])
  assert original.numpy().tolist() == [b"gay"]
  assert counterfactual.numpy().tolist() == [b""]


def test_an_empty_counterfactual_set_is_an_error():
  data = tf.data.Dataset.from_tensor_slices((["a", "b"], [0.0, 1.0]))
  with pytest.raises(InputError, match="no pairs"):
    build_counterfactual_dataset(data, ["gay"])
  nothing = tf.data.Dataset.from_tensor_slices((["a"], ["b"])).take(0)
  with pytest.raises(InputError, match="no pairs"):
    pack_counterfactual_data(data, nothing)


class Counting(keras.layers.Layer):
  """Adds a weight; records how often it was traced, and with which `training`."""

  def __init__(self):
    super().__init__()
    self.shift = self.add_weight(initializer="zeros")
    self.calls = []

  def call(self, x, training=None):
    self.calls.append(training)
    return x + self.shift


def packed():
  """x = 4 with label 4; the pair (3, 1)."""
  numbers = [np.array([[value]], "float32") for value in (4, 4, 3, 1)]
  return tf.data.Dataset.from_tensors(
    CounterfactualPackedInputs(tuple(numbers[:2]), tuple(numbers[2:]))
  )


def trained(*layers, **kwargs):
  inner = keras.Sequential([keras.Input([1]), *layers])
  model = CounterfactualModel(inner, **kwargs)
  model.compile(keras.optimizers.SGD(0.1), "mse")
  return model, model.fit(packed(), verbose=0).history


def test_the_task_trains_and_pairs_are_scored_as_in_serving():
  layer = Counting()
  trained(layer)
  # One forward pass for the task and one for all pairs.
  assert (layer.calls.count(True), layer.calls.count(False)) == (1, 1)


def test_dropout_and_batch_normalisation_are_on():
  _, history = trained(keras.layers.Dropout(0.999, seed=1), Counting())
  assert history["loss"] == [16.0 + 4.0]  # the output is 0 instead of 4; pair (3-1)²
  normalisation = keras.layers.BatchNormalization(momentum=0.5)
  trained(normalisation)
  # The mean of the one example, 4, half way from 0.
  assert normalisation.moving_mean.numpy().tolist() == [2.0]


def test_regularisation_losses_count():
  dense = keras.layers.Dense(
    1, use_bias=False, kernel_initializer="ones", kernel_regularizer="l2"
  )
  _, history = trained(dense, loss_weight=0.5)
  # Task 0, pair (3-1)²/2 = 2, l2 0.01.
  assert history["loss"] == [pytest.approx(2.01)]


def test_a_sigmoid_does_not_hide_gaps():
  _, history = trained(Counting(), keras.layers.Activation("sigmoid"))
  assert history["counterfactual_loss"] == [pytest.approx(4)]  # (3-1)²


def test_cosine_of_one_output_is_refused():
  with pytest.raises(InputError, match="gradient is zero"):
    trained(Counting(), loss=PairwiseCosineLoss())


def test_saves_before_and_after_training(tmp_path):
  inner = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
  model = CounterfactualModel(inner)
  for name in ("before.keras", "after.keras"):
    model.save(tmp_path / name)
    copy = keras.saving.load_model(tmp_path / name)
    x = np.array([[3.0]])
    assert copy.predict(x, verbose=0) == model.predict(x, verbose=0)
    model.compile("sgd", "mse")
    model.fit(packed(), verbose=0)
