"""How an evaluation generates its pairs."""

from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.components.counterfactual_gen.transforms import (
  load_identity_terms,
  load_pejorative_terms,
)
from clp_tfx.counterfactuals.generator_options import EditingOptions, GeneratorOptions


def generation_of(options: EditingOptions, text_feature: str) -> Generation:
  """Returns how to generate the pairs to measure, which no filter leaves out.

  Args:
    options: How counterfactuals are generated.
    text_feature: Feature of the examples with the text.

  Raises:
    InputError: If a lexicon cannot be read, or does not go with the method.
  """
  return Generation(
    load_identity_terms(options.identity_terms),
    load_pejorative_terms(options.pejorative_terms),
    GeneratorOptions(
      text_feature=text_feature,
      method=options.method,
      max_counterfactuals=options.max_counterfactuals,
      counterfactual_fn=options.counterfactual_fn,
    ),
    is_training=False,
  )
