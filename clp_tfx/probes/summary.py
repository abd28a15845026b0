"""The figures of one or two models on probes, ready for JSON.

A figure that is undefined is None.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from clp_tfx.probes.comparison import displacement
from clp_tfx.probes.fill import Probe
from clp_tfx.probes.measure import group_means, hostile_auc, logit_gaps, mean, rates
from clp_tfx.probes.score import ProbeScores
from clp_tfx.probes.templates import HELD_OUT, HOSTILE, NEUTRAL

Figures = dict[str, Any]


def summarize(
  probes: Sequence[Probe],
  model: ProbeScores,
  baseline: ProbeScores | None = None,
  *,
  threshold: float = 0.5,
  matched_threshold: float | None = None,
  max_rise: float = 0.1,
  seed: int = 0,
) -> Figures:
  """Computes all figures.

  Example:
    >>> probes = fill_probes()
    >>> def score(texts):
    ...   return [0.9 if "deaf" in text.lower() else 0.1 for text in texts]
    >>> summary = summarize(probes, score_probes(probes, score))
    >>> summary["identities"][0]["identity"]
    'deaf'

  Args:
    probes: The probes.
    model: Their scores by the model.
    baseline: Their scores by the model to compare with.
    threshold: Scores above it are positive.
    matched_threshold: The threshold at which the model has the baseline's false
      positive rate on comments that are not toxic; the rates there stand beside the
      others as `matched`.
    max_rise: See `displacement`.
    seed: Seed of the resampling.

  Returns:
    The overall figures under `model` and `baseline`; lists of `identities`, from the
    most harmed to the least, and of `groups`, their dimensions, with the figures of
    both; and a list of `functionalities`. An identity's `worst` is its neutral sentence
    of the highest score or, with a baseline, of the largest rise in score.
  """
  columns = _Columns(probes)
  models = {
    "model": (model, matched_threshold),
    **({"baseline": (baseline, None)} if baseline else {}),
  }
  overall: dict[str, Figures | None] = {"model": None, "baseline": None}
  identities, groups = columns.described_identities(), columns.described_groups()
  for name, (scores, matched) in models.items():
    at = (scores, threshold, matched)
    overall[name], by_identity = columns.figures(columns.identity_index, *at)
    _, by_group = columns.figures(columns.group_index, *at)
    for rows, found in ((identities, by_identity), (groups, by_group)):
      for row, figures in zip(rows, found, strict=True):
        row[name] = figures
  for number, row in enumerate(identities):
    row["worst"] = columns.worst(number, model, baseline)
  if baseline:
    neutral = columns.labels == NEUTRAL
    changes = displacement(
      model.sentences[neutral],
      baseline.sentences[neutral],
      columns.identities[neutral],
      columns.templates[neutral],
      columns.functionalities[neutral],
      max_rise,
      threshold,
      seed=seed,
    )
    by_name = {change.identity: change._asdict() for change in changes}
    for row in identities:
      row["displacement"] = by_name.get(row["identity"])
  identities.sort(key=_harm, reverse=True)
  return _jsonable(
    {
      "threshold": threshold,
      "matched_threshold": matched_threshold,
      "max_rise": max_rise if baseline else None,
      "sentences": len(probes),
      "templates": len(set(columns.templates)),
      **overall,
      "identities": identities,
      "groups": [row for row in groups if row["group"]],
      "functionalities": columns.by_functionality(models, threshold),
    }
  )


class _Columns:
  """The probes as arrays."""

  def __init__(self, probes: Sequence[Probe]):
    self.probes = probes
    self.labels = np.array([probe.label for probe in probes])
    self.identities = np.array([probe.identity for probe in probes])
    self.templates = np.array([probe.template for probe in probes])
    self.functionalities = np.array([probe.functionality for probe in probes])
    dimensions = [probe.group.split("/")[0] for probe in probes]
    _, self._first, self.identity_index = np.unique(
      self.identities, return_index=True, return_inverse=True
    )
    self._dimensions, self.group_index = np.unique(dimensions, return_inverse=True)

  def described_identities(self) -> list[Figures]:
    """Returns a row per identity without the models' figures."""
    return [
      {
        "identity": probe.identity,
        "group": probe.group,
        "held_out": probe.identity_split == HELD_OUT,
        "neutral_sentences": self._count(self.identity_index == number, NEUTRAL),
        "hostile_sentences": self._count(self.identity_index == number, HOSTILE),
        "model": None,
        "baseline": None,
        "displacement": None,
      }
      for number, probe in enumerate(self.probes[first] for first in self._first)
    ]

  def described_groups(self) -> list[Figures]:
    """Returns a row per dimension without the models' figures."""
    return [
      {
        "group": str(name),
        "neutral_sentences": self._count(self.group_index == number, NEUTRAL),
        "hostile_sentences": self._count(self.group_index == number, HOSTILE),
        "model": None,
        "baseline": None,
      }
      for number, name in enumerate(self._dimensions)
    ]

  def figures(
    self,
    index: np.ndarray,
    scores: ProbeScores,
    threshold: float,
    matched: float | None,
  ) -> tuple[Figures, list[Figures]]:
    """Returns a model's figures on all probes and on those of each index."""
    size = int(index.max(initial=-1)) + 1
    neutral = self.labels == NEUTRAL
    gaps = logit_gaps(scores.sentences, scores.persons)
    gapped = neutral & ~np.isnan(gaps)
    overall, rows = self._rates(index, size, scores, threshold)
    overall |= {
      "matched": None,
      "auc": hostile_auc(scores.sentences, self.labels),
      "mean_score": mean(scores.sentences[neutral]),
      "logit_gap": mean(gaps[gapped]),
    }
    mean_scores = group_means(scores.sentences[neutral], index[neutral], size)
    mean_gaps = group_means(gaps[gapped], index[gapped], size)
    for row, mean_score, gap in zip(rows, mean_scores, mean_gaps, strict=True):
      row |= {"matched": None, "mean_score": mean_score, "logit_gap": gap}
    if matched is not None:
      overall["matched"], at_matched = self._rates(index, size, scores, matched)
      for row, found in zip(rows, at_matched, strict=True):
        row["matched"] = found
    return overall, rows

  def worst(
    self, number: int, model: ProbeScores, baseline: ProbeScores | None
  ) -> Figures | None:
    """Returns the neutral sentence about an identity that is flagged most wrongly."""
    own = np.flatnonzero((self.identity_index == number) & (self.labels == NEUTRAL))
    if not len(own):
      return None
    before = baseline.sentences[own] if baseline else np.zeros(len(own))
    place = np.argmax(model.sentences[own] - before)
    return {
      "text": self.probes[own[place]].text,
      "model_score": float(model.sentences[own[place]]),
      "baseline_score": float(before[place]) if baseline else None,
    }

  def by_functionality(
    self, models: dict[str, tuple[ProbeScores, float | None]], threshold: float
  ) -> list[Figures]:
    """Returns each functionality's share of positive decisions by each model."""
    kinds = dict.fromkeys((probe.functionality, probe.label) for probe in self.probes)
    found = []
    for name, label in kinds:
      own = (self.functionalities == name) & (self.labels == label)
      row = {"functionality": name, "label": label, "sentences": int(own.sum())}
      for of, (scores, _) in models.items():
        row[f"{of}_positive_rate"] = mean(scores.sentences[own] > threshold)
      found.append(row)
    return found

  def _count(self, own: np.ndarray, label: str) -> int:
    return int(np.sum(own & (self.labels == label)))

  def _rates(
    self, index: np.ndarray, size: int, scores: ProbeScores, threshold: float
  ) -> tuple[Figures, list[Figures]]:
    found = rates(scores.sentences, self.labels, index, size, threshold)
    overall = {
      "positive_rate": found.positive_rate,
      "false_positive_rate": found.false_positive_rate,
      "recall": found.recall,
      "mean_distance": found.mean_distance,
      "worst_distance": found.worst_distance,
    }
    each = zip(found.false_positive_rates, found.recalls, strict=True)
    return overall, [{"false_positive_rate": fpr, "recall": r} for fpr, r in each]


def _harm(row: Figures) -> tuple[float, ...]:
  """Sorts by the rise, then the rate, then the score; what is undefined comes last."""
  change = row["displacement"]
  figures = (
    change["rise"] if change else math.nan,
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
