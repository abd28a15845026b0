"""ProbeEvaluator: TFX's Evaluator, whose blessing also depends on who is harmed."""

import json
import os
from collections.abc import Mapping
from typing import Any

from tensorflow_model_analysis.proto import config_pb2
from tfx.components.evaluator import executor
from tfx.components.evaluator.component import Evaluator
from tfx.dsl.components.base import executor_spec
from tfx.dsl.io import fileio
from tfx.types import Artifact, BaseChannel, artifact_utils
from tfx.utils import io_utils, path_utils

from clp_tfx.components.probe_evaluator.harm_gate import HarmGate, write_harms
from clp_tfx.components.probe_evaluator.scoring import measured
from clp_tfx.components.probe_evaluator.verdict import check_harms
from clp_tfx.probes.templates import suite_digest
from clp_tfx.tfma.group_figures import group_figures

_GATE, _TEXT_FEATURE, _LABELS = "harm_gate", "text_feature", "labels"


class Executor(executor.Executor):
  """Evaluates, scores the probes, and withdraws the blessing if anybody is harmed.

  There is a single blessing, so whatever reads it, to push or to find the latest
  blessed model, needs both verdicts. In compiled jobs, TFX translates the ids in the
  blessing because this class extends the Evaluator's executor.
  """

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Evaluates; see `tfx.v1.components.Evaluator` and `ProbeEvaluator`."""
    super().Do(input_dict, output_dict, exec_properties)
    folder = artifact_utils.get_single_uri(output_dict["evaluation"])
    models = [_serving(input_dict[key]) for key in _models(input_dict)]
    passed = [
      _passes(folder, label, gate, models, exec_properties[_TEXT_FEATURE])
      for label, gate in _gates(exec_properties[_GATE]).items()
    ]
    if not all(passed):
      _withdraw(artifact_utils.get_single_instance(output_dict["blessing"]))


def _gates(text: str) -> dict[str, HarmGate]:
  """Returns the settings of each label; `""` for a model with a single one."""
  stored = json.loads(text)
  by_label = stored.get(_LABELS, {"": stored})
  return {name: HarmGate.from_json(json.dumps(gate)) for name, gate in by_label.items()}


def _passes(
  folder: str, label: str, gate: HarmGate, models: list[str], text_feature: str
) -> bool:
  """Measures a label on probes, stores the figures and returns whether it passes."""
  before, after = group_figures(folder, gate.threshold, label)
  scoring = {"score_output": label} if label else {}
  probes = measured(gate, models, text_feature, after["matched_threshold"], **scoring)
  write_harms(folder, gate, probes, label)
  return check_harms(gate, probes, before, after).passed


def _models(input_dict: dict[str, list[Artifact]]) -> list[str]:
  return [key for key in ("model", "baseline_model") if input_dict.get(key)]


def _serving(models: list[Artifact]) -> str:
  model = artifact_utils.get_single_instance(models)
  return path_utils.serving_model_path(
    model.uri, path_utils.is_old_model_artifact(model)
  )


def _withdraw(blessing: Artifact) -> None:
  granted = os.path.join(blessing.uri, "BLESSED")
  if fileio.exists(granted):
    fileio.remove(granted)
  io_utils.write_string_file(os.path.join(blessing.uri, "NOT_BLESSED"), "")
  blessing.set_int_custom_property("blessed", 0)


class ProbeEvaluator(Evaluator):
  """TFX's Evaluator, which also refuses a model that harms an identity.

  It scores the built-in probes with the serving signatures of both models and adds the
  file `probes.json` to the evaluation, or one per label. Inputs and outputs are those
  of the Evaluator.

  Example:
    >>> from tfx.types import Channel, standard_artifacts
    >>> from clp_tfx.tfma import make_eval_config
    >>> bounds = {"max_displacement": 0.1, "max_identity_spread": 0.1}
    >>> gate = HarmGate.of(
    ...   *("on", "toxicity", "identity_en"),
    ...   **bounds,
    ...   max_recall_drop=0.1,
    ...   threshold=0.5,
    ...   min_count=30,
    ... )
    >>> evaluator = ProbeEvaluator(
    ...   examples=Channel(type=standard_artifacts.Examples),
    ...   model=Channel(type=standard_artifacts.Model),
    ...   baseline_model=None,
    ...   eval_config=make_eval_config(max_flip_rate=0.05, min_auc=0.8),
    ...   gate=gate,
    ...   text_feature="comment_text",
    ... )
    >>> [*evaluator.outputs]
    ['evaluation', 'blessing']

  Args:
    examples: Channel of type `standard_artifacts.Examples` with the split `test`.
    model: Channel of type `standard_artifacts.Model` with the candidate.
    baseline_model: The model to compare it with, likewise, or None.
    eval_config: As `make_eval_config` returns it.
    gate: The bounds on harm, or a mapping of them by label.
    text_feature: Feature with the text, for models that take tf.Examples.
  """

  EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

  def __init__(
    self,
    examples: BaseChannel,
    model: BaseChannel,
    baseline_model: BaseChannel | None,
    eval_config: config_pb2.EvalConfig,
    gate: HarmGate | Mapping[str, HarmGate],
    text_feature: str = "comment_text",
  ):
    super().__init__(
      examples=examples,
      example_splits=["test"],
      model=model,
      baseline_model=baseline_model,
      eval_config=eval_config,
      module_path="clp_tfx.modules.evaluator",
    )
    if isinstance(gate, HarmGate):
      settings = gate.to_json()
    else:
      by_label = {name: json.loads(each.to_json()) for name, each in gate.items()}
      settings = json.dumps({_LABELS: by_label})
    self.exec_properties[_GATE] = settings
    self.exec_properties[_TEXT_FEATURE] = text_feature
    # The code digest does not cover the files of the suite.
    self.exec_properties["suite_digest"] = suite_digest()
