import dataclasses
import subprocess
import sys

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.training import classifiers, encoders
from clp_tfx.training.hparams import BUILT_IN_MODELS, HParams


def test_what_is_left_out_has_its_default():
  assert HParams.from_dict({}) == HParams()
  assert HParams.from_dict({"epochs": 2}) == HParams(epochs=2)
  assert HParams.from_dict(dataclasses.asdict(HParams(seed=7))) == HParams(seed=7)


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"epocs": 2, "seed": 1}, "'epochs', "),
    ({"epocs": 2, "seed": 1}, "Received: ['epocs']"),
    ({"epochs": 2.5}, "Expected 'epochs' to be a whole number. Received: 2.5"),
    ({"epochs": "2"}, "Expected 'epochs' to be a whole number. Received: '2'"),
    ({"learning_rate": True}, "Expected 'learning_rate' to be a number"),
    ({"text_feature": None}, "Expected 'text_feature' to be a text"),
    ({"model_fn": "other"}, "one of convolution, bag_of_embeddings, transformer"),
    ({"positive_weight": "even"}, "to be a number or one of balanced. Received: even"),
    ({"positive_weight": -1}, "Expected 'positive_weight' to be at least 0"),
    ({"counterfactuals": "two"}, "one of all, one"),
    ({"counterfactual_loss": "cosine"}, "one of mse, mae, jensen_shannon"),
    ({"decision_threshold": 0}, "Expected 'decision_threshold' to be above 0 and"),
  ],
)
def test_unknown_keys_and_wrong_values_are_refused(values, message):
  with pytest.raises(InputError) as error:
    HParams.from_dict(values)
  assert message in str(error.value)


def test_every_hyperparameter_is_documented_and_an_option_of_the_pipeline():
  for field in dataclasses.fields(HParams()):
    assert field.metadata["help"].endswith(".")
  assert PipelineConfig().hparams == HParams()
  assert PipelineConfig.of(epochs=3).hparams.epochs == 3


def test_names_of_models_are_functions():
  for name in BUILT_IN_MODELS:
    encoder = "folder" if name == "encoder" else None
    path = HParams(model_fn=name, encoder=encoder).build_model_path
    module = encoders if encoder else classifiers
    assert path == f"{module.__name__}.{name}"
    assert callable(getattr(module, name))
  assert HParams(model_fn="my.model").build_model_path == "my.model"


def test_hyperparameters_need_no_tensorflow():
  code = (
    "import sys, clp_tfx.training.hparams\n"
    "print(sorted({'tensorflow', 'keras', 'apache_beam', 'tfx'} & set(sys.modules)))"
  )
  done = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=True
  )
  assert done.stdout == "[]\n"


def test_the_learning_rate_is_that_of_adam_unless_an_optimizer_is_given():
  assert HParams().learning_rate == 0.001
  assert HParams(optimizer={"class_name": "SGD"}).learning_rate is None
  given = HParams(optimizer={"class_name": "SGD"}, learning_rate=0.1)
  assert HParams.from_dict(dataclasses.asdict(given)) == given


def test_an_encoder_has_defaults_of_its_own():
  small, all_layers = HParams(), HParams(model_fn="encoder", encoder="folder")
  assert (small.max_tokens, small.learning_rate) == (512, 0.001)
  assert (all_layers.max_tokens, all_layers.learning_rate) == (128, 0.00003)
  frozen = dataclasses.replace(
    HParams(model_fn="encoder", encoder="folder", encoder_layers_trained=0)
  )
  assert (frozen.max_tokens, frozen.learning_rate) == (128, 0.03)


def test_a_number_or_a_word():
  assert HParams(positive_weight="balanced").positive_weight == "balanced"
  assert HParams(positive_weight="2.5").positive_weight == 2.5
  assert HParams(positive_weight=3).positive_weight == 3.0
