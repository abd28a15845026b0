"""Executor of CommentsExampleGen."""

import abc
from typing import Any

import apache_beam as beam
from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_component_specs

from clp_tfx import features
from clp_tfx.components.comments_example_gen.neutral_sentences import (
  NEUTRAL_SENTENCES,
  neutral_examples,
)
from clp_tfx.components.comments_example_gen.properties import (
  custom_values,
  example_config,
  range_config,
)
from clp_tfx.components.comments_example_gen.shards import WriteShards
from clp_tfx.components.comments_example_gen.spans import find_files
from clp_tfx.components.comments_example_gen.transforms import ReadComments
from clp_tfx.files import remove_leftovers

PATTERNS, WINDOW = "patterns", "window"
"""Keys of the custom configuration; the others are fields of ExampleConfig."""
_PATHS = "paths"


class SplitsExecutor(BaseBeamExecutor):
  """Writes the splits and removes leftovers of earlier attempts from their folders."""

  def Do(
    self,
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Writes `examples` as described in `component.CommentsExampleGen`."""
    (examples,) = output_dict[standard_component_specs.EXAMPLES_KEY]
    examples.split_names = artifact_utils.encode_split_names(list(features.SPLITS))
    examples_utils.set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    folders = {
      split: artifact_utils.get_split_uri([examples], split)
      for split in features.SPLITS
    }
    with self._make_beam_pipeline() as pipeline:
      splits = self.examples_by_split(pipeline, exec_properties)
      if number := int(custom_values(exec_properties).get(NEUTRAL_SENTENCES, 0)):
        added = (
          pipeline
          | "Neutral" >> beam.Create([number])
          | beam.FlatMap(neutral_examples, example_config(exec_properties))
        )
        splits["train"] = (splits["train"], added) | "Add" >> beam.Flatten()
      for split, folder in folders.items():
        _ = splits[split] | f"Write[{split}]" >> WriteShards(folder)
    for folder in folders.values():
      remove_leftovers(folder)

  @abc.abstractmethod
  def examples_by_split(
    self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
  ) -> dict[str, beam.PCollection]:
    """Returns serialized tf.Examples by split."""


class Executor(SplitsExecutor):
  """Writes labelled comments as tf.Examples, one TFRecord folder per split."""

  def Do(
    self,
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Finds the files and writes `examples`.

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
    super().Do(input_dict, output_dict, {**exec_properties, _PATHS: files.paths})

  def examples_by_split(
    self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
  ) -> dict[str, beam.PCollection]:
    """Returns serialized tf.Examples by split."""
    config = example_config(exec_properties)
    return pipeline | ReadComments(exec_properties[_PATHS], config)
