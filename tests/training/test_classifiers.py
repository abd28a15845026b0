import numpy as np
import pytest
import tensorflow_transform as tft

from clp_tfx.errors import InputError
from clp_tfx.training.batches import read_batches
from clp_tfx.training.classifiers import build_classifier
from clp_tfx.training.hparams import BUILT_IN_MODELS, HParams


@pytest.mark.parametrize("name", BUILT_IN_MODELS)
def test_a_score_does_not_depend_on_the_batch(transformed, name):
  output = tft.TFTransformOutput(transformed[0])
  model = build_classifier(HParams(model_fn=name), output)

  def scores(batch_size):
    spec = output.transformed_feature_spec()
    batches = read_batches([transformed[1]], spec, batch_size)
    return np.concatenate([model(inputs.original) for inputs, *_ in batches])

  assert scores(4).shape == (4, 1)
  np.testing.assert_allclose(scores(4), scores(1), atol=1e-6)
  assert len(set(scores(4).ravel().tolist())) == 4


@pytest.mark.parametrize("path", ["nowhere.build_model", "clp_tfx.features.nothing"])
def test_a_function_that_is_not_there(path):
  with pytest.raises(InputError, match=path):
    build_classifier(HParams(model_fn=path), None)
