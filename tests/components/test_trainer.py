import json

from tfx import v1 as tfx
from tfx.components.trainer import executor
from tfx.types import channel_utils, standard_artifacts

from clp_tfx.components.trainer import Executor, clp_trainer


class Transform:
  outputs = {
    "transformed_examples": channel_utils.as_channel([standard_artifacts.Examples()]),
    "transform_graph": channel_utils.as_channel([standard_artifacts.TransformGraph()]),
  }


def test_parameters_are_properties_and_reach_the_function(monkeypatch):
  hparams = {"counterfactual_loss_weight": 0.5, "epochs": 3, "seed": 1}
  trainer = clp_trainer("module.run_fn", hparams, Transform())
  properties = trainer.exec_properties
  assert isinstance(trainer, tfx.components.Trainer)
  assert json.loads(properties["custom_config"]) == {"seed": 1}
  assert properties["epochs"] == 3
  # As at submission, with the executor that starts a custom job.
  properties = {
    **properties,
    "epochs": 7,
    "custom_config": '{"seed": 1, "ai_platform_training_args": {"project": "p"}}',
  }
  seen = []
  monkeypatch.setattr(
    executor.GenericExecutor, "Do", lambda self, *a: seen.append(a[2])
  )

  Executor().Do({}, {}, properties)

  assert json.loads(seen[0]["custom_config"]) == {
    "counterfactual_loss_weight": 0.5,
    "epochs": 7,
    "seed": 1,
  }


def test_weights_by_label_are_no_parameter(monkeypatch):
  weights = {"*": 1.0, "threat": 0.5}
  hparams = {"counterfactual_loss_weight": weights, "epochs": 3}
  properties = clp_trainer("module.run_fn", hparams, Transform()).exec_properties
  assert "counterfactual_loss_weight" not in properties
  seen = []
  monkeypatch.setattr(
    executor.GenericExecutor, "Do", lambda self, *a: seen.append(a[2])
  )
  Executor().Do({}, {}, properties)
  assert json.loads(seen[0]["custom_config"]) == hparams
