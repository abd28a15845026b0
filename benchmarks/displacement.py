"""Measures how often displacement is a false alarm, and how often it is missed.

python benchmarks/displacement.py [COMMENTS] [OUTPUT] [SEEDS]

Trains controls (weight 0) that differ by seed alone and compares each pair of them on
the held-out probes, both ways round. Then shifts the candidate's logits for one
identity so that its false positive rate rises by two, three or four times the bound,
and compares again. Prints a table, writes OUTPUT/displacement.json, and exits with 1 if
a target is missed. Finished trainings are not repeated. Prints a message and skips if
the comments file does not exist.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np

from clp_tfx.probes import TRAINING_NOISE, Probe, displacement, fill_probes

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
MAX_RISE = 0.1
PLANTED = (2, 3, 4)
PER_PAIR = 10
BAR = 1 / 20
DISPLACED, WITHIN_NOISE = "displaced", "within training noise"
TOO_LITTLE = "too little evidence"


def neutral_probes() -> list[Probe]:
  """Returns the held-out probes that decide whether an identity is displaced."""
  return [p for p in fill_probes() if p.split == "held_out" and p.label == "neutral"]


def calibration(probes: list[Probe], models: list[np.ndarray]) -> dict:
  """Compares models that differ by seed alone, also with planted displacements.

  Args:
    probes: Neutral probes.
    models: Their logits by each model, shape `[probes]`.

  Returns:
    `pairs` compared; the share `refused`, because an identity is `displaced` or there
    is `too_little_evidence`; the share that would be displaced without a term for
    training noise; the quantiles of `detectable`; and by planted rise, as a multiple of
    the bound, how many were `missed` and why.
  """
  rng = np.random.default_rng(0)
  names = np.array([probe.identity for probe in probes])
  identities = np.unique(names)
  suite = [(p.identity, p.template, p.functionality) for p in probes]
  arguments = [list(column) for column in zip(*suite, strict=True)]

  def compared(candidate: np.ndarray, baseline: np.ndarray) -> dict:
    scores = (1 / (1 + np.exp(-logits)) for logits in (candidate, baseline))
    return {
      each.identity: each
      for each in displacement(*scores, *arguments, MAX_RISE, resamples=1000)
    }

  alone, planted = [], {times: [] for times in PLANTED}
  for one, other in itertools.permutations(range(len(models)), 2):
    alone.append(list(compared(models[one], models[other]).values()))
    for times in PLANTED:
      for name in rng.choice(identities, PER_PAIR, replace=False):
        moved = shifted(models[one], names == name, times * MAX_RISE)
        if moved is not None:
          planted[times].append(compared(moved, models[other])[name].verdict)
  verdicts = [{each.verdict for each in pair} for pair in alone]
  detectable = [max(each.detectable for each in pair) for pair in alone]
  return {
    "models": len(models),
    "pairs": len(alone),
    "refused": _share(v & {DISPLACED, TOO_LITTLE} for v in verdicts),
    "displaced": _share(DISPLACED in v for v in verdicts),
    "too_little_evidence": _share(TOO_LITTLE in v for v in verdicts),
    "displaced_without_the_noise_term": _share(
      v & {DISPLACED, WITHIN_NOISE} for v in verdicts
    ),
    "largest_rise": np.quantile(
      [max(each.rise for each in pair) for pair in alone], [0, 0.5, 1]
    ).tolist(),
    "detectable": np.quantile(detectable, [0, 0.5, 1]).tolist(),
    "noise_for_one_in_twenty": float(
      np.quantile([max(map(_tolerated, pair)) for pair in alone], 1 - BAR)
    ),
    "planted": [
      {
        "times": times,
        "planted": len(found),
        "missed": _share(verdict != DISPLACED for verdict in found),
        "within_training_noise": _share(v == WITHIN_NOISE for v in found),
      }
      for times, found in planted.items()
    ],
  }


def shifted(logits: np.ndarray, own: np.ndarray, rise: float) -> np.ndarray | None:
  """Raises the logits of some sentences until their positive rate has risen.

  Args:
    logits: Logits of all sentences, shape `[n]`.
    own: Which of them to raise, boolean, shape `[n]`.
    rise: How much their positive rate rises, at least.

  Returns:
    All logits, or None if the rate is too high to rise that much.
  """
  ranked = -np.sort(-logits[own])
  positive = int(np.ceil((np.mean(ranked > 0) + rise) * len(ranked)))
  if positive > len(ranked):
    return None
  return logits + own * (1e-6 - ranked[positive - 1])


def _tolerated(change) -> float:
  """Returns the noise at which a rise that is otherwise displaced is tolerated."""
  return change.shift if change.verdict in (DISPLACED, WITHIN_NOISE) else 0.0


def _share(found) -> float:
  return float(np.mean([bool(each) for each in found]))


def show(figures: dict) -> bool:
  """Prints the figures; returns whether the targets are met."""
  from rich.console import Console
  from rich.table import Table

  rows = [
    ("controls refused", figures["refused"], BAR),
    ("… displaced", figures["displaced"], None),
    ("… too little evidence", figures["too_little_evidence"], None),
    ("… displaced, without a term for training noise",
     figures["displaced_without_the_noise_term"], None),
  ]  # fmt: skip
  for row in figures["planted"]:
    bar = BAR if row["times"] == PLANTED[0] else None
    rows.append((f"planted {row['times']} x bound, missed", row["missed"], bar))
  table = Table(
    f"{figures['pairs']} pairs of {figures['models']} controls", "share", "target", ""
  )
  met = [bar is None or share <= bar for _, share, bar in rows]
  for (name, share, bar), ok in zip(rows, met, strict=True):
    target = ("", "") if bar is None else (f"{bar:.0%}", "ok" if ok else "MISSED")
    table.add_row(name, f"{share:.1%}", *target)
  Console().print(table)
  print(
    f"Noise at which one pair in twenty is refused: "
    f"{figures['noise_for_one_in_twenty']:.2f} (used: {TRAINING_NOISE})."
  )
  return all(met)


def main(
  comments: str = str(COMMENTS), output: str = "out/displacement", seeds: str = "7"
) -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  from probe_models import ProbeModels

  models = ProbeModels(comments, Path(output))
  probes = neutral_probes()
  texts = [probe.text for probe in probes]
  numbers = range(1, int(seeds) + 1)
  figures = calibration(probes, [models.logits(0.0, seed, texts) for seed in numbers])
  Path(output, "displacement.json").write_text(json.dumps(figures, indent=2) + "\n")
  return int(not show(figures))


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
