"""Compares the figures of benchmarks/encoder.py with its targets."""

from rich.console import Console
from rich.table import Table

CONVOLUTION = "convolution"
BETTER_BY = 0.01
TARGETS = (
  ("AUC, drop", "auc", False, 0.002),
  ("flip rate, change", "flip_rate", True, -0.85),
  ("mean distance of false positive rates, change", "mean_distance", True, -0.7),
  ("hostile recall at the matched threshold, drop", "matched_recall", False, 0.0),
  ("hostile recall at .5, drop", "recall", False, 0.02),
)
"""Name, figure, whether the change is a share of the control's figure, and target."""


def bars(arms: dict[str, dict]) -> list[dict]:
  """Compares the figures with the targets; each change must be at most its target.

  Args:
    arms: Figures of each arm, as of `Bench.figures`. The convolution has no targets.
  """
  rows = []
  for arm, figures in arms.items():
    control, clp = (figures["methods"][method] for method in ("control", "clp"))
    for name, key, is_share, bar in TARGETS:
      change = control[key] - clp[key]
      if is_share:
        change = -change / control[key] if control[key] else float("nan")
      found = {"control": control[key], "clp": clp[key], "figure": change}
      bar = None if arm == CONVOLUTION else bar
      rows.append({"name": f"{arm}: {name}", **found, "bar": bar})
  encoders = [arms[name]["methods"] for name in arms if name != CONVOLUTION]
  if CONVOLUTION in arms and encoders:
    of_convolution = arms[CONVOLUTION]["methods"]
    better = max(encoders, key=lambda each: each["control"]["auc"])
    found = {method: better[method]["auc"] for method in better}
    change = of_convolution["control"]["auc"] - found["control"]
    name = "better encoder: AUC, convolution's less its own"
    rows.append({"name": name, **found, "figure": change, "bar": -BETTER_BY})
  for row in rows:
    row["met"] = None if row["bar"] is None else bool(row["figure"] <= row["bar"])
  return rows


def show(arms: dict[str, dict], rows: list[dict]) -> None:
  """Prints the comparison and the costs as tables."""
  table = Table("", "control", "CLP", "figure", "target", "")
  for row in rows:
    met = {None: "", True: "ok", False: "MISSED"}[row["met"]]
    numbers = (f"{row[key]:.4f}" for key in ("control", "clp", "figure"))
    bar = "" if row["bar"] is None else f"{row['bar']:g}"
    table.add_row(row["name"], *numbers, bar, met)
  Console().print(table)
  table = Table("", "rate", "seconds per step", "with CLP", "peak GB", "with CLP")
  for arm, figures in arms.items():
    control, clp = (figures["costs"][method] for method in ("control", "clp"))
    numbers = [each[key] for key in ("seconds", "gigabytes") for each in (control, clp)]
    rate = figures["learning_rate"] or "default"
    table.add_row(arm, str(rate), *(f"{number:.3f}" for number in numbers))
  Console().print(table)
