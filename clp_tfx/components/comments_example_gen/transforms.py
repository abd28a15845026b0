"""Beam: files of comments to the examples of each split."""

import collections
from collections.abc import Iterable, Sequence

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from clp_tfx.components.comments_example_gen.comments import read_examples
from clp_tfx.components.comments_example_gen.examples import (
  TRAIN_OR_EVAL,
  ExampleConfig,
  SplitExample,
)
from clp_tfx.errors import InputError

_COUNTS = "counts"
Counts = dict[tuple[str, bool | None], int]
"""Number of examples by split and label, which is None where there is none."""


class ReadComments(beam.PTransform):
  """Reads files of comments into serialized tf.Examples, split by split.

  A `split` column decides, where a file has one; otherwise a hash of the text puts
  80% into `train` and 10% each into `eval` and `test`. If no row of any file is in
  `eval`, a tenth of the rows marked `train` is, by the same hash.

  Applied to a pipeline it returns one PCollection of bytes per name in
  `features.SPLITS`. Nothing comes out of their next grouping, such as a shuffle
  before writing, unless all comments are fit for training and judging.

  Args:
    paths: Files, as in `read_rows`.
    config: Which columns are read.

  Raises:
    InputError: While running, if a file is not as expected, or `train` or `test`
      has no positive or no negative comment.
  """

  def __init__(self, paths: Sequence[str], config: ExampleConfig):
    super().__init__()
    self._paths = list(paths)
    self._config = config

  @no_annotations  # Beam reads them as types of elements.
  def expand(self, pipeline: beam.Pipeline) -> dict[str, beam.PCollection]:
    """Implements PTransform."""
    read = (
      pipeline
      | beam.Create(self._paths)
      | beam.Reshuffle()
      | beam.ParDo(_ReadFile(self._config)).with_outputs()
    )
    return splits_of(read, self._paths, self._config)


class _ReadFile(beam.DoFn):
  """Reads one file, whose rows cannot be told apart without reading from its start."""

  def __init__(self, config: ExampleConfig):
    self._config = config

  def process(self, path: str):
    counts: Counts = collections.Counter()
    for example in read_examples(path, self._config):
      counts[example.split, example.is_positive] += 1
      yield tagged(example)
    yield tagged(counts)


def splits_of(
  read: beam.pvalue.DoOutputsTuple, paths: Sequence[str], config: ExampleConfig
) -> dict[str, beam.PCollection]:
  """Returns the examples of each split, and checks that there are enough.

  Args:
    read: Outputs of a DoFn, each as `tagged` makes it.
    paths: Where they are from, named in errors.
    config: Which columns were read.
  """
  counts = read[_COUNTS] | beam.CombineGlobally(_sum_counts)
  train, eval_ = read[TRAIN_OR_EVAL] | "TrainOrEval" >> beam.Partition(
    _undecided_split, 2, beam.pvalue.AsSingleton(counts)
  )
  splits = {
    "train": (read["train"], train),
    "eval": (read["eval"], eval_),
    "test": (read["test"],),
  }
  # An empty part of every split: a grouping has to wait for the check.
  checked = counts | "Check" >> beam.FlatMap(check_counts, paths, config)
  return {
    split: (*parts, checked) | f"Flatten[{split}]" >> beam.Flatten()
    for split, parts in splits.items()
  }


def tagged(output: SplitExample | Counts) -> beam.pvalue.TaggedOutput:
  """Returns an example, or counts of examples, as `splits_of` takes them."""
  if isinstance(output, SplitExample):
    return beam.pvalue.TaggedOutput(output.split, output.serialized)
  return beam.pvalue.TaggedOutput(_COUNTS, output)


def _sum_counts(counts: Iterable[Counts]) -> Counts:
  return sum(counts, collections.Counter())


def _undecided_split(serialized: bytes, num_splits: int, counts: Counts) -> int:
  """Returns 0, `train`, where some row is in `eval` already; otherwise 1, `eval`."""
  del serialized, num_splits
  return 0 if _has_eval(counts) else 1


def _has_eval(counts: Counts) -> bool:
  return any(split == "eval" for split, _ in counts)


def check_counts(
  counts: Counts, paths: Sequence[str], config: ExampleConfig
) -> list[bytes]:
  """Checks that there is enough to train with and to judge by.

  Args:
    counts: How many examples all files have.
    paths: The files, named in errors.
    config: The columns, named in errors.

  Returns:
    Nothing: an empty list.

  Raises:
    InputError: If `train` or `test` has no positive or no negative comment.
  """
  undecided = "train" if _has_eval(counts) else "eval"
  labels = collections.defaultdict(set)
  for split, is_positive in counts:
    labels[undecided if split == TRAIN_OR_EVAL else split].add(is_positive)
  share = f"{config.label_feature} {{}} {config.label_threshold:g}"
  for split in ("train", "test"):
    if not labels[split]:
      lacking = "comment"
    elif labels[split] == {None}:
      lacking = f"labelled comment (column {config.label_feature} is blank)"
    elif True not in labels[split]:
      lacking = f"positive comment ({share.format('>=')})"
    elif False not in labels[split]:
      lacking = f"negative comment ({share.format('<')})"
    else:
      continue
    raise InputError(
      f"{', '.join(paths)} has no {lacking} in its {split} split; add some, or change "
      "the label threshold or the split column."
    )
  return []
