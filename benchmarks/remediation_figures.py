"""Computes the figures of benchmarks/remediation.py from the scores of its models."""

from typing import NamedTuple

import numpy as np
from remediation_models import FOLDED, FOLDS, PRONOUNS, Arm, Bench, fold_of
from sklearn.metrics import roc_auc_score

from clp_tfx.report import Point, trade_off_svg

MEASURED = ("control", "clp")
REPLICATES = 2000
AUC_REPLICATES = 300


class Measured(NamedTuple):
  """Outcomes of the control and of CLP per text, averaged over models.

  Attributes:
    rows: Indices of the texts.
    control: Float, shape `[rows]`.
    clp: Float, shape `[rows]`.
  """

  rows: np.ndarray
  control: np.ndarray
  clp: np.ndarray

  def interval(self, figure) -> tuple[float, float]:
    """Returns the 95% interval of `figure(control mean, clp mean)`.

    Uses a bootstrap over comments, which keeps all scores of a comment together.
    """
    rng = np.random.default_rng(0)
    size = len(self.rows)
    weights = rng.multinomial(size, np.full(size, 1 / size), REPLICATES) / size
    values = figure(weights @ self.control, weights @ self.clp)
    return tuple(np.percentile(values[np.isfinite(values)], [2.5, 97.5]))


def report(bench: Bench, seeds: list[int]) -> dict:
  """Computes the figures and compares them with the targets.

  Args:
    bench: The bench, with all trainings finished.
    seeds: The seeds to report on.

  Returns:
    `bars`, `methods` and `left_out_terms`, each a list of dictionaries.
  """
  texts = bench.texts
  test = texts.split == "test"
  paired = np.array([c is not None for c in texts.counterfactual])
  folded = np.array([bool(terms & FOLDED) for terms in texts.terms]) & paired
  fold = np.array([fold_of(tokens) for tokens in texts.tokens])
  models = [Model.of(bench, s, k, test) for s in seeds for k in range(FOLDS)]
  sets = {
    "all terms, test": lambda model: test & paired,
    "nouns, test": lambda model: (
      test & paired & ~np.array([terms <= PRONOUNS for terms in texts.terms])
    ),
    "gay or lesbian, cross-fitted": lambda model: folded & (fold == model.fold),
  }
  bars = []
  for name, chosen in sets.items():
    for what in ("flip rate", "flip rate at the control's positive rate", "score gap"):
      measured = _mean(models, chosen, what)
      bars.append(_reduction(f"{what}: {name}", measured, _bar(what, name)))
  positive = test & (texts.label == 1)
  recall = _mean(models, lambda model: positive, "recall")
  drop = lambda control, clp: control - clp  # noqa: E731
  bars.append(_row("recall at the control's positive rate", recall, drop, 0.01))
  bars.append(_auc_row(models, test, texts.label))
  return {
    "seeds": seeds,
    "bars": bars,
    "methods": _methods(bench, seeds, models, test, paired, folded),
    "left_out_terms": _left_out(bench, seeds, models, test & paired),
  }


class Model(NamedTuple):
  """Probabilities that the control and CLP of one seed and fold give to all texts.

  Attributes:
    seed: Seed of both models.
    fold: Fold left out of both models.
    original: Probabilities of the texts by method, shape `[texts]`.
    counterfactual: Probabilities of the counterfactuals by method, shape `[texts]`; NaN
      if there is none.
    threshold: Threshold by method; gives CLP the control's positive rate on the test
      split.
  """

  seed: int
  fold: int
  original: dict[str, np.ndarray]
  counterfactual: dict[str, np.ndarray]
  threshold: dict[str, float]

  @classmethod
  def of(cls, bench: Bench, seed: int, fold: int, test: np.ndarray) -> "Model":
    logits = {m: bench.logits(Arm(m, fold), seed) for m in ("control", "clp")}
    original = {m: _sigmoid(found["original"]) for m, found in logits.items()}
    counterfactual = {
      m: _sigmoid(found["counterfactual"]) for m, found in logits.items()
    }
    rate = np.mean(original["control"][test] > 0.5)
    matched = float(np.quantile(original["clp"][test], 1 - rate))
    thresholds = {"control": 0.5, "clp": matched}
    return cls(seed, fold, original, counterfactual, thresholds)

  def outcome(self, what: str, method: str, rows: np.ndarray) -> np.ndarray:
    """Returns a figure for each text: flip as 0 or 1, gap, or recall."""
    original = self.original[method][rows]
    counterfactual = self.counterfactual[method][rows]
    if what == "score gap":
      return np.abs(original - counterfactual)
    threshold = 0.5 if what == "flip rate" else self.threshold[method]
    if what == "recall":
      return (original > threshold).astype(float)
    return ((original > threshold) != (counterfactual > threshold)).astype(float)


def _mean(models: list[Model], chosen, what: str) -> Measured:
  total = {method: np.zeros(len(models[0].original["clp"])) for method in MEASURED}
  count = np.zeros(len(total["clp"]))
  for model in models:
    rows = np.flatnonzero(chosen(model))
    count[rows] += 1
    for method in MEASURED:
      total[method][rows] += model.outcome(what, method, rows)
  rows = np.flatnonzero(count)
  return Measured(rows, *(total[method][rows] / count[rows] for method in MEASURED))


def _bar(what: str, name: str) -> float | None:
  if name.startswith("nouns"):
    return None
  if what == "score gap":
    return 0.8
  return 0.95 if name.startswith("gay") else 0.85


def _reduction(name: str, measured: Measured, bar: float | None) -> dict:
  return _row(name, measured, lambda control, clp: 1 - clp / control, bar, least=True)


def _row(name: str, measured: Measured, figure, bar, least: bool = False) -> dict:
  control, clp = measured.control.mean(), measured.clp.mean()
  value = float(figure(control, clp))
  met = None if bar is None else value >= bar if least else value <= bar
  return {
    "name": name,
    "texts": len(measured.rows),
    "control": float(control),
    "clp": float(clp),
    "figure": "down by a share of" if least else "down by",
    "value": value,
    "interval": [float(bound) for bound in measured.interval(figure)],
    "bar": bar,
    "met": met,
  }


def _auc_row(models: list[Model], test: np.ndarray, label: np.ndarray) -> dict:
  rng = np.random.default_rng(0)
  size = int(test.sum())
  replicates = [
    np.ones(size),
    *rng.multinomial(size, np.full(size, 1 / size), AUC_REPLICATES),
  ]
  aucs = {
    method: np.array(
      [
        [
          roc_auc_score(label[test], model.original[method][test], sample_weight=w)
          for w in replicates
        ]
        for model in models
      ]
    )
    for method in MEASURED
  }
  drops = (aucs["control"] - aucs["clp"]).mean(axis=0)
  return {
    "name": "AUC, test",
    "texts": size,
    "control": float(aucs["control"][:, 0].mean()),
    "clp": float(aucs["clp"][:, 0].mean()),
    "figure": "down by",
    "value": float(drops[0]),
    "interval": [float(bound) for bound in np.percentile(drops[1:], [2.5, 97.5])],
    "by_model": (aucs["control"] - aucs["clp"])[:, 0].tolist(),
    "bar": 0.002,
    "met": bool(drops[0] <= 0.002),
  }


def _methods(bench, seeds, models, test, paired, folded) -> list[dict]:
  """Returns the figures of alternative methods, on texts that none was trained on."""
  label = bench.texts.label
  unseen = folded & (bench.texts.split != "train")
  found = []
  for method in ("control", "clp", "blindness", "masking", "augmentation"):
    if method in MEASURED:
      logits = [
        (model.original[method], model.counterfactual[method]) for model in models
      ]
    else:
      kept = [bench.logits(Arm(method), seed) for seed in seeds]
      logits = [(_sigmoid(k["original"]), _sigmoid(k["counterfactual"])) for k in kept]
    figures = {
      "auc": [roc_auc_score(label[test], p[test]) for p, _ in logits],
      "flip_rate": [_flip_rate(p, q, test & paired) for p, q in logits],
      "flip_rate_gay_lesbian": [_flip_rate(p, q, unseen) for p, q in logits],
      "score_gap": [_gap(p, q, test & paired) for p, q in logits],
    }
    found.append(
      {
        "method": method,
        "models": len(logits),
        **{
          name: {"mean": float(np.mean(v)), "deviation": float(np.std(v, ddof=1))}
          for name, v in figures.items()
        },
      }
    )
  return found


def _left_out(bench, seeds, models, chosen) -> list[dict]:
  """Returns figures for texts whose terms were all left out of the training pairs."""
  found = []
  for half in (0, 1):
    others = bench.halves[1 - half]
    rows = chosen & np.array([bool(t) and t <= others for t in bench.texts.terms])
    kept = [bench.logits(Arm("clp", half=half), seed) for seed in seeds]
    learned = [(_sigmoid(k["original"]), _sigmoid(k["counterfactual"])) for k in kept]
    sets = {
      "control": [(m.original["control"], m.counterfactual["control"]) for m in models],
      "pairs of the other half": learned,
      "all pairs": [(m.original["clp"], m.counterfactual["clp"]) for m in models],
    }
    found.append(
      {
        "texts": int(rows.sum()),
        "measured_on": sorted(others),
        **{
          name: {
            "flip_rate": float(np.mean([_flip_rate(p, q, rows) for p, q in pairs])),
            "score_gap": float(np.mean([_gap(p, q, rows) for p, q in pairs])),
          }
          for name, pairs in sets.items()
        },
      }
    )
  return found


def _flip_rate(original, counterfactual, rows) -> float:
  return float(np.mean((original[rows] > 0.5) != (counterfactual[rows] > 0.5)))


def _gap(original, counterfactual, rows) -> float:
  return float(np.mean(np.abs(original[rows] - counterfactual[rows])))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
  return 1 / (1 + np.exp(-logits))


def show(figures: dict) -> None:
  """Prints the figures as tables."""
  from rich.console import Console
  from rich.table import Table

  console = Console()
  bars = Table("", "texts", "control", "CLP", "reduction", "95% interval", "target", "")
  for row in figures["bars"]:
    met = {None: "", True: "ok", False: "MISSED"}[row["met"]]
    shown = ".1%" if row["figure"].endswith("of") else ".4f"
    low, high = row["interval"]
    bars.add_row(
      row["name"],
      str(row["texts"]),
      f"{row['control']:.4f}",
      f"{row['clp']:.4f}",
      f"{row['value']:{shown}}",
      f"{low:{shown}} to {high:{shown}}",
      "" if row["bar"] is None else f"{row['bar']:{shown}}",
      met,
    )
  console.print(bars)
  names = ("auc", "flip_rate", "flip_rate_gay_lesbian", "score_gap")
  methods = Table("", "models", *names)
  for row in figures["methods"]:
    cells = (f"{row[n]['mean']:.4f} ±{row[n]['deviation']:.4f}" for n in names)
    methods.add_row(row["method"], str(row["models"]), *cells)
  console.print(methods)
  for half in figures["left_out_terms"]:
    table = Table("left out of the pairs", "flip rate", "score gap")
    table.title = f"{half['texts']} texts with terms of one half of the lexicon"
    for name in ("control", "pairs of the other half", "all pairs"):
      row = half[name]
      table.add_row(name, f"{row['flip_rate']:.4f}", f"{row['score_gap']:.4f}")
    console.print(table)


def plot(figures: dict) -> str:
  """Plots the methods by AUC and flip rate."""
  points = [
    Point(
      row["method"],
      row["method"] if row["method"] in MEASURED else "other",
      row["auc"]["mean"],
      row["auc"]["deviation"],
      row["flip_rate"]["mean"],
      row["flip_rate"]["deviation"],
    )
    for row in figures["methods"]
  ]
  control = figures["methods"][0]
  return trade_off_svg(
    points,
    "Flip rate and AUC on the test split, all terms",
    0.15 * control["flip_rate"]["mean"],
    control["auc"]["mean"] - 0.002,
  )
