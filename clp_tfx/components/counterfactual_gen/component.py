"""CounterfactualGen: the component that adds counterfactuals to ExampleGen's output."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import Artifact, standard_artifacts
from tfx.types.channel import BaseChannel, Channel
from tfx.types.component_spec import (
  ChannelParameter,
  ComponentSpec,
  ExecutionParameter,
)

from clp_tfx.code_digest import code_digest
from clp_tfx.components.counterfactual_gen import executor, transforms
from clp_tfx.counterfactuals.generator import check_language
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.options import value_types


def _parameter(field: dataclasses.Field) -> ExecutionParameter:
  # Several columns travel as JSON, because properties are single values.
  kind = value_types(field)[0]
  kind = kind if kind in (int, float, bool) else str
  return ExecutionParameter(type=kind, optional=field.default is None)


class CounterfactualStatistics(Artifact):
  """A folder with one JSON file; `load_statistics` describes it.

  Example:
    >>> example_gen = CommentsExampleGen(["comments.csv"])
    >>> component = CounterfactualGen(example_gen.outputs["examples"])
    >>> component.outputs["counterfactual_statistics"].type is CounterfactualStatistics
    True
  """

  # Import path for compiled jobs, which support at most two parts.
  TYPE_NAME = "clp_tfx.CounterfactualStatistics"


class CounterfactualGenSpec(ComponentSpec):
  """Inputs, outputs and execution properties of CounterfactualGen."""

  PARAMETERS = {
    **{field.name: _parameter(field) for field in dataclasses.fields(GeneratorOptions)},
    "training_splits": ExecutionParameter(type=str),
    # TFX caches by the values above; these are digests of the contents behind them.
    "identity_terms_digest": ExecutionParameter(type=str),
    "pejorative_terms_digest": ExecutionParameter(type=str),
    "code_digest": ExecutionParameter(type=str),
  }
  # TFX requires different names for inputs and outputs.
  INPUTS = {"original_examples": ChannelParameter(type=standard_artifacts.Examples)}
  OUTPUTS = {
    "examples": ChannelParameter(type=standard_artifacts.Examples),
    "counterfactual_statistics": ChannelParameter(type=CounterfactualStatistics),
  }


class CounterfactualGen(BaseBeamComponent):
  """Adds the counterfactuals of a text feature to examples.

  Takes the output of any ExampleGen and replaces it: the output has the same splits,
  span, files and records, with all features unchanged and those of `clp_tfx.features`
  added.

      example_gen = CsvExampleGen(input_base=folder)
      counterfactual_gen = CounterfactualGen(
        example_gen.outputs["examples"], text_feature="comment_text"
      )
      statistics_gen = StatisticsGen(counterfactual_gen.outputs["examples"])

  If the lexicon changes, the component runs again despite the cache.

  With several input artifacts, such as a rolling window of spans, the output has the
  files of all of them and the latest span.

  Component `outputs` contains:
    `examples`: Channel of type `standard_artifacts.Examples`, payload tf.Example.
    `counterfactual_statistics`: Channel of type `CounterfactualStatistics`: counts of
      terms, counterfactuals and skipped texts; see `load_statistics`.

  Example:
    >>> example_gen = CommentsExampleGen(["comments.csv"])
    >>> component = CounterfactualGen(example_gen.outputs["examples"], method="neutral")
    >>> [*component.outputs]
    ['examples', 'counterfactual_statistics']

  Args:
    examples: Channel of type `standard_artifacts.Examples`, payload tf.Example.
    identity_terms: Name of a built-in lexicon or path of a CSV file. Both this process,
      for the digest, and the workers read it.
    text_feature: Name of the feature with the text.
    training_splits: The splits to train on. The filters `min_confidence` and
      `only_when_label_below` apply to these only, so that the data for evaluation is
      complete.
    **options: Further fields of `GeneratorOptions`: `method`, `max_counterfactuals`,
      `pejorative_terms`, `counterfactual_fn`, `min_confidence`,
      `only_when_label_below`, `label_feature`, `no_match`, and `also_edited`, further
      bytes features that are edited together with the text.

  Raises:
    InputError: If a lexicon is invalid or cannot be read, an option is out of range,
      the method has no rules for the lexicon's language, or the module of
      `counterfactual_fn` cannot be found; while running, if the lexicon has changed, a
      record has no text, or no text of any split has a term.
  """

  SPEC_CLASS = CounterfactualGenSpec
  EXECUTOR_SPEC = BeamExecutorSpec(executor.Executor)

  def __init__(
    self,
    examples: BaseChannel,
    identity_terms: str = GeneratorOptions.identity_terms,
    text_feature: str = GeneratorOptions.text_feature,
    training_splits: Sequence[str] = ("train",),
    **options: Any,
  ):
    chosen = GeneratorOptions(
      identity_terms=identity_terms, text_feature=text_feature, **options
    )
    terms = transforms.load_identity_terms(identity_terms)
    check_language(chosen.method, terms)
    pejorative = transforms.load_pejorative_terms(chosen.pejorative_terms)
    values = dataclasses.asdict(chosen)
    values["also_edited"] = json.dumps(chosen.also_edited)
    if chosen.label_names:
      values["label_feature"] = json.dumps(chosen.label_names)
    own_modules = [chosen.function_module] if chosen.counterfactual_fn else []
    super().__init__(
      CounterfactualGenSpec(
        original_examples=examples,
        examples=Channel(type=standard_artifacts.Examples),
        counterfactual_statistics=Channel(type=CounterfactualStatistics),
        **values,
        training_splits=json.dumps(list(training_splits)),
        identity_terms_digest=terms.digest(),
        pejorative_terms_digest=pejorative.digest() if pejorative else "",
        code_digest=code_digest(executor.__name__, *own_modules),
      )
    )
