import keras
import numpy as np
import pytest
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.training.batches import read_batches
from clp_tfx.training.classifiers import SinusoidalPositions, build_function
from clp_tfx.training.hparams import SMALL_MODELS, HParams


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_a_score_does_not_depend_on_the_batch(transformed, name):
  output = tft.TFTransformOutput(transformed[0])
  hparams = HParams(model_fn=name)
  model = build_function(hparams)(hparams, output)

  def scores(batch_size):
    spec = output.transformed_feature_spec()
    batches = read_batches([transformed[1]], spec, batch_size)
    return np.concatenate([model(inputs.original) for inputs, *_ in batches])

  together = scores(4)
  assert together.shape == (4, 1)
  np.testing.assert_allclose(together, scores(1), atol=1e-6)
  assert len(set(together.ravel().tolist())) == 4


@pytest.mark.parametrize("path", ["nowhere.build_model", "clp_tfx.features.nothing"])
def test_a_function_that_is_not_there(path):
  with pytest.raises(InputError, match=path):
    build_function(HParams(model_fn=path))


def test_positions_as_in_the_formula():
  # 0.1 * (sin 0, cos 0, sin 0, cos 0); at the next position, wavelengths 1 and 100.
  positions = SinusoidalPositions()(keras.ops.zeros([1, 2, 4]))
  sines = [np.sin(1), np.cos(1), np.sin(0.01), np.cos(0.01)]
  expected = [[[0, 0.1, 0, 0.1], [0.1 * x for x in sines]]]
  np.testing.assert_allclose(positions, expected, atol=1e-6)
