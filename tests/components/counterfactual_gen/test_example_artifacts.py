"""The same as TFX's own functions say, for artifacts that say something and nothing."""

import pytest
from tfx.components.util import examples_utils
from tfx.proto.example_gen_pb2 import PayloadFormat
from tfx.types import standard_artifacts

from clp_tfx.components.counterfactual_gen import example_artifacts


@pytest.fixture
def artifact():
  made = standard_artifacts.Examples()
  made.uri = "/x"
  made.split_names = '["train"]'
  return made


def formats_by_tfx(artifact):
  return (
    examples_utils.get_payload_format_string(artifact),
    examples_utils.get_file_format(artifact),
  )


def test_formats(artifact):
  assert example_artifacts.format_of(artifact) == formats_by_tfx(artifact)
  examples_utils.set_payload_format(artifact, PayloadFormat.FORMAT_PROTO)
  examples_utils.set_file_format(artifact, "parquet")
  assert example_artifacts.format_of(artifact) == ("FORMAT_PROTO", "parquet")


def test_the_payload_format_that_is_set(artifact):
  example_artifacts.set_payload_format(artifact)
  assert examples_utils.get_payload_format_string(artifact) == "FORMAT_TF_EXAMPLE"


def test_file_patterns(artifact):
  by_tfx = examples_utils.get_split_file_patterns([artifact], "train")
  assert example_artifacts.file_patterns([artifact], "train") == by_tfx
  key, value = examples_utils.get_custom_split_patterns_key_and_property(
    {"train": "some/train-*"}
  )
  artifact.set_string_custom_property(key, value)
  assert example_artifacts.file_patterns([artifact], "train") == ["/x/some/train-*"]
