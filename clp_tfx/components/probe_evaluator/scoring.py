"""Scores the built-in probes with models."""

from collections.abc import Sequence
from typing import Any

from clp_tfx.components.probe_evaluator.harm_gate import HarmGate
from clp_tfx.probes.fill import Probe, fill_probes
from clp_tfx.probes.score import score_probes
from clp_tfx.probes.summary import summarize
from clp_tfx.probes.templates import HELD_OUT
from clp_tfx.scorers.scorer import TextScorer


def measured(
  gate: HarmGate,
  models: Sequence[str],
  text_feature: str,
  matched_threshold: float | None = None,
  **scoring: Any,
) -> dict[str, Any] | None:
  """Measures models on the held-out probes.

  Args:
    gate: Whether to, at which threshold, and the rise that is accepted.
    models: The candidate and, if there is one, the baseline, as in `TextScorer`.
    text_feature: Feature with the text, for models that take tf.Examples.
    matched_threshold: The candidate's threshold that is as strict as the baseline's.
    **scoring: Further arguments of `TextScorer`.

  Returns:
    The figures of `summarize` with `trained_on` for each identity; None if the gate
    scores no probes.

  Raises:
    InputError: If a model cannot score texts.
  """
  if not gate.scores_probes:
    return None
  probes = held_out_probes()
  scorers = [TextScorer(each, text_feature=text_feature, **scoring) for each in models]
  figures = summarize(
    probes,
    *(score_probes(probes, scorer.score_texts) for scorer in scorers),
    threshold=gate.threshold,
    matched_threshold=matched_threshold,
    **({"max_rise": gate.max_displacement} if gate.max_displacement else {}),
  )
  for row in figures["identities"]:
    row["trained_on"] = row["identity"] in gate.trained_on
  return figures


def held_out_probes() -> list[Probe]:
  """Returns the probes that models are measured on."""
  return [probe for probe in fill_probes() if probe.split == HELD_OUT]
