"""Execution properties that the components pass to their executors."""

import dataclasses
from typing import Any

from google.protobuf import json_format, struct_pb2
from tfx.proto import example_gen_pb2, range_config_pb2
from tfx.types import standard_component_specs
from tfx.utils import proto_utils

from clp_tfx import features
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.comments_example_gen.neutral_sentences import (
  NEUTRAL_SENTENCES,
)
from clp_tfx.options import names_of


def output_splits() -> example_gen_pb2.Output:
  """Returns the names of the splits; TFX requires sizes too, which are not used."""
  splits = [
    example_gen_pb2.SplitConfig.Split(name=split, hash_buckets=1)
    for split in features.SPLITS
  ]
  return example_gen_pb2.Output(split_config=example_gen_pb2.SplitConfig(splits=splits))


def custom_config(
  config: ExampleConfig, neutral_sentences: int, **more: Any
) -> example_gen_pb2.CustomConfig:
  """Packs the configuration of the columns, the sentences to add and further values."""
  struct = struct_pb2.Struct()
  if neutral_sentences:  # Without any, examples of earlier runs are found in the cache.
    more[NEUTRAL_SENTENCES] = neutral_sentences
  columns = dataclasses.asdict(config)
  columns["label_feature"] = _plain(config.label_feature)
  columns["classes"] = list(config.classes)
  for name in ("classes", "rating"):
    if not columns[name]:  # Likewise.
      del columns[name]
  struct.update({**columns, **more})
  packed = example_gen_pb2.CustomConfig()
  packed.custom_config.Pack(struct, deterministic=True)
  return packed


def _plain(value: str | tuple[str, ...]) -> str | list[str]:
  """Returns a value as protocol buffers take it: a list in place of a tuple."""
  return list(value) if isinstance(value, tuple) else value


def example_config(exec_properties: dict[str, Any]) -> ExampleConfig:
  """Returns the configuration of the columns that `custom_config` packed."""
  values = custom_values(exec_properties)
  known = set(names_of(ExampleConfig)) & set(values)
  return ExampleConfig(**{name: values[name] for name in known})


def custom_values(exec_properties: dict[str, Any]) -> dict[str, Any]:
  """Returns everything that `custom_config` packed, with all numbers as floats."""
  packed = example_gen_pb2.CustomConfig()
  proto_utils.json_to_proto(
    exec_properties[standard_component_specs.CUSTOM_CONFIG_KEY], packed
  )
  struct = struct_pb2.Struct()
  packed.custom_config.Unpack(struct)
  return json_format.MessageToDict(struct)


def range_config(
  exec_properties: dict[str, Any],
) -> range_config_pb2.RangeConfig | None:
  """Returns the requested spans, None if there are none."""
  text = exec_properties.get(standard_component_specs.RANGE_CONFIG_KEY)
  if not text:
    return None
  spans = range_config_pb2.RangeConfig()
  proto_utils.json_to_proto(text, spans)
  return spans
