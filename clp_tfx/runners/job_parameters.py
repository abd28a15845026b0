"""Parameters of a compiled job that can change per run without compiling again.

The gate's bounds are not among them, so that nobody can loosen them at submission.
"""

from typing import Any, NamedTuple

from tfx.orchestration.data_types import RuntimeParameter
from tfx.orchestration.pipeline import Pipeline
from tfx.types import standard_component_specs

from clp_tfx.options import value_types
from clp_tfx.pipeline.nodes import CONTROL_ID, EXAMPLE_GEN_ID
from clp_tfx.training.hparams import HParams


class JobParameter(NamedTuple):
  """A parameter of a job.

  Attributes:
    name: Its name.
    kind: `str`, `int` or `float`.
    help: The help text.
    places: Pairs of component id and property that it replaces; missing components and
      properties are skipped.
  """

  name: str
  kind: type
  help: str
  places: tuple[tuple[str, str], ...]


def _of_training(name: str, *nodes: str) -> JobParameter:
  """Returns the parameter for a training option that is a property of the Trainers."""
  field = HParams.__dataclass_fields__[name]
  places = tuple((node, name) for node in nodes)
  return JobParameter(name, value_types(field)[0], field.metadata["help"], places)


JOB_PARAMETERS = (
  JobParameter(
    "comments_folder",
    str,
    "Folder of the comments' files; the file names themselves are compiled in.",
    ((EXAMPLE_GEN_ID, standard_component_specs.INPUT_BASE_KEY),),
  ),
  JobParameter(
    "span",
    str,
    "Span of the comments, as TFX's RangeConfig in JSON: "
    '{"staticRange": {"startSpanNumber": 7, "endSpanNumber": 7}}; the newest if empty.',
    ((EXAMPLE_GEN_ID, standard_component_specs.RANGE_CONFIG_KEY),),
  ),
  _of_training("counterfactual_loss_weight", "Trainer"),
  _of_training("epochs", "Trainer", CONTROL_ID),
)


def with_parameters(pipeline: Pipeline) -> dict[str, Any]:
  """Replaces the properties listed in `JOB_PARAMETERS` with runtime parameters.

  Args:
    pipeline: The pipeline, changed in place.

  Returns:
    The original values by name of the parameter.
  """
  nodes = {node.id: node for node in pipeline.components}
  values = {}
  for name, kind, help_, places in JOB_PARAMETERS:
    for node, key in places:
      if node in nodes and key in nodes[node].exec_properties:
        properties = nodes[node].exec_properties
        values[name] = kind(properties[key] or kind())
        properties[key] = RuntimeParameter(
          name=name, ptype=kind, default=values[name], description=help_
        )
  return values
