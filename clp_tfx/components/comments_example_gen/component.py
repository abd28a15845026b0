"""CommentsExampleGen: reads labelled comments at the start of a pipeline."""

import os
from collections.abc import Mapping, Sequence

from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.dsl.components.base import executor_spec
from tfx.proto import example_gen_pb2

from clp_tfx.code_digest import code_digest
from clp_tfx.components.comments_example_gen import executor
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.comments_example_gen.properties import (
  custom_config,
  output_splits,
)
from clp_tfx.components.comments_example_gen.spans import (
  as_pattern,
  common_folder,
  has_span,
  one_span,
)
from clp_tfx.errors import InputError


class CommentsExampleGen(FileBasedExampleGen):
  """Reads labelled comments into `train`, `eval` and `test` examples.

  Files are CSV (with commas, tabs or semicolons), Parquet or TFRecords of tf.Example;
  CSV and TFRecords may be gzipped. Their content says so, not their names. They may be
  on any file system that both Beam and TensorFlow know. Each file is read by one
  worker, so several files are read in parallel. The columns of Civil Comments, as
  Kaggle and TFDS name them, work unchanged. `clp_tfx.features` and
  `examples.ExampleBuilder` document the examples, `transforms.ReadComments` the splits.

  The component runs again when the size or modification time of a file changes; if
  there are several spans, only files of the newest are considered.

  Component `outputs` contains:
    - `examples`: Channel of type `standard_artifacts.Examples`.

  Example:
    >>> component = CommentsExampleGen(["comments.csv"], label_feature="toxicity")
    >>> [*component.outputs]
    ['examples']
  """

  EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(executor.Executor)

  def __init__(
    self,
    comments: Sequence[str],
    text_feature: str = ExampleConfig.text_feature,
    label_feature: str | Sequence[str] = ExampleConfig.label_feature,
    label_threshold: float | Mapping[str, float] = ExampleConfig.label_threshold,
    identity_threshold: float = ExampleConfig.identity_threshold,
    span: int | None = None,
    window: int = 1,
    neutral_sentences: int = 0,
    classes: Sequence[str] = (),
    rating: bool = False,
  ):
    """Constructs the component without opening any file.

    Args:
      comments: One or more files on one file system: local paths (made absolute), URIs,
        or patterns of them with wildcards and spans; see `spans.as_pattern`.
      text_feature: Column of the text, and name of its feature. If `comment_text` is
        missing, `text` is read.
      label_feature: Column of the label, a number in [0, 1] or blank if unlabelled, and
        name of its feature. If `toxicity` is missing, `target` is read. Several, for a
        model with several outputs, give each its own pair of `features.binary_label`
        and `features.label_weight`.
      label_threshold: Lowest label of a positive comment, or a mapping by label, with
        that of all others as `*`.
      identity_threshold: Lowest value at which an identity column counts as annotated.
      span: The span to read: its number or, for dates, its days since 1970-01-01; the
        newest by default.
      window: Number of spans to read: `span` and those before it.
      neutral_sentences: Number of neutral sentences in English about people, those of
        the training half of the probes, to add to `train` without a label.
      classes: Names of the label's classes, in the order of the model's outputs; the
        column holds these names or, if none of them is a number, their places from 0.
        By default, the label is a number in [0, 1].
      rating: Whether the label is a number of any size.

    Raises:
      InputError: If no file is given, a file is given twice, the files cannot be found
        with one search, or a span is given but their names have none.
    """
    paths = [path if "://" in path else os.path.abspath(path) for path in comments]
    input_base, patterns = _inputs(paths)
    _check_spans(paths, patterns, span, window)
    config = ExampleConfig(
      text_feature,
      label_feature,
      label_threshold,
      tuple(classes),
      identity_threshold,
      rating,
      # The executor's errors are in logs, which may not hold words of comments.
      example_texts=False,
    )
    super().__init__(
      input_base=input_base,
      input_config=_input_config(patterns),
      output_config=output_splits(),
      range_config=None if span is None else one_span(span),
      custom_config=custom_config(
        config,
        neutral_sentences,
        **{executor.PATTERNS: patterns, executor.WINDOW: window},
      ),
    )
    self.exec_properties["code_digest"] = code_digest(executor.__name__)


def _inputs(paths: list[str]) -> tuple[str, list[str]]:
  """Returns a common folder and, for each path, a pattern within it."""
  if not paths:
    raise InputError("No files of comments are given; give at least one.")
  if len(set(paths)) < len(paths):
    twice = next(path for path in paths if paths.count(path) > 1)
    raise InputError(f"{twice} is given twice; give each file of comments once.")
  for path in paths:
    if "\\" in path:
      raise InputError(f"{path} has a backslash in its name; rename it without one.")
  patterns = [as_pattern(path) for path in paths]
  base = common_folder(patterns)
  if not base:
    raise InputError(
      f"{', '.join(paths)} are on different file systems; copy them to one."
    )
  return base, [pattern[len(base) :] for pattern in patterns]


def _check_spans(
  paths: list[str], patterns: list[str], span: int | None, window: int
) -> None:
  spanned = [has_span(pattern) for pattern in patterns]
  if any(spanned) and not all(spanned):
    raise InputError(
      f"Expected spans in all or none of the comments. Received: {', '.join(paths)}."
    )
  if not any(spanned) and (span is not None or window > 1):
    raise InputError(
      "Expected comments with spans, such as day-{SPAN}.csv or {YYYY}-{MM}-{DD}.csv, "
      f"because --span or --window is given. Received: {', '.join(paths)}."
    )
  if window > 1 and any("{VERSION" in pattern for pattern in patterns):
    raise InputError(
      "Expected no {VERSION} in comments together with --window, which does not look "
      f"for versions of earlier spans. Received: {', '.join(paths)}."
    )


def _input_config(patterns: list[str]) -> example_gen_pb2.Input:
  """Returns one input per pattern for the driver to find."""
  return example_gen_pb2.Input(
    splits=[
      example_gen_pb2.Input.Split(name=f"comments_{i}", pattern=pattern)
      for i, pattern in enumerate(patterns)
    ]
  )
