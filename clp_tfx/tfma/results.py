"""Results of an evaluation, model by model."""

import tensorflow_model_analysis as tfma

from clp_tfx.errors import InputError


def load_results(evaluation_path: str) -> dict[str, tfma.EvalResult]:
  """Loads the result of each model of a TFMA run.

  Args:
    evaluation_path: Output folder of `tfma.run_model_analysis` or of an Evaluator.

  Returns:
    Results by model name, the baseline's first. A single model is named `model`
    where the run did not name it.

  Raises:
    InputError: If the folder holds no TFMA run.
  """
  only_result = tfma.load_eval_result(evaluation_path)
  if only_result.config is None:
    raise InputError(
      f"Expected the output folder of a TFMA evaluation. Received: {evaluation_path}, "
      "which has no eval_config.json; give the folder that the Evaluator wrote."
    )
  specs = sorted(only_result.config.model_specs, key=lambda spec: not spec.is_baseline)
  if len(specs) == 1:
    return {specs[0].name or "model": only_result}
  return {
    spec.name: tfma.load_eval_result(evaluation_path, model_name=spec.name)
    for spec in specs
  }
