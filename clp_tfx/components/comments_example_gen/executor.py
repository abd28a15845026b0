"""Executor of CommentsExampleGen."""

from typing import Any

import apache_beam as beam
from tfx import types
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import proto_utils

from clp_tfx import features
from clp_tfx.components.comments_example_gen.properties import (
  custom_values,
  example_config,
  range_config,
)
from clp_tfx.components.comments_example_gen.spans import find_files
from clp_tfx.components.comments_example_gen.transforms import ReadComments
from clp_tfx.files import remove_leftovers

PATTERNS, WINDOW = "patterns", "window"
"""Keys of the custom configuration; the others are fields of ExampleConfig."""
_PATHS = "paths"


class SplitsExecutor(BaseExampleGenExecutor):
  """Writes the splits and removes leftovers of earlier attempts from their folders."""

  def Do(
    self,
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Runs the base class's `Do` and cleans up."""
    super().Do(input_dict, output_dict, exec_properties)
    examples = output_dict[standard_component_specs.EXAMPLES_KEY]
    for split in features.SPLITS:
      remove_leftovers(artifact_utils.get_split_uri(examples, split))

  def GetInputSourceToExamplePTransform(self):
    """Not used: a split needs more than one transform per input."""
    raise NotImplementedError("All comments are read together.")


class Executor(SplitsExecutor):
  """Writes labelled comments as tf.Examples, one TFRecord folder per split."""

  def Do(
    self,
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Runs the base class's `Do`, which can split only a single input.

    The inputs, one per pattern, are for the driver's fingerprint. The executor finds
    the files itself because it does not get the driver's results in a compiled job of
    schema 2.0 or on backends without drivers.
    """
    values = custom_values(exec_properties)
    files = find_files(
      exec_properties[standard_component_specs.INPUT_BASE_KEY],
      values[PATTERNS],
      range_config(exec_properties),
      int(values[WINDOW]),
    )
    for artifact in output_dict[standard_component_specs.EXAMPLES_KEY]:
      artifact.span = files.span
    one_input = example_gen_pb2.Input(
      splits=[example_gen_pb2.Input.Split(name="comments", pattern="*")]
    )
    super().Do(
      input_dict,
      output_dict,
      {
        **exec_properties,
        standard_component_specs.INPUT_CONFIG_KEY: proto_utils.proto_to_json(one_input),
        _PATHS: files.paths,
      },
    )

  def GenerateExamplesByBeam(
    self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
  ) -> dict[str, beam.PCollection]:
    """Returns serialized tf.Examples by split."""
    config = example_config(exec_properties)
    return pipeline | ReadComments(exec_properties[_PATHS], config)
