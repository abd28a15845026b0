"""Measures models on probes."""

import io
from typing import Any, TextIO

from clp_tfx.evaluation.models import opened
from clp_tfx.evaluation.probe_config import ALL, ProbeConfig
from clp_tfx.evaluation.probe_suite import read_suite
from clp_tfx.probes.fill import Probe, fill_probes
from clp_tfx.probes.score import score_probes
from clp_tfx.probes.summary import summarize
from clp_tfx.scorers.function import Function, held
from clp_tfx.scorers.scorer import TextScorer


def probe_model(
  model: str | Function, baseline: str | Function | None = None, **options: Any
) -> dict[str, Any]:
  """Measures a model on probes, like `clp-tfx probe`.

  Example:
    >>> def score(texts):
    ...   return [0.9 if "gay" in text.lower() else 0.1 for text in texts]
    >>> summary = probe_model(score)
    >>> summary["identities"][0]["identity"]
    'gay'

  Args:
    model: Any model that scores texts, as in `TextScorer`, or a function from a list
      of texts to scores.
    baseline: Model to compare with, likewise.
    **options: Fields of `ProbeConfig`.

  Returns:
    The figures; see `summarize`.

  Raises:
    InputError: If a model, a file or an option is invalid.
  """
  with held(model) as name, held(baseline or "") as other:
    config = ProbeConfig(model=name, baseline=other or None, **options)
    return probe(config, io.StringIO())


def probe(config: ProbeConfig, terminal: TextIO) -> dict[str, Any]:
  """Measures models as `probe_model` does, from a configuration.

  Args:
    config: The configuration.
    terminal: Where to show progress.
  """
  probes = read_suite(config) if config.probes else _built_in(config.split)
  scores = []
  with opened(config) as models:
    # Loads all models before it scores anything, so that a wrong one fails early.
    scorers = [TextScorer(model, **config.scoring) for model in models]
    for scorer in scorers:
      scorer.check_texts([each.text for each in probes])
    for model, scorer in zip(models, scorers, strict=True):
      print(f"Scoring {len(probes):,} sentences with {model} ...", file=terminal)
      terminal.flush()
      scores.append(score_probes(probes, scorer.score_texts))
  return {
    "models": {"model": config.candidate, "baseline": config.baseline},
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
