"""Beam transforms that read files of comments into the examples of each split."""

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
from clp_tfx.options import Label

_COUNTS = "counts"
Counts = dict[tuple[str, tuple[bool | int | None, ...]], int]
"""Number of examples by split and labels (None where one is blank)."""


class ReadComments(beam.PTransform):
  """Reads files of comments into serialized tf.Examples, split by split.

  If a file has a `split` column, it decides; otherwise a hash of the text puts 80% into
  `train` and 10% each into `eval` and `test`. If no row of any file is in `eval`, a
  tenth of the rows marked `train` goes there, by the same hash.

  Applied to a pipeline, it returns one PCollection of bytes per name in
  `features.SPLITS`. Their next grouping, such as that before writing, waits until
  all comments are checked.

  Args:
    paths: Files, as in `read_rows`.
    config: Columns to read.

  Raises:
    InputError: While running, if a file is invalid, or `train` or `test` has no
      positive or no negative comment.
  """

  def __init__(self, paths: Sequence[str], config: ExampleConfig):
    super().__init__()
    self._paths = list(paths)
    self._config = config

  @no_annotations  # Beam takes annotations for element types.
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
  """Reads one whole file, since rows can only be found from its start."""

  def __init__(self, config: ExampleConfig):
    self._config = config

  def process(self, path: str):
    counts: Counts = collections.Counter()
    for example in read_examples(path, self._config):
      counts[example.split, example.labels] += 1
      yield tagged(example)
    yield tagged(counts)


def splits_of(
  read: beam.pvalue.DoOutputsTuple, paths: Sequence[str], config: ExampleConfig
) -> dict[str, beam.PCollection]:
  """Returns the examples of each split and checks that there are enough.

  Args:
    read: Outputs of a DoFn, each made by `tagged`.
    paths: Sources of the examples, for errors.
    config: Columns that were read.
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
  # Added to every split, although empty, so that groupings wait for the check.
  checked = counts | "Check" >> beam.FlatMap(check_counts, paths, config)
  return {
    split: (*parts, checked) | f"Flatten[{split}]" >> beam.Flatten()
    for split, parts in splits.items()
  }


def tagged(output: SplitExample | Counts) -> beam.pvalue.TaggedOutput:
  """Returns an example, or counts of examples, tagged for `splits_of`."""
  if isinstance(output, SplitExample):
    return beam.pvalue.TaggedOutput(output.split, output.serialized)
  return beam.pvalue.TaggedOutput(_COUNTS, output)


def _sum_counts(counts: Iterable[Counts]) -> Counts:
  return sum(counts, collections.Counter())


def _undecided_split(serialized: bytes, num_splits: int, counts: Counts) -> int:
  """Returns 0 for `train` if any row is already in `eval`, otherwise 1 for `eval`."""
  del serialized, num_splits
  return 0 if _has_eval(counts) else 1


def _has_eval(counts: Counts) -> bool:
  return any(split == "eval" for split, _ in counts)


def check_counts(
  counts: Counts, paths: Sequence[str], config: ExampleConfig
) -> list[bytes]:
  """Checks that there are enough examples to train and to evaluate.

  Args:
    counts: Number of examples of all files.
    paths: The files, for errors.
    config: The columns, for errors.

  Returns:
    An empty list.

  Raises:
    InputError: If `train` or `test` has no positive or no negative comment by a label,
      or none of a class.
  """
  undecided = "train" if _has_eval(counts) else "eval"
  for place, label in enumerate(config.labels):
    found = collections.defaultdict(set)
    for split, labels in counts:
      found[undecided if split == TRAIN_OR_EVAL else split].add(labels[place])
    for split in ("train", "test"):
      if lacking := _lacking(found[split], label, config):
        changeable = "classes" if config.classes else "label threshold"
        raise InputError(
          f"{', '.join(paths)} has no {lacking} in its {split} split; add some, or "
          f"change the {changeable} or the split column."
        )
  return []


def _lacking(found: set[bool | int | None], label: Label, config: ExampleConfig) -> str:
  """Returns what a split lacks for a label; empty if nothing."""
  if not found:
    return "comment"
  if found == {None}:
    return f"labelled comment (column {label.column} is blank)"
  if config.rating:
    return ""
  if config.classes:
    absent = [name for place, name in enumerate(config.classes) if place not in found]
    return f"comment of the class {absent[0]}" if absent else ""
  if True not in found:
    return f"positive comment ({label.column} >= {label.threshold:g})"
  if False not in found:
    return f"negative comment ({label.column} < {label.threshold:g})"
  return ""
