import keras
import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.keras import (
  CounterfactualInputs,
  CounterfactualModel,
  PairwiseAbsoluteDifferenceLoss,
  PairwiseJensenShannonLoss,
  PairwiseMSELoss,
)


def head(x, weights, name, activation=None):
  size = len(weights)
  layer = keras.layers.Dense(
    size,
    use_bias=False,
    activation=activation,
    name=name,
    kernel_initializer=keras.initializers.Constant([weights]),
  )
  return layer(x)


def two_heads(structure):
  """toxic = sigmoid(x), topic = softmax(0, 2x)."""
  x = keras.Input([1])
  toxic, topic = (
    head(x, [1.0], "toxic", "sigmoid"),
    head(x, [0.0, 2.0], "topic", "softmax"),
  )
  return keras.Model(
    x, {"list": [toxic, topic], "dict": {"toxic": toxic, "topic": topic}}[structure]
  )


INPUTS = CounterfactualInputs(
  original=np.array([[3.0], [1.0]], "float32"),
  counterfactual=np.array([[1.0], [-1.0]], "float32"),
  original_row=np.array([0, 1]),
  pair_weight=np.ones(2, "float32"),
)
LABELS = {"toxic": np.array([[1.0], [1.0]]), "topic": np.array([1, 1])}
LOSSES = {"toxic": "binary_crossentropy", "topic": "sparse_categorical_crossentropy"}


def evaluated(structure, loss, **kwargs):
  model = CounterfactualModel(two_heads(structure), loss, **kwargs)
  model.compile("sgd", LOSSES, metrics={name: ["accuracy"] for name in LOSSES})
  data = tf.data.Dataset.from_tensors((INPUTS, LABELS))
  return model.evaluate(data, verbose=0, return_dict=True)


@pytest.mark.parametrize("structure", ["list", "dict"])
def test_each_output_has_its_loss_and_weight(structure):
  # toxic logits: 3 and 1, 1 and -1: 2² each: mean 4; one of two flips.
  # topic logits: (0, 6) and (0, 2), (0, 2) and (0, -2): 4 / 2 = 2 each; one flips.
  losses = {"toxic": PairwiseMSELoss(), "topic": PairwiseAbsoluteDifferenceLoss()}
  paired = evaluated(structure, losses, loss_weight={"toxic": 0.5, "topic": 0.25})
  assert paired["toxic_counterfactual_loss"] == pytest.approx(4)
  assert paired["topic_counterfactual_loss"] == pytest.approx(2)
  assert paired["toxic_flip_rate"] == paired["topic_flip_rate"] == 0.5
  assert paired["toxic_accuracy"] == paired["topic_accuracy"] == 1
  plain = evaluated(structure, losses, loss_weight=0.0)
  assert paired["loss"] - plain["loss"] == pytest.approx(0.5 * 4 + 0.25 * 2, abs=1e-5)


def test_outputs_without_a_loss_are_not_paired():
  result = evaluated("dict", {"topic": PairwiseJensenShannonLoss()})
  assert "topic_counterfactual_loss" in result
  assert "toxic_counterfactual_loss" not in result


def test_a_model_of_several_outputs_wants_names_that_exist():
  for structure in ("list", "dict"):
    with pytest.raises(InputError, match=r"\['topic', 'toxic'\], but got one loss"):
      CounterfactualModel(two_heads(structure))(INPUTS)
    with pytest.raises(InputError, match=r"a dict for \['tone'\]"):
      CounterfactualModel(two_heads(structure), {"tone": PairwiseMSELoss()})(INPUTS)


def test_a_model_of_one_output_wants_one_loss():
  x = keras.Input([1])
  model = keras.Model(x, head(x, [1.0], "only"))
  with pytest.raises(InputError, match="give the loss itself"):
    CounterfactualModel(model, {"only": PairwiseMSELoss()})(INPUTS)


def test_weights_are_for_the_outputs_of_the_losses():
  with pytest.raises(InputError, match=r"\['toxic'\].*\['tocix'\]"):
    CounterfactualModel(
      two_heads("dict"), {"toxic": PairwiseMSELoss()}, loss_weight={"tocix": 1.0}
    )


def test_multi_label_flips_at_a_threshold():
  # Labels at logits (x, -x): x = 3 → 1: neither changes; 1 → -1: both do.
  x = keras.Input([1])
  model = CounterfactualModel(
    keras.Model(x, head(x, [1.0, -1.0], "labels", "sigmoid")), threshold=0.5
  )
  model.compile("sgd", "binary_crossentropy")
  data = tf.data.Dataset.from_tensors((INPUTS, np.array([[1.0, 0.0], [1.0, 0.0]])))
  result = model.evaluate(data, verbose=0, return_dict=True)
  assert result["flip_rate"] == 0.5
  assert result["counterfactual_loss"] == pytest.approx(4)


def test_survives_serialisation():
  model = CounterfactualModel(
    two_heads("dict"),
    {"toxic": PairwiseMSELoss(), "topic": PairwiseJensenShannonLoss()},
    loss_weight={
      "toxic": 0.5,
      "topic": keras.optimizers.schedules.PolynomialDecay(0.0, 10, 1.0),
    },
    from_logits=False,
    threshold=0.25,
  )
  copy = keras.saving.deserialize_keras_object(
    keras.saving.serialize_keras_object(model)
  )
  assert isinstance(copy.pairwise_loss["topic"], PairwiseJensenShannonLoss)
  assert copy.loss_weight["toxic"] == 0.5
  assert float(copy.loss_weight["topic"](5)) == 0.5
  assert (copy.from_logits, copy.threshold) == (False, 0.25)
