"""Beam transforms that add counterfactuals to `tf.train.Example` records."""

import collections
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import tensorflow as tf
from apache_beam.metrics import Metrics

from clp_tfx.components.counterfactual_gen import statistics
from clp_tfx.components.counterfactual_gen.examples import (
  TextReader,
  added,
  label_of,
  without_added,
)
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import Refusals
from clp_tfx.counterfactuals.outcome import Outcome
from clp_tfx.errors import InputError
from clp_tfx.options import names_of

BATCH_SIZE = 512
_SPLIT = "all"


def load_identity_terms(name_or_path: str, digest: str | None = None) -> IdentityTerms:
  """Loads a lexicon and checks that it has not changed.

  Args:
    name_or_path: Name of a built-in lexicon or path of a CSV file.
    digest: The expected digest, if the lexicon was loaded before.

  Raises:
    InputError: If the lexicon does not exist, cannot be read, is invalid or has another
      digest.
  """
  identity_terms = IdentityTerms.load(name_or_path)
  if digest and digest != identity_terms.digest():
    raise InputError(
      f"Expected lexicon {name_or_path!r} to be the one the pipeline was created with, "
      "but its terms have changed since: create the pipeline again."
    )
  return identity_terms


@beam.typehints.with_input_types(tf.train.Example)
@beam.typehints.with_output_types(tf.train.Example)
class GenerateCounterfactuals(beam.PTransform):
  """Adds the counterfactuals of a text feature to examples.

  Adds the same features of `clp_tfx.features` as CounterfactualGen, each a bytes list
  of any length, and keeps all other features unchanged. Texts without an identity term
  get empty lists. Examples are processed in batches; their timestamps become the end of
  their window.

  Counts, in the namespace `clp_tfx`: `texts`, `texts_matched`, `counterfactuals` and
  `skipped_…` by reason.

  Example:
    >>> import apache_beam as beam
    >>> import tensorflow as tf
    >>> example = tf.train.Example()
    >>> text = example.features.feature["comment_text"].bytes_list
    >>> text.value.append(b"I met a gay neighbor")
    >>> def counterfactuals(example):
    ...   return example.features.feature["counterfactual_text"].bytes_list.value
    >>> with beam.Pipeline() as pipeline:
    ...   examples = pipeline | beam.Create([example])
    ...   added = examples | GenerateCounterfactuals(text_feature="comment_text")
    ...   _ = added | beam.FlatMap(counterfactuals) | beam.Map(print)
    b'I met a neighbor'

  Args:
    identity_terms: A lexicon, the name of a built-in one, or the path of a CSV file,
      which is read here.
    text_feature: Name of the feature with the text: one UTF-8 bytes value. Bytes that
      are not UTF-8 are kept unchanged.
    require_match: Whether to fail if no text of the input has an identity term.
    pejorative_terms: Further terms that make a text ineligible, as a lexicon, name or
      path; the default if None, no terms if empty.
    is_training: Whether the pairs are for training; `min_confidence` and
      `only_when_label_below` apply only then.
    **options: Further fields of `GeneratorOptions`, such as `method`.

  Raises:
    InputError: If a lexicon or an option is invalid; while running, if an example has
      no text, or no text has a term.
  """

  def __init__(
    self,
    identity_terms: IdentityTerms | str = GeneratorOptions.identity_terms,
    text_feature: str = GeneratorOptions.text_feature,
    require_match: bool = True,
    pejorative_terms: IdentityTerms | str | None = None,
    is_training: bool = True,
    **options: Any,
  ):
    super().__init__()
    names = {"pejorative_terms", "no_match"}
    if unknown := sorted(set(options) - (set(names_of(GeneratorOptions)) - names)):
      raise TypeError(f"Expected options of GeneratorOptions. Received: {unknown}.")
    if isinstance(identity_terms, str):
      identity_terms = load_identity_terms(identity_terms)
    if pejorative_terms is None:
      pejorative_terms = GeneratorOptions.pejorative_terms
    if isinstance(pejorative_terms, str):
      pejorative_terms = load_pejorative_terms(pejorative_terms)
    self._generation = Generation(
      identity_terms,
      pejorative_terms,
      GeneratorOptions(text_feature=text_feature, **options),
      is_training,
    )
    self._require_match = require_match

  def expand(self, examples: beam.PCollection) -> beam.PCollection:
    """Adds the features and, if required, the check for matches."""
    generated = (
      examples
      | "Serialize" >> beam.Map(_serialize).with_output_types(bytes)
      | "AddFeatures" >> AddCounterfactuals(self._generation, _SPLIT)
    )
    if self._require_match:
      _ = (
        generated.counts
        | "Count" >> beam.CombineGlobally(statistics.SumCounts())
        | "Check" >> beam.Map(check_match, self._generation)
      )
    return generated.examples | "Parse" >> beam.Map(
      tf.train.Example.FromString
    ).with_output_types(tf.train.Example)


def load_pejorative_terms(
  name_or_path: str, digest: str | None = None
) -> IdentityTerms | None:
  """Loads a lexicon as `load_identity_terms` does; None if the name is empty."""
  return load_identity_terms(name_or_path, digest) if name_or_path else None


class Generated(NamedTuple):
  """The outputs of `AddCounterfactuals`.

  Attributes:
    examples: Serialised tf.Examples.
    counts: `statistics.Counts` per batch.
  """

  examples: beam.PCollection
  counts: beam.PCollection


@beam.typehints.with_input_types(bytes)
class AddCounterfactuals(beam.PTransform):
  """Appends the counterfactuals of a text feature to serialised tf.Examples.

  Args:
    generation: How to generate them.
    split: The split's name, for the counts.
  """

  def __init__(self, generation: Generation, split: str):
    super().__init__()
    self._generation = generation
    self._split = split

  def expand(self, examples: beam.PCollection) -> Generated:
    """Adds the features batch by batch."""
    batches = examples | beam.BatchElements(BATCH_SIZE, BATCH_SIZE)
    outputs = batches | "Add" >> beam.ParDo(
      _AddFeatures(self._generation, self._split)
    ).with_outputs(_AddFeatures.COUNTS, main="examples").with_output_types(bytes)
    return Generated(outputs["examples"], outputs[_AddFeatures.COUNTS])


class _AddFeatures(beam.DoFn):
  """Adds the features to a batch of examples."""

  COUNTS = "counts"

  def __init__(self, generation: Generation, split: str):
    self._generation = generation
    self._split = split

  def setup(self) -> None:
    self._adder = FeatureAdder(self._generation, self._split)

  def process(self, examples: list[bytes]) -> Iterator[Any]:
    records, counts = self._adder.add(examples)
    yield from records
    yield beam.pvalue.TaggedOutput(self.COUNTS, counts)


class FeatureAdder:
  """Appends counterfactuals to batches of serialised tf.Examples; not thread-safe.

  Args:
    generation: How to generate them.
    split: The split's name, for the counts.
  """

  def __init__(self, generation: Generation, split: str):
    self._generator = generation.start()
    options = generation.options
    self._others = options.also_edited
    self._readers = [TextReader(options.text_feature)]
    self._readers += [TextReader(name, may_be_blank=True) for name in self._others]
    self._nothing_added = added(Outcome([], [], ""), self._others)
    self._labels = options.label_columns
    self._split = split

  def add(self, examples: Sequence[bytes]) -> tuple[list[bytes], statistics.Counts]:
    """Returns the examples with features added, and counts; updates Beam's counters."""
    refusals: Refusals = collections.Counter()
    columns = [reader.texts(examples) for reader in self._readers]

    def label(row: int) -> float | None:
      return label_of(examples[row], *self._labels)

    outcomes = (
      self._generator.joint_outcomes(columns, label, refusals)
      if self._others
      else self._generator.outcomes(*columns, label, refusals)
    )
    counts = statistics.count(outcomes, self._split, refusals)
    for name, number in _totals(counts).items():
      Metrics.counter("clp_tfx", name).inc(number)
    records = [
      example
      + (added(outcome, self._others) if outcome.mentions else self._nothing_added)
      for example, outcome in zip(without_added(examples), outcomes, strict=True)
    ]
    return records, counts


def check_match(counts: statistics.Counts, generation: Generation) -> None:
  """Checks that at least one text has a term.

  Raises:
    InputError: If no text has one.
  """
  options = generation.options
  names = " or ".join(map(repr, (options.text_feature, *options.also_edited)))
  if not _totals(counts)[statistics.MATCHED]:
    raise InputError(
      f"Expected at least one text of feature {names} to "
      f"have a term of lexicon {generation.identity_terms.source!r}, but none has: "
      "choose a lexicon for these texts or another text feature."
    )


def _totals(counts: statistics.Counts) -> collections.Counter[str]:
  """Returns the counts of all splits by name of the Beam counter."""
  totals: collections.Counter[str] = collections.Counter()
  for (_, *name), number in counts.items():
    if len(name) == 1:
      totals[name[0]] += number
    elif name[0] == statistics.SKIPPED:
      totals["_".join(name)] += number
  return totals


def _serialize(example: tf.train.Example) -> bytes:
  return example.SerializeToString()
