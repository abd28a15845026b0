import sys

import keras
import pytest

from clp_tfx.errors import InputError
from clp_tfx.training.hparams import HParams
from clp_tfx.training.optimizers import configured_optimizer, optimizer_of

SCHEDULES = keras.optimizers.schedules
# Without those that hold others, which have no learning rate of their own.
NAMES = [
  name
  for name, found in vars(keras.optimizers).items()
  if isinstance(found, type)
  and name not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")
  and issubclass(found, keras.optimizers.Optimizer)
]


def classifier():
  tokens = keras.Input([3])
  return keras.Model(tokens, keras.layers.Dense(1)(tokens))


@pytest.mark.parametrize("name", NAMES)
def test_what_keras_serialises_comes_back(name):
  optimizer = getattr(keras.optimizers, name)(
    SCHEDULES.PolynomialDecay(0.25, 10, 0.5), weight_decay=0.125, clipnorm=1.0
  )
  config = keras.optimizers.serialize(optimizer)
  found = configured_optimizer(config)
  assert type(found) is type(optimizer)
  assert keras.optimizers.serialize(found) == config
  assert float(found.learning_rate) == 0.25


def test_a_loss_scale_optimizer_holds_another():
  inner = keras.optimizers.SGD(0.25)
  config = keras.optimizers.serialize(keras.optimizers.LossScaleOptimizer(inner))
  assert configured_optimizer(config).inner_optimizer.learning_rate == 0.25


def test_short_forms_and_the_learning_rate():
  assert configured_optimizer({"class_name": "SGD"}).learning_rate == 0.01  # Keras's
  assert configured_optimizer({"class_name": "SGD"}, 0.5).learning_rate == 0.5
  decay = {"decay_steps": 10, "initial_learning_rate": 0.25}
  rate = {"class_name": "PolynomialDecay", "config": decay}
  optimizer = configured_optimizer(
    {"class_name": "SGD", "config": {"learning_rate": rate}}
  )
  assert float(optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
  "serialized",
  [
    {"class_name": "Adamm"},
    {"class_name": "Optimizer"},
    {"class_name": "serialize"},
    {"class_name": "__lambda__", "config": {"value": ["x"]}},
    {"class_name": "Dense", "module": "keras.layers"},
    {"class_name": "Popen", "module": "subprocess", "config": {"args": "true"}},
    {"class_name": "Evil", "module": "planted"},
    {"class_name": "SGD", "config": {"learning_rate": {"class_name": "SGD"}}},
    {"class_name": "SGD", "config": {"x": [{"y": {"class_name": "SGD"}}]}},
    {
      "class_name": "SGD",
      "config": {
        "learning_rate": {"class_name": "Evil", "module": "planted", "config": {}}
      },
    },
  ],
)
def test_nothing_but_keras_is_imported(serialized, tmp_path, monkeypatch):
  (tmp_path / "planted.py").write_text("class Evil: pass\n")
  monkeypatch.syspath_prepend(tmp_path)
  with pytest.raises(InputError, match="to be classes of keras.optimizers and"):
    configured_optimizer(serialized)
  assert "planted" not in sys.modules


def test_another_class_registered_under_a_name_is_not_taken():
  @keras.saving.register_keras_serializable("builtin", name="SGD")
  class Other(keras.optimizers.SGD):
    pass

  try:
    config = {"class_name": "SGD", "registered_name": "builtin>SGD"}
    assert type(configured_optimizer(config)) is keras.optimizers.SGD
  finally:
    keras.saving.get_custom_objects().pop("builtin>SGD")


@pytest.mark.parametrize(
  "config", [{"rate": 1}, {"learning_rate": "fast"}, {"clipnorm": 1, "clipvalue": 1}]
)
def test_a_config_that_does_not_fit_is_refused(config):
  with pytest.raises(InputError, match="Expected a config that keras.optimizers.SGD"):
    configured_optimizer({"class_name": "SGD", "config": config})


def test_the_configured_one_comes_first_then_the_compiled_one_then_adam(caplog):
  caplog.set_level("INFO")
  adam = optimizer_of(HParams(learning_rate=0.5), classifier(), 10)
  assert type(adam) is keras.optimizers.Adam
  assert adam.learning_rate == 0.5
  assert not caplog.messages
  model, own = classifier(), keras.optimizers.SGD(0.25)
  model.compile(own, loss="mse", metrics=["mae"])
  assert optimizer_of(HParams(), model, 10) is own
  assert "optimizer: SGD, which the model was compiled with" in caplog.messages[-1]
  # What is saved with the model is the model.
  assert model.optimizer is None
  model.compile(own)
  hparams = HParams(optimizer={"class_name": "Lion"}, learning_rate=0.125)
  configured = optimizer_of(hparams, model, 10)
  assert type(configured) is keras.optimizers.Lion
  assert configured.learning_rate == 0.125
  assert "optimizer: Lion, as configured" in caplog.messages[-1]


def test_encoders_have_a_rate_that_rises_and_falls():
  hparams = HParams(model_fn="encoder", encoder="folder", epochs=4, learning_rate=1.0)
  # 4 epochs of 5 steps: 2 of rise, 18 of fall.
  optimizer = optimizer_of(hparams, classifier(), 5)
  assert type(optimizer) is keras.optimizers.AdamW
  assert (optimizer.weight_decay, optimizer.global_clipnorm) == (0.01, 1.0)
  schedule = optimizer._learning_rate
  found = [float(schedule(step)) for step in range(22)]
  fall = [(20 - step) / 18 for step in range(2, 21)]
  assert found == pytest.approx([0.5, 1.0, *fall, 0.0])
  restored = keras.saving.deserialize_keras_object(
    keras.saving.serialize_keras_object(schedule)
  )
  assert restored.get_config() == {"peak": 1.0, "steps": 20, "warm_up": 2}
