"""Counterfactuals in Beam: features added to `tf.train.Example` records."""

from collections.abc import Iterator

import apache_beam as beam
import tensorflow as tf
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics

from clp_tfx import features
from clp_tfx.counterfactuals import (
  CounterfactualGenerator,
  distinct_groups,
  distinct_terms,
)
from clp_tfx.errors import InputError
from clp_tfx.identity_terms import IdentityTerms

DEFAULT_IDENTITY_TERMS = "gender_and_sexual_orientation"
DEFAULT_TEXT_FEATURE = "comment_text"


def load_identity_terms(name_or_path: str, digest: str | None = None) -> IdentityTerms:
  """Loads a lexicon from wherever Beam reads files, such as `gs://`.

  Args:
    name_or_path: Name of a built-in lexicon or path of a CSV file.
    digest: What its digest has to be, if it was read before.

  Raises:
    InputError: If there is no such lexicon, or it cannot be read, or it has faults or
      another digest.
  """
  identity_terms = IdentityTerms.load(name_or_path, FileSystems.open)
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

  Adds the features of `clp_tfx.features` that CounterfactualGen adds, each a bytes list
  with as many values as there are, and leaves every other feature as it is. A text
  without an identity term gets empty lists and stays.

  Counts, in the namespace `clp_tfx`: `texts`, `texts_matched`, `counterfactuals`.

  Args:
    identity_terms: A lexicon, or the name of a built-in one or the path of a CSV file,
      which is read here.
    text_feature: Name of the feature with the text: one UTF-8 bytes value. Bytes that
      are not UTF-8 stay as they are.
    require_match: Whether to fail when no text of the input has an identity term.

  Raises:
    InputError: If the lexicon is at fault, when constructed; if an example has no such
      text, or no text has a term, when run.
  """

  def __init__(
    self,
    identity_terms: IdentityTerms | str = DEFAULT_IDENTITY_TERMS,
    text_feature: str = DEFAULT_TEXT_FEATURE,
    require_match: bool = True,
  ):
    super().__init__()
    if isinstance(identity_terms, str):
      identity_terms = load_identity_terms(identity_terms)
    self._identity_terms = identity_terms
    self._text_feature = text_feature
    self._require_match = require_match

  def expand(self, examples: beam.PCollection) -> beam.PCollection:
    """Adds the features, and the check if it is wanted."""
    add_features = _AddFeatures(self._identity_terms, self._text_feature)
    generated = examples | "AddFeatures" >> beam.ParDo(add_features)
    if self._require_match:
      _ = generated | RequireMatch(self._identity_terms, self._text_feature)
    return generated


@beam.typehints.with_input_types(tf.train.Example)
class RequireMatch(beam.PTransform):
  """Fails when no example has an identity term.

  Apart from `GenerateCounterfactuals` for inputs that come in several collections.

  Args:
    identity_terms: The lexicon, for the message.
    text_feature: Name of the text feature, for the message.

  Raises:
    InputError: If so, when run.
  """

  def __init__(self, identity_terms: IdentityTerms, text_feature: str):
    super().__init__()
    self._message = (
      f"Expected at least one text of feature {text_feature!r} to have a term of "
      f"lexicon {identity_terms.source!r}, but none of them has: choose a lexicon for "
      "these texts, or another text feature."
    )

  def expand(self, generated: beam.PCollection) -> beam.PCollection:
    """Fails inside of Beam, so that it does on any runner."""
    return (
      generated
      | "HasTerm" >> beam.Map(_has_term)
      | "AnyTerm" >> beam.CombineGlobally(any)
      | "Check" >> beam.Map(_check, self._message)
    )


class _AddFeatures(beam.DoFn):
  """Adds the features to each example; configuration only until `setup`."""

  def __init__(self, identity_terms: IdentityTerms, text_feature: str):
    self._identity_terms = identity_terms
    self._text_feature = text_feature
    self._texts = Metrics.counter("clp_tfx", "texts")
    self._texts_matched = Metrics.counter("clp_tfx", "texts_matched")
    self._counterfactuals = Metrics.counter("clp_tfx", "counterfactuals")

  def setup(self) -> None:
    self._generator = CounterfactualGenerator(self._identity_terms)

  def process(self, example: tf.train.Example) -> Iterator[tf.train.Example]:
    text = _text(example, self._text_feature)
    mentions = self._generator.find(text)
    counterfactuals = self._generator.generate(text, mentions)
    self._texts.inc()
    self._texts_matched.inc(bool(mentions))
    self._counterfactuals.inc(len(counterfactuals))
    generated = tf.train.Example()
    generated.CopyFrom(example)
    for name, values in (
      (features.COUNTERFACTUAL_TEXT, [each.text for each in counterfactuals]),
      (features.COUNTERFACTUAL_GROUP, [each.group for each in counterfactuals]),
      (features.COUNTERFACTUAL_EDIT, [each.edit for each in counterfactuals]),
      (features.IDENTITY_TERM, distinct_terms(mentions)),
      (features.IDENTITY_GROUP, distinct_groups(mentions)),
    ):
      # An empty list is set, too: the feature is there with no values.
      encoded = [value.encode("utf-8", "surrogateescape") for value in values]
      bytes_list = tf.train.BytesList(value=encoded)
      generated.features.feature[name].CopyFrom(tf.train.Feature(bytes_list=bytes_list))
    yield generated


def _text(example: tf.train.Example, name: str) -> str:
  feature = example.features.feature
  if name not in feature:
    raise InputError(
      f"Expected examples to have the text feature {name!r}, but one has only "
      f"{sorted(feature)}: name the feature with the text."
    )
  kind = feature[name].WhichOneof("kind") or "bytes_list"
  values = getattr(feature[name], kind).value
  if kind != "bytes_list" or len(values) != 1:
    raise InputError(
      f"Expected text feature {name!r} to be one bytes value in every example, but one "
      f"has {len(values)} values in its {kind}: name a feature that is text, or fill "
      "it in."
    )
  return values[0].decode("utf-8", "surrogateescape")


def _has_term(example: tf.train.Example) -> bool:
  return bool(example.features.feature[features.IDENTITY_TERM].bytes_list.value)


def _check(any_term: bool, message: str) -> None:
  if not any_term:
    raise InputError(message)
