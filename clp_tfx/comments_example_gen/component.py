"""CommentsExampleGen: labelled comments as the first component of a pipeline."""

import dataclasses
import os
import re
from collections.abc import Sequence

from google.protobuf import struct_pb2
from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.dsl.components.base import executor_spec
from tfx.proto import example_gen_pb2

from clp_tfx import features
from clp_tfx.code_digest import code_digest
from clp_tfx.comments_example_gen import executor
from clp_tfx.comments_example_gen.examples import ExampleConfig
from clp_tfx.errors import InputError


class CommentsExampleGen(FileBasedExampleGen):
  """Reads labelled comments into `train`, `eval` and `test` examples.

  Files are CSV (`.csv`, `.csv.gz`), Parquet (`.parquet`) or TFRecords of tf.Example
  (`.tfrecord`, `.tfrecord.gz`), on any file system that Beam knows. Civil Comments'
  columns, as Kaggle and TFDS name them, are taken as they are. What the examples
  hold is documented in `clp_tfx.features` and `examples.ExampleBuilder`, how they
  are split in `transforms.ReadComments`.

  The component runs again when a file's size or time of change differs.

  Component `outputs` contains:
    - `examples`: Channel of type `standard_artifacts.Examples`.
  """

  EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(executor.Executor)

  def __init__(
    self,
    comments: Sequence[str],
    text_feature: str = "comment_text",
    label_feature: str = "toxicity",
    label_threshold: float = 0.5,
    identity_threshold: float = 0.5,
  ):
    """Constructs the component; opens no file.

    Args:
      comments: Files, at least one: local paths, made absolute, or URIs, all of one
        file system.
      text_feature: Column of the text, and name of the feature that holds it. Where
        `comment_text` is missing, `text` is read.
      label_feature: Column of the label, a number in [0, 1] or blank for
        unlabelled, and name of its feature. Where `toxicity` is missing, `target`
        is read.
      label_threshold: A label from here on is positive.
      identity_threshold: An identity column from here on counts as annotated.

    Raises:
      InputError: If no file is given, one is given twice, or their names cannot be
        looked for together.
    """
    paths = [path if "://" in path else os.path.abspath(path) for path in comments]
    input_base, input_config = _inputs(paths)
    config = ExampleConfig(
      text_feature, label_feature, label_threshold, identity_threshold
    )
    super().__init__(
      input_base=input_base,
      input_config=input_config,
      output_config=_outputs(),
      custom_config=_custom_config(paths, config),
    )
    self.exec_properties["code_digest"] = code_digest(executor.__name__)


def _inputs(paths: list[str]) -> tuple[str, example_gen_pb2.Input]:
  """Returns a common folder and an input per file, for the driver to look for."""
  if not paths:
    raise InputError("No files of comments are given; give at least one.")
  if len(set(paths)) < len(paths):
    twice = next(path for path in paths if paths.count(path) > 1)
    raise InputError(f"{twice} is given twice; give each file of comments once.")
  for path in paths:
    if "\\" in path:
      raise InputError(f"{path} has a backslash in its name; rename it without.")
  patterns = [_literal(path) for path in paths]
  common = os.path.commonprefix(patterns)
  base = common[: common.rfind("/") + 1]
  if not base:
    raise InputError(
      f"{', '.join(paths)} are on different file systems; copy them to one."
    )
  splits = [
    example_gen_pb2.Input.Split(name=f"comments_{i}", pattern=pattern[len(base) :])
    for i, pattern in enumerate(patterns)
  ]
  return base, example_gen_pb2.Input(splits=splits)


def _literal(path: str) -> str:
  """Returns a glob pattern, without TFX's `{SPAN}` and the like, for one path."""
  return re.sub(r"[*?\[{]", r"[\g<0>]", path)


def _outputs() -> example_gen_pb2.Output:
  """Names the splits; TFX wants a size of each too, which the executor decides."""
  splits = [
    example_gen_pb2.SplitConfig.Split(name=split, hash_buckets=1)
    for split in features.SPLITS
  ]
  return example_gen_pb2.Output(split_config=example_gen_pb2.SplitConfig(splits=splits))


def _custom_config(
  paths: list[str], config: ExampleConfig
) -> example_gen_pb2.CustomConfig:
  struct = struct_pb2.Struct()
  struct.update({**dataclasses.asdict(config), executor.PATHS: paths})
  custom_config = example_gen_pb2.CustomConfig()
  custom_config.custom_config.Pack(struct, deterministic=True)
  return custom_config
