"""The stock Trainer, with hyperparameters that change per run as separate properties.

A TFX runtime parameter replaces a whole property of a component, and the stock Trainer
has all hyperparameters in a single one, `custom_config`.
"""

from typing import Any

from tfx.components.trainer import executor
from tfx.components.trainer.component import Trainer
from tfx.dsl.components.base import executor_spec
from tfx.dsl.components.base.base_node import BaseNode
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.types import Artifact, standard_component_specs
from tfx.utils import json_utils

PARAMETERS = ("counterfactual_loss_weight", "epochs")
"""Fields of `HParams` that are properties of the component, if they are numbers."""

# Prefix of the keys that the executors starting a Vertex custom job read.
_OF_VERTEX = "ai_platform_"


class Executor(executor.GenericExecutor):
  """Adds the parameters to the hyperparameters and runs `run_fn`."""

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Trains; see `tfx.v1.components.Trainer`."""
    key = standard_component_specs.CUSTOM_CONFIG_KEY
    hparams = {
      name: value
      for name, value in json_utils.loads(exec_properties[key]).items()
      if not name.startswith(_OF_VERTEX)
    }
    hparams |= {
      name: exec_properties[name] for name in PARAMETERS if name in exec_properties
    }
    super().Do(
      input_dict, output_dict, {**exec_properties, key: json_utils.dumps(hparams)}
    )


def clp_trainer(run_fn: str, hparams: dict[str, Any], transform: BaseNode) -> Trainer:
  """Returns a Trainer for the splits `train` and `eval`.

  Example:
    >>> from tfx.v1.components import SchemaGen, StatisticsGen, Transform
    >>> examples = CommentsExampleGen(["comments.csv"]).outputs["examples"]
    >>> statistics = StatisticsGen(examples).outputs["statistics"]
    >>> transform = Transform(
    ...   examples,
    ...   SchemaGen(statistics).outputs["schema"],
    ...   preprocessing_fn="clp_tfx.modules.preprocessing.preprocessing_fn",
    ... )
    >>> hparams = {"counterfactual_loss_weight": 1.0, "epochs": 3}
    >>> trainer = clp_trainer("clp_tfx.modules.trainer.run_fn", hparams, transform)
    >>> trainer.exec_properties["epochs"]
    3

  Args:
    run_fn: Dotted path of the function that trains.
    hparams: Its hyperparameters, including `PARAMETERS`.
    transform: The Transform whose outputs it trains on.
  """
  # Weights by label are no property, which is a single value.
  parameters = {
    name: hparams[name] for name in PARAMETERS if not isinstance(hparams[name], dict)
  }
  trainer = Trainer(
    run_fn=run_fn,
    examples=transform.outputs["transformed_examples"],
    transform_graph=transform.outputs["transform_graph"],
    train_args=TrainArgs(splits=["train"]),
    eval_args=EvalArgs(splits=["eval"]),
    custom_config={
      name: value for name, value in hparams.items() if name not in parameters
    },
    custom_executor_spec=executor_spec.ExecutorClassSpec(Executor),
  )
  trainer.exec_properties.update(parameters)
  return trainer
