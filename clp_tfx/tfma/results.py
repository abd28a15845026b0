"""Loads the results of an evaluation, by model."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.errors import InputError
from clp_tfx.files import local_folder, write_whole
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.class_flips import ClassFlips
from clp_tfx.tfma.decisions import TOLERANCE
from clp_tfx.tfma.flip_rate import FlipRate


def load_results(evaluation_path: str) -> dict[str, tfma.EvalResult]:
  """Loads the result of each model of a TFMA run.

  Example:
    >>> [*load_results("evaluation")]
    ['model']

  Args:
    evaluation_path: Output folder of `tfma.run_model_analysis` or of an Evaluator.

  Returns:
    Results by model name, the baseline's first. A single model without a name is
    called `model`.

  Raises:
    InputError: If the folder holds no TFMA run.
  """
  with local_folder(evaluation_path) as folder:
    return _load_results(evaluation_path, folder)


def _load_results(evaluation_path: str, folder: str) -> dict[str, tfma.EvalResult]:
  only_result = tfma.load_eval_result(folder)
  if only_result.config is None:
    raise InputError(
      f"Expected the output folder of a TFMA evaluation. Received: {evaluation_path}, "
      "which has no eval_config.json; give the folder that the Evaluator wrote."
    )
  specs = sorted(only_result.config.model_specs, key=lambda spec: not spec.is_baseline)
  if len(specs) == 1:
    return {specs[0].name or "model": only_result}
  return {
    spec.name: tfma.load_eval_result(folder, model_name=spec.name) for spec in specs
  }


def outputs_of(config: config_pb2.EvalConfig) -> list[str]:
  """Returns the outputs that an evaluation measures, `""` for a model with only one.

  Args:
    config: Configuration of the evaluation.
  """
  named = [name for spec in config.metrics_specs for name in spec.output_names]
  return list(dict.fromkeys(named)) or [""]


def classes_of(config: config_pb2.EvalConfig) -> list[str]:
  """Returns the classes that an evaluation measures; empty for labels in [0, 1].

  Args:
    config: Configuration of the evaluation.
  """
  for spec in config.metrics_specs:
    for metric in spec.metrics:
      if metric.class_name == ClassFlips.__name__:
        return json.loads(f"{{{metric.config}}}")["classes"]
  return []


def is_of_ratings(config: config_pb2.EvalConfig) -> bool:
  """Returns whether an evaluation measures numbers of any size.

  Args:
    config: Configuration of the evaluation.
  """
  return any(
    metric.class_name == FlipRate.__name__
    and json.loads(f"{{{metric.config}}}").get("decision") == TOLERANCE
    for spec in config.metrics_specs
    for metric in spec.metrics
  )


def decision_threshold_of(evaluation_path: str) -> float | dict[str, float] | None:
  """Returns the decision threshold of an evaluation with the metric FlipRate.

  Example:
    >>> decision_threshold_of("evaluation")
    0.5

  Args:
    evaluation_path: Output folder of the evaluation.

  Returns:
    The threshold; of a model with several outputs, a dictionary of them by output; of
    one of classes or ratings, None.

  Raises:
    InputError: If the folder holds no evaluation, or one without that metric.
  """
  config = next(iter(load_results(evaluation_path).values())).config
  if classes_of(config) or is_of_ratings(config):
    return None
  found = {
    output: json.loads(f"{{{metric.config}}}")["thresholds"][0]
    for spec in config.metrics_specs
    for metric in spec.metrics
    if metric.class_name == FlipRate.__name__
    for output in list(spec.output_names) or [""]
  }
  if not found:
    raise InputError(
      f"Expected {evaluation_path} to be an evaluation with the metric FlipRate, but "
      "it has none."
    )
  return found.get("", found)


def load_worst_flips(
  evaluation_path: str,
  slice_key: tuple[tuple[str, str], ...] = (),
  output: str | None = None,
) -> dict[str, list[dict[str, Any]]]:
  """Loads the worst flips of each model of a TFMA run.

  Example:
    >>> (pairs,) = load_worst_flips("evaluation").values()
    >>> pairs[0]["gap"] >= pairs[-1]["gap"]
    True

  Args:
    evaluation_path: Output folder of an evaluation with the metric WorstFlips.
    slice_key: Slice key in TFMA's form, such as `(("edited_group", "gender"),)`; empty
      for all comments.
    output: Name of an output; by default all, one after another.

  Returns:
    The pairs kept by WorstFlips, worst first, by model name (`model` for a single model
    without a name). Several outputs or classes follow one another.
  """
  found: dict[str, list[dict[str, Any]]] = {}
  with local_folder(evaluation_path) as folder:
    every = list(tfma.load_metrics(folder))
  for metrics in every:
    if tfma.slicer.deserialize_slice_key(metrics.slice_key) != slice_key:
      continue
    # Cross slices have an empty slice key as well.
    if metrics.HasField("cross_slice_key"):
      continue
    for item in metrics.metric_keys_and_values:
      if output is not None and item.key.output_name != output:
        continue
      if item.key.name == metric_keys.WORST_FLIPS and not item.key.is_diff:
        lines = item.value.bytes_value.decode().splitlines()
        flips = found.setdefault(item.key.model_name or "model", [])
        flips += [json.loads(line) for line in lines]
  return found


def write_worst_flips(
  evaluation_path: str, path: str | Path, outputs: Sequence[str] = ("",)
) -> None:
  """Writes the worst flips of all comments as JSON lines, atomically.

  Example:
    >>> write_worst_flips("evaluation", "worst_flips.jsonl")

  Args:
    evaluation_path: Output folder of an evaluation with the metric WorstFlips.
    path: File to write or replace, with a line per flip that names its `model` and, if
      it is of one of several outputs, its `label`.
    outputs: Names of the outputs; `""` for all, without names.
  """
  lines = [
    json.dumps(
      {"model": model, **({"label": output} if output else {}), **flip},
      ensure_ascii=False,
    )
    + "\n"
    for output in outputs
    for model, flips in load_worst_flips(evaluation_path, output=output or None).items()
    for flip in flips
  ]
  write_whole(path, "".join(lines))
