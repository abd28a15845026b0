"""What of a compiled job may differ from run to run, without compiling again.

The gate's bounds are none of it, on purpose: nobody loosens them at submission.
"""

from typing import Any, NamedTuple

from tfx import v1 as tfx
from tfx.types import standard_component_specs

from clp_tfx.pipeline.nodes import CONTROL_ID, EXAMPLE_GEN_ID
from clp_tfx.training.hparams import HParams


class JobParameter(NamedTuple):
  """A parameter of a job.

  Attributes:
    name: Its name.
    kind: `str`, `int` or `float`.
    help: What it means, for people.
    places: The components, by id, and their properties that it stands for; of a
      component that a pipeline does not have, or that has no such property, none.
  """

  name: str
  kind: type
  help: str
  places: tuple[tuple[str, str], ...]


def _of_training(name: str, *nodes: str) -> JobParameter:
  """Returns the parameter for a training option that is a property of Trainers."""
  field = HParams.__dataclass_fields__[name]
  places = tuple((node, name) for node in nodes)
  return JobParameter(name, field.type, field.metadata["help"], places)


JOB_PARAMETERS = (
  JobParameter(
    "comments_folder",
    str,
    "Folder that the names of the comments' files, which are compiled in, are within.",
    ((EXAMPLE_GEN_ID, standard_component_specs.INPUT_BASE_KEY),),
  ),
  JobParameter(
    "span",
    str,
    "Span of the comments, as TFX's RangeConfig in JSON: "
    '{"staticRange": {"startSpanNumber": 7, "endSpanNumber": 7}}; the newest when '
    "empty.",
    ((EXAMPLE_GEN_ID, standard_component_specs.RANGE_CONFIG_KEY),),
  ),
  _of_training("counterfactual_loss_weight", "Trainer"),
  _of_training("epochs", "Trainer", CONTROL_ID),
)


def with_parameters(pipeline: tfx.dsl.Pipeline) -> dict[str, Any]:
  """Makes the places of `JOB_PARAMETERS` in a pipeline runtime parameters.

  Args:
    pipeline: Changed in place.

  Returns:
    The parameters' values, as the pipeline had them, by name.
  """
  nodes = {node.id: node for node in pipeline.components}
  values = {}
  for name, kind, help_, places in JOB_PARAMETERS:
    for node, key in places:
      if node in nodes and key in nodes[node].exec_properties:
        properties = nodes[node].exec_properties
        values[name] = kind(properties[key] or kind())
        properties[key] = tfx.dsl.experimental.RuntimeParameter(
          name=name, ptype=kind, default=values[name], description=help_
        )
  return values
