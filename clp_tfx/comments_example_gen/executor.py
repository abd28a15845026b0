"""Executor of CommentsExampleGen."""

import dataclasses
from typing import Any

import apache_beam as beam
from google.protobuf import json_format, struct_pb2
from tfx import types
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_component_specs
from tfx.utils import proto_utils

from clp_tfx.comments_example_gen.examples import ExampleConfig
from clp_tfx.comments_example_gen.transforms import ReadComments

PATHS = "paths"
"""Key of the custom configuration: the files; others are fields of ExampleConfig."""


class Executor(BaseExampleGenExecutor):
  """Writes labelled comments as tf.Examples, a TFRecord folder per split."""

  def Do(
    self,
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Runs the base class's `Do`, which refuses to split more than one input.

    The inputs, one per file, are for the driver's fingerprint; the executor reads
    the files that the custom configuration names.
    """
    one_input = example_gen_pb2.Input(
      splits=[example_gen_pb2.Input.Split(name="comments", pattern="*")]
    )
    super().Do(
      input_dict,
      output_dict,
      {
        **exec_properties,
        standard_component_specs.INPUT_CONFIG_KEY: proto_utils.proto_to_json(one_input),
      },
    )

  def GenerateExamplesByBeam(
    self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
  ) -> dict[str, beam.PCollection]:
    """Returns serialized tf.Examples by split."""
    custom_config = example_gen_pb2.CustomConfig()
    proto_utils.json_to_proto(
      exec_properties[standard_component_specs.CUSTOM_CONFIG_KEY], custom_config
    )
    struct = struct_pb2.Struct()
    custom_config.custom_config.Unpack(struct)
    values = json_format.MessageToDict(struct)
    names = [field.name for field in dataclasses.fields(ExampleConfig)]
    config = ExampleConfig(**{name: values[name] for name in names})
    return pipeline | ReadComments(values[PATHS], config)

  def GetInputSourceToExamplePTransform(self):
    """Not used: splits need more than one transform from an input to its records."""
    raise NotImplementedError("CommentsExampleGen reads all of its inputs together.")
