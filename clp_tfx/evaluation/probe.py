"""Measures SavedModels on probes."""

import io
from typing import Any, TextIO

from clp_tfx.evaluation.probe_config import ALL, ProbeConfig
from clp_tfx.evaluation.probe_suite import read_suite
from clp_tfx.probes.fill import Probe, fill_probes
from clp_tfx.probes.score import score_probes
from clp_tfx.probes.summary import summarize
from clp_tfx.tfma.text_scorer import TextScorer


def probe_model(model: str, **options: Any) -> dict[str, Any]:
  """Measures a SavedModel on probes, like `clp-tfx probe`.

  Example:
    summary = probe_model("my_model", baseline="control")
    summary["identities"][0]["displacement"]["verdict"]

  Args:
    model: Folder of any SavedModel that scores texts; see `TextScorer`.
    **options: Fields of `ProbeConfig`.

  Returns:
    The figures; see `summarize`.

  Raises:
    InputError: If a model, a file or an option is invalid.
  """
  return probe(ProbeConfig(model=model, **options), io.StringIO())


def probe(config: ProbeConfig, terminal: TextIO) -> dict[str, Any]:
  """Measures models as `probe_model` does, from a configuration.

  Args:
    config: The configuration.
    terminal: Where to show progress.
  """
  probes = read_suite(config) if config.probes else _built_in(config.split)
  paths = [config.model, *filter(None, [config.baseline])]
  # Loads all models before it scores anything, so that a wrong one fails early.
  scorers = [_scorer(config, path) for path in paths]
  scores = []
  for path, scorer in zip(paths, scorers, strict=True):
    print(f"Scoring {len(probes):,} sentences with {path} ...", file=terminal)
    terminal.flush()
    scores.append(score_probes(probes, scorer.score_texts))
  return {
    "models": {"model": config.model, "baseline": config.baseline},
    "probes": config.probes or f"built-in, {config.split}",
    **summarize(
      probes,
      *scores,
      threshold=config.threshold,
      matched_threshold=config.matched_threshold,
      max_rise=config.max_displacement,
    ),
  }


def _built_in(split: str) -> list[Probe]:
  return [probe for probe in fill_probes() if split in (ALL, probe.split)]


def _scorer(config: ProbeConfig, path: str) -> TextScorer:
  return TextScorer(path, config.signature, config.score_output, config.text_feature)
