"""The figures of one or two models on probes, ready for JSON.

A figure that is undefined is None.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from clp_tfx.probes.comparison import displacement
from clp_tfx.probes.fill import Probe
from clp_tfx.probes.measure import (
  Rates,
  group_means,
  hostile_auc,
  logit_gaps,
  mean,
  rates,
)
from clp_tfx.probes.score import ProbeScores
from clp_tfx.probes.templates import HELD_OUT, HOSTILE, NEUTRAL

_OVERALL_RATES = (
  *("positive_rate", "false_positive_rate", "recall"),
  *("mean_distance", "worst_distance"),
)


def summarize(
  probes: Sequence[Probe],
  model: ProbeScores,
  baseline: ProbeScores | None = None,
  *,
  threshold: float = 0.5,
  matched_threshold: float | None = None,
  max_rise: float = 0.1,
  seed: int = 0,
) -> dict[str, Any]:
  """Computes all figures.

  Args:
    probes: The probes.
    model: Their scores by the model.
    baseline: Their scores by the model to compare with.
    threshold: Scores above it are positive.
    matched_threshold: The threshold at which the model has the baseline's false
      positive rate on comments that are not toxic; the figures there stand beside the
      others as `matched`.
    max_rise: See `displacement`.
    seed: Seed of the resampling.

  Returns:
    The overall figures under `model` and `baseline`, a list of `identities` from the
    most harmed to the least, with the neutral sentence of the highest score or, with a
    baseline, of the largest rise in score, and a list of `functionalities`.
  """
  columns = _Columns(probes)
  models = {"model": model, "baseline": baseline}
  overall = {
    "model": columns.overall(model, threshold, matched_threshold),
    "baseline": baseline and columns.overall(baseline, threshold, None),
  }
  identities = columns.by_identity(models, overall)
  if baseline:
    neutral = columns.labels == NEUTRAL
    found = displacement(
      model.sentences[neutral] > threshold,
      baseline.sentences[neutral] > threshold,
      columns.identities[neutral],
      columns.templates[neutral],
      columns.functionalities[neutral],
      max_rise,
      seed=seed,
    )
    changes = {each.identity: each._asdict() for each in found}
    for row in identities:
      row["displacement"] = changes.get(row["identity"])
  identities.sort(key=_harm, reverse=True)
  return _jsonable(
    {
      "threshold": threshold,
      "matched_threshold": matched_threshold,
      "max_rise": max_rise if baseline else None,
      "sentences": len(probes),
      "templates": len(set(columns.templates)),
      **{name: figures and _overall(figures) for name, figures in overall.items()},
      "identities": identities,
      "functionalities": columns.by_functionality(models, threshold),
    }
  )


class _Columns:
  """The probes as arrays, and the figures that are taken from them."""

  def __init__(self, probes: Sequence[Probe]):
    self.probes = probes
    self.labels = np.array([probe.label for probe in probes])
    self.identities = np.array([probe.identity for probe in probes])
    self.templates = np.array([probe.template for probe in probes])
    self.functionalities = np.array([probe.functionality for probe in probes])
    self.names, self.index = np.unique(self.identities, return_inverse=True)

  def overall(
    self, scores: ProbeScores, threshold: float, matched: float | None
  ) -> dict[str, Any]:
    at = (self.labels, self.index, len(self.names))
    neutral = self.labels == NEUTRAL
    gaps = logit_gaps(scores.sentences, scores.persons)
    has_gap = neutral & ~np.isnan(gaps)
    return {
      "rates": rates(scores.sentences, *at, threshold),
      "matched": rates(scores.sentences, *at, matched) if matched is not None else None,
      "auc": hostile_auc(scores.sentences, self.labels),
      "mean_score": mean(scores.sentences[neutral]),
      "mean_scores": self._by_identity(scores.sentences, neutral),
      "logit_gap": mean(gaps[has_gap]),
      "logit_gaps": self._by_identity(gaps, has_gap),
    }

  def by_identity(
    self,
    models: dict[str, ProbeScores | None],
    overall: dict[str, dict[str, Any] | None],
  ) -> list[dict[str, Any]]:
    first = np.unique(self.index, return_index=True)[1]
    return [
      {
        "identity": probe.identity,
        "group": probe.group,
        "held_out": probe.identity_split == HELD_OUT,
        "neutral_sentences": int(np.sum(is_own & (self.labels == NEUTRAL))),
        "hostile_sentences": int(np.sum(is_own & (self.labels == HOSTILE))),
        **{
          name: figures and _of_identity(figures, number)
          for name, figures in overall.items()
        },
        "displacement": None,
        "worst": self._worst(is_own, models),
      }
      for number, probe in enumerate(self.probes[at] for at in first)
      for is_own in [self.index == number]
    ]

  def by_functionality(
    self, models: dict[str, ProbeScores | None], threshold: float
  ) -> list[dict[str, Any]]:
    return [
      {
        "functionality": name,
        "label": label,
        "sentences": int(np.sum(is_own)),
        **{
          f"{of}_positive_rate": scores and mean(scores.sentences[is_own] > threshold)
          for of, scores in models.items()
        },
      }
      for name, label in dict.fromkeys((p.functionality, p.label) for p in self.probes)
      for is_own in [(self.functionalities == name) & (self.labels == label)]
    ]

  def _by_identity(self, values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return group_means(values[chosen], self.index[chosen], len(self.names))

  def _worst(
    self, is_own: np.ndarray, models: dict[str, ProbeScores | None]
  ) -> dict[str, Any] | None:
    own = np.flatnonzero(is_own & (self.labels == NEUTRAL))
    if not len(own):
      return None
    scores = {name: each and each.sentences for name, each in models.items()}
    before = 0 if scores["baseline"] is None else scores["baseline"][own]
    worst = own[np.argmax(scores["model"][own] - before)]
    return {
      "text": self.probes[worst].text,
      **{
        f"{name}_score": None if each is None else float(each[worst])
        for name, each in scores.items()
      },
    }


def _overall(figures: dict[str, Any]) -> dict[str, Any]:
  def at(found: Rates | None) -> dict[str, float] | None:
    return found and {name: getattr(found, name) for name in _OVERALL_RATES}

  return {
    **at(figures["rates"]),
    "matched": at(figures["matched"]),
    **{name: figures[name] for name in ("auc", "mean_score", "logit_gap")},
  }


def _of_identity(figures: dict[str, Any], number: int) -> dict[str, Any]:
  def at(found: Rates | None) -> dict[str, float] | None:
    return found and {
      "false_positive_rate": found.false_positive_rates[number],
      "recall": found.recalls[number],
    }

  return {
    **at(figures["rates"]),
    "matched": at(figures["matched"]),
    "mean_score": figures["mean_scores"][number],
    "logit_gap": figures["logit_gaps"][number],
  }


def _harm(row: dict[str, Any]) -> tuple[float, ...]:
  """Sorts by the rise, then the rate, then the score; what is undefined comes last."""
  change = row["displacement"]
  figures = (
    change["rise"] if change else 0.0,
    row["model"]["false_positive_rate"],
    row["model"]["mean_score"],
  )
  return tuple(-math.inf if math.isnan(each) else each for each in figures)


def _jsonable(value: Any) -> Any:
  """Returns plain numbers for NumPy's, and None for NaN, which JSON does not have."""
  if isinstance(value, dict):
    return {name: _jsonable(each) for name, each in value.items()}
  if isinstance(value, list):
    return [_jsonable(each) for each in value]
  if isinstance(value, float):
    return None if math.isnan(value) else float(value)
  return value
