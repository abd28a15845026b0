"""CounterfactualGen: the component between ExampleGen and everything else."""

from tfx import v1 as tfx
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types.component_spec import (
  ChannelParameter,
  ComponentSpec,
  ExecutionParameter,
)

from clp_tfx.code_digest import code_digest
from clp_tfx.counterfactual_gen import executor, transforms


class CounterfactualGenSpec(ComponentSpec):
  """Inputs, outputs and execution properties of CounterfactualGen."""

  PARAMETERS = {
    "identity_terms": ExecutionParameter(type=str),
    "text_feature": ExecutionParameter(type=str),
    # TFX caches by the values above; these stand for the contents behind them.
    "identity_terms_digest": ExecutionParameter(type=str),
    "code_digest": ExecutionParameter(type=str),
  }
  # TFX wants different names for what comes in and what goes out.
  INPUTS = {
    "original_examples": ChannelParameter(type=tfx.types.standard_artifacts.Examples)
  }
  OUTPUTS = {"examples": ChannelParameter(type=tfx.types.standard_artifacts.Examples)}


class CounterfactualGen(tfx.types.BaseBeamComponent):
  """Adds the counterfactuals of a text feature to examples.

  Takes the output of any ExampleGen and stands in its place: the output has the same
  splits, span and records, with every feature as it was and those of
  `clp_tfx.features` added.

      example_gen = CsvExampleGen(input_base=folder)
      counterfactual_gen = CounterfactualGen(
        example_gen.outputs["examples"], text_feature="comment_text"
      )
      statistics_gen = StatisticsGen(counterfactual_gen.outputs["examples"])

  Editing the lexicon runs it again, although a run before is in the cache.

  Component `outputs` contains:
    `examples`: Channel of type `standard_artifacts.Examples`, payload tf.Example.

  Args:
    examples: Channel of type `standard_artifacts.Examples`, payload tf.Example.
    identity_terms: Name of a built-in lexicon or path of a CSV file. It is read here,
      for its digest, and by the workers, so both must reach it.
    text_feature: Name of the feature with the text.

  Raises:
    InputError: If the lexicon cannot be read here or has faults; when run, if it has
      changed, a record has no text, or no text of any split has a term.
  """

  SPEC_CLASS = CounterfactualGenSpec
  EXECUTOR_SPEC = BeamExecutorSpec(executor.Executor)

  def __init__(
    self,
    examples: tfx.types.BaseChannel,
    identity_terms: str = transforms.DEFAULT_IDENTITY_TERMS,
    text_feature: str = transforms.DEFAULT_TEXT_FEATURE,
  ):
    super().__init__(
      CounterfactualGenSpec(
        original_examples=examples,
        examples=tfx.dsl.Channel(type=tfx.types.standard_artifacts.Examples),
        identity_terms=identity_terms,
        text_feature=text_feature,
        identity_terms_digest=transforms.load_identity_terms(identity_terms).digest(),
        code_digest=code_digest(executor.__name__),
      )
    )
