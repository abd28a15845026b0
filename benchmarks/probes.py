"""Measures who gains and who loses by the default run, against fixed targets.

python benchmarks/probes.py [COMMENTS] [OUTPUT] [SEEDS]

Trains the default model and a control (weight 0) with each seed, and scores the
held-out probes, the test comments, and of those with identity terms the counterfactuals
and placebo edits. Rates are averaged over the seeds. Prints a table, writes
OUTPUT/probes.json, and exits with 1 if a target is missed. Finished trainings are not
repeated. Prints a message and skips if the comments file does not exist.
"""

import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from clp_tfx.evaluation import generate_texts
from clp_tfx.probes import Probe, fill_probes, rates

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
METHODS = {"control": 0.0, "clp": 1.0}
ROLES = ("comment", "counterfactual", "placebo")


class Scored(NamedTuple):
  """The logits of one model.

  Attributes:
    probes: Logits of the probes, shape `[probes]`.
    comments: Logits of the test comments, shape `[comments]`.
    edited: Logits of comments, of their counterfactuals and, if there are any, of their
      placebo edits, shape `[2 or 3, pairs]`.
  """

  probes: np.ndarray
  comments: np.ndarray
  edited: np.ndarray


class Figures(NamedTuple):
  """Figures of one method, averaged over its models.

  Attributes:
    auc: AUC on the test comments.
    rates: False positive rate of each identity at 0, shape `[identities]`.
    overall: False positive rate of all neutral sentences at 0.
    recall: Recall of hostile sentences at 0.
    matched_recall: The same at the matched threshold.
    group_recalls: The same by dimension, shape `[dimensions]`.
    flip_rate: Share of the counterfactuals that change the decision at 0.
    placebo_flip_rate: Share of the placebo edits of the same comments that do; NaN
      without any.
  """

  auc: float
  rates: np.ndarray
  overall: float
  recall: float
  matched_recall: float
  group_recalls: np.ndarray
  flip_rate: float
  placebo_flip_rate: float = math.nan


def edited_texts(comments: str, path: Path) -> list[list[str]]:
  """Returns the test comments that have both, their counterfactuals and placebo edits.

  Args:
    comments: File of comments.
    path: CSV file to write the texts to.
  """
  generate_texts(comments, str(path), split="test", audit_terms="")
  found: dict[str, dict[str, str]] = {}
  with open(path, encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
      found.setdefault(row["comment_id"], {})[row["role"]] = row["text"]
  whole = [texts for texts in found.values() if texts.keys() == {*ROLES}]
  return [[texts[role] for texts in whole] for role in ROLES]


def figures_of(
  probes: Sequence[Probe],
  models: Sequence[Scored],
  controls: Sequence[Scored],
  labels: np.ndarray,
) -> Figures:
  """Averages the figures of models, each matched to the control of the same seed.

  Args:
    probes: The probes.
    models: Their logits and those of the comments by each model.
    controls: The same by each model's control.
    labels: Labels of the comments, 0 or 1, shape `[comments]`.
  """
  kinds = np.array([probe.label for probe in probes])
  names, identities = np.unique([p.identity for p in probes], return_inverse=True)
  dimensions, groups = np.unique(
    [p.group.split("/")[0] for p in probes], return_inverse=True
  )
  found = []
  for model, control in zip(models, controls, strict=True):
    allowed = np.mean(control.comments[labels == 0] > 0)
    matched = float(np.quantile(model.comments[labels == 0], 1 - allowed))
    at_zero = rates(model.probes, kinds, identities, len(names), 0.0)
    at_matched = rates(model.probes, kinds, groups, len(dimensions), matched)
    found.append(
      (
        roc_auc_score(labels, model.comments),
        at_zero.false_positive_rates,
        at_zero.false_positive_rate,
        at_zero.recall,
        at_matched.recall,
        at_matched.recalls,
        *np.mean((model.edited[1:] > 0) != (model.edited[0] > 0), axis=1),
      )
    )
  return Figures(*(np.mean(each, axis=0) for each in zip(*found, strict=True)))


def distances(of: Figures) -> np.ndarray:
  """Returns each identity's distance from the rate of all, shape `[identities]`."""
  return abs(of.rates - of.overall)


def bars(probes: Sequence[Probe], control: Figures, clp: Figures) -> list[dict]:
  """Compares the figures with the targets; each figure must be at most its target."""
  names = sorted({probe.identity for probe in probes})
  held_out = {p.identity for p in probes if p.identity_split == "held_out"}
  is_held_out = np.array([name in held_out for name in names])

  rise = clp.rates - control.rates
  lost = control.group_recalls - clp.group_recalls
  rows = [
    ("mean distance of false positive rates", distances(clp).mean(), 0.03,
     distances(control).mean()),
    ("worst distance", distances(clp).max(), 0.15, distances(control).max()),
    ("mean distance, held-out identities", distances(clp)[is_held_out].mean(), 0.05,
     distances(control)[is_held_out].mean()),
    (f"largest rise over the control ({names[rise.argmax()]})", rise.max(), 0.03, None),
    ("hostile recall at 0.5, drop", control.recall - clp.recall, 0.05, control.recall),
    ("hostile recall at the matched threshold, drop",
     control.matched_recall - clp.matched_recall, 0.02, control.matched_recall),
    ("… of the dimension that loses most", lost.max(), 0.05, None),
    ("AUC on test comments, drop", control.auc - clp.auc, 0.002, control.auc),
    ("flip rate of pairs, against placebo edits", clp.flip_rate, clp.placebo_flip_rate,
     control.flip_rate),
  ]  # fmt: skip
  return [
    {
      "name": name,
      "figure": float(figure),
      "bar": float(bar),
      "control": None if of_control is None else float(of_control),
      "met": bool(figure <= bar),
    }
    for name, figure, bar, of_control in rows
  ]


def show(rows: list[dict]) -> None:
  """Prints the comparison as a table."""
  from rich.console import Console
  from rich.table import Table

  table = Table("", "control", "figure", "target", "")
  for row in rows:
    table.add_row(
      row["name"],
      "" if row["control"] is None else f"{row['control']:.4f}",
      f"{row['figure']:.4f}",
      f"{row['bar']:.4g}",
      "ok" if row["met"] else "MISSED",
    )
  Console().print(table)


def main(
  comments: str = str(COMMENTS), output: str = "out/probes", seeds: str = "3"
) -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  from probe_models import ProbeModels

  models = ProbeModels(comments, Path(output))
  probes = [probe for probe in fill_probes() if probe.split == "held_out"]
  texts = [probe.text for probe in probes]
  labels = models.split_logits(0.0, 1, "test").labels
  edited = edited_texts(comments, Path(output, "texts.csv"))
  scored = {
    method: [
      Scored(
        models.logits(weight, seed, texts),
        models.split_logits(weight, seed, "test").comments,
        models.logits(weight, seed, sum(edited, [])).reshape(len(ROLES), -1),
      )
      for seed in range(1, int(seeds) + 1)
    ]
    for method, weight in METHODS.items()
  }
  control, clp = (
    figures_of(probes, scored[method], scored["control"], labels) for method in METHODS
  )
  rows = bars(probes, control, clp)
  found = {"seeds": int(seeds), "comments": len(labels), "pairs": len(edited[0])}
  found["bars"] = rows
  Path(output, "probes.json").write_text(json.dumps(found, indent=2) + "\n")
  show(rows)
  return int(not all(row["met"] for row in rows))


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
