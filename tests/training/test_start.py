import keras
import pytest
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams
from clp_tfx.training.start import starting_classifier


def with_sigmoid(hparams, tf_transform_output):
  tokens = keras.Input([None])
  x = keras.ops.mean(tokens, axis=1, keepdims=True)
  return keras.Model(tokens, keras.layers.Dense(1, activation="sigmoid")(x))


def two_outputs(hparams, tf_transform_output):
  tokens = keras.Input([None])
  x = keras.ops.mean(tokens, axis=1, keepdims=True)
  return keras.Model(tokens, keras.layers.Dense(2)(x))


def nothing(hparams, tf_transform_output):
  return None


@pytest.mark.parametrize(
  ("function", "message"),
  [
    (with_sigmoid, "applies sigmoid: give that layer activation=None"),
    (two_outputs, r"one logit per text, .* shape \(None, 1\)"),
    (nothing, "to give a Keras model. Received: NoneType"),
  ],
)
def test_models_that_give_no_logit_are_refused(transformed, function, message):
  hparams = HParams(model_fn=f"{__name__}.{function.__name__}")
  with pytest.raises(InputError, match=message):
    starting_classifier(hparams, tft.TFTransformOutput(transformed[0]))
