"""What CounterfactualGen runs: splits in, the same splits with counterfactuals out."""

import os

import apache_beam as beam
import tensorflow as tf
from apache_beam.coders.coders import DeterministicProtoCoder
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto.example_gen_pb2 import PayloadFormat
from tfx.types import Artifact, artifact_utils

from clp_tfx.counterfactual_gen import transforms
from clp_tfx.errors import InputError

_FORMAT = ("FORMAT_TF_EXAMPLE", "tfrecords_gzip")


class Executor(BaseBeamExecutor):
  """Adds counterfactuals to the examples of every split."""

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, str],
  ) -> None:
    """Reads and writes `examples`, as `component.CounterfactualGen` describes."""
    source = artifact_utils.get_single_instance(input_dict["original_examples"])
    target = artifact_utils.get_single_instance(output_dict["examples"])
    _check_format(source)
    target.split_names, target.span = source.split_names, source.span
    examples_utils.set_payload_format(target, PayloadFormat.FORMAT_TF_EXAMPLE)
    identity_terms = transforms.load_identity_terms(
      exec_properties["identity_terms"], exec_properties["identity_terms_digest"]
    )
    text_feature = exec_properties["text_feature"]
    generate = transforms.GenerateCounterfactuals(
      identity_terms, text_feature, require_match=False
    )
    coder = DeterministicProtoCoder(tf.train.Example)
    with self._make_beam_pipeline() as pipeline:
      generated = []
      for split in artifact_utils.decode_split_names(source.split_names):
        (pattern,) = examples_utils.get_split_file_patterns([source], split)
        folder = artifact_utils.get_split_uri([target], split)
        prefix = os.path.join(folder, "data_tfrecord")
        read = beam.io.ReadFromTFRecord(pattern, coder, validate=False)
        write = beam.io.WriteToTFRecord(prefix, coder, ".gz")
        generated.append(
          pipeline | f"Read[{split}]" >> read | f"Generate[{split}]" >> generate
        )
        _ = generated[-1] | f"Write[{split}]" >> write
      require_match = transforms.RequireMatch(identity_terms, text_feature)
      _ = generated | beam.Flatten(pipeline=pipeline) | require_match


def _check_format(source: Artifact) -> None:
  found = (
    examples_utils.get_payload_format_string(source),
    examples_utils.get_file_format(source),
  )
  if found != _FORMAT:
    raise InputError(
      f"Expected examples as {' in '.join(_FORMAT)}, but those in {source.uri!r} are "
      f"{' in '.join(found)}: set the output format of ExampleGen."
    )
