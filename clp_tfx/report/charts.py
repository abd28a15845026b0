"""Computes the coordinates of the report's charts, drawn by templates as inline SVG."""

import math
from typing import Any

from clp_tfx.report.formats import is_missing

# The plotting area of a training panel, in units of its SVG.
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 310, 12, 130
_FEW_PAIRS = 30
_RATE_TICKS = (0.001, 0.0025, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1)

_TITLES = {
  "loss": "Training loss",
  "val_loss": "Eval loss",
  "auc": "Training AUC",
  "val_auc": "Eval AUC",
  "r2": "Training R²",
  "val_r2": "Eval R²",
  "counterfactual_loss": "Counterfactual loss",
  "val_counterfactual_loss": "Eval counterfactual loss",
  "flip_rate": "Training flip rate",
  "val_flip_rate": "Eval flip rate",
}


def rate_chart(baseline: dict | None, clp: dict, by: str) -> dict[str, Any]:
  """Lays out flip rates per identity group or term, on a square root scale.

  Most rates are a few percent while the bounds of rare terms reach 100%: on a linear
  scale the former would be too short to compare.

  Args:
    baseline: Metrics of the baseline, or None.
    clp: Metrics of the CLP model; only its groups or terms are shown.
    by: `group` or `term`.

  Returns:
    `ticks`, pairs of a place in percent of the width and a label; and `rows`, a dict
    per group or term, sorted by name: `name`, `pairs`, `left_out` (shares of comments
    without a pair, by reason) and `bars`. Each bar has its `model`, `rate`, `bounds`
    (or None), the rate of its `placebo` edits (or None) and, in percent of the width,
    its `width` (0 if undefined) and the `interval` of its bounds (or None).
  """
  metrics = {"baseline": baseline, "clp": clp} if baseline else {"clp": clp}
  rates = {model: m.get(f"flip_rate_by_{by}", {}) for model, m in metrics.items()}
  bounds = {m: v.get(f"flip_rate_bounds_by_{by}", {}) for m, v in metrics.items()}
  placebos = {model: m.get(f"placebo_by_{by}", {}) for model, m in metrics.items()}
  known = [rate for by_name in rates.values() for rate in by_name.values()]
  known += [b for by_name in bounds.values() for pair in by_name.values() for b in pair]
  longest = max((each for each in known if not is_missing(each)), default=0)
  end = next(tick for tick in _RATE_TICKS if tick >= min(longest, 1))

  def place(value: float | None) -> float:
    return 0 if is_missing(value) else round(100 * math.sqrt(value / end), 2)

  def bar(model: str, name: str) -> dict[str, Any]:
    pair = bounds[model].get(name)
    has_bounds = pair is not None and not any(map(is_missing, pair))
    return {
      "model": model,
      "rate": (rate := rates[model].get(name)),
      "bounds": pair,
      "placebo": placebos[model].get(name, {}).get("flip_rate"),
      "width": place(rate),
      "interval": [place(bound) for bound in pair] if has_bounds else None,
    }

  rows = [
    {
      "name": name,
      "pairs": clp.get(f"pairs_by_{by}", {}).get(name),
      "left_out": clp.get(f"left_out_by_{by}", {}).get(name, {}),
      "bars": [bar(model, name) for model in metrics],
    }
    for name in sorted(rates["clp"])
  ]
  shown = [tick for tick in _RATE_TICKS if end / 100 <= tick <= end]
  return {"rows": rows, "ticks": [(place(t), f"{100 * t:g}%") for t in _apart(shown)]}


def _apart(shares: list[float]) -> list[float]:
  """Returns the last share and those that are a quarter of the next one or less."""
  kept: list[float] = []
  for share in reversed(shares):
    if not kept or share <= kept[-1] / 4 + 1e-9:
      kept.append(share)
  return kept[::-1]


def highest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
  """Sorts rows of `rate_chart` by the highest rate of any model, then by pairs.

  Those of few pairs come last: one that flips would otherwise lead with 100%.
  """

  def key(row: dict[str, Any]) -> tuple[bool, float, int]:
    rates = [bar["rate"] for bar in row["bars"] if not is_missing(bar["rate"])]
    pairs = row["pairs"] or 0
    return pairs < _FEW_PAIRS, -max(rates, default=-1), -pairs

  return sorted(rows, key=key)


def training_panels(training: dict[str, list[dict]]) -> list[dict[str, Any]]:
  """Lays out one line chart per metric of the training histories.

  Args:
    training: For each model, one dict per epoch with `epoch` and any metrics.

  Returns:
    One dict per metric: `title`; `lines` with `model` and `points` (`x`, `y`,
    `epoch`, `value`); `x_ticks` and `y_ticks` as (coordinate, label) pairs.
  """
  epochs = [epoch for history in training.values() for epoch in history]
  names = dict.fromkeys(name for epoch in epochs for name in epoch if name != "epoch")
  return [panel for name in names if (panel := _panel(name, training))["lines"]]


def _panel(name: str, training: dict[str, list[dict]]) -> dict[str, Any]:
  series = {
    model: [(e["epoch"], e[name]) for e in history if not is_missing(e.get(name))]
    for model, history in training.items()
  }
  points = [point for line in series.values() for point in line]
  if not points:
    return {"lines": []}
  epochs, values = zip(*points, strict=True)
  y_ticks = ticks(min(values), max(values))
  x = scale(min(epochs), max(epochs), _LEFT, _RIGHT)
  y = scale(y_ticks[0], y_ticks[-1], _BOTTOM, _TOP)
  return {
    "title": _TITLES.get(name, name),
    "lines": [
      {
        "model": model,
        "points": [
          {"x": x(epoch), "y": y(value), "epoch": epoch, "value": value}
          for epoch, value in line
        ],
      }
      for model, line in series.items()
      if line
    ],
    "x_ticks": [(x(epoch), epoch) for epoch in sorted({min(epochs), max(epochs)})],
    "y_ticks": [(y(tick), f"{tick:.6g}") for tick in y_ticks],
  }


def ticks(low: float, high: float) -> list[float]:
  """Returns evenly spaced round numbers, from at most `low` to at least `high`.

  Where these are the same but for rounding, it is one number, of two digits.
  """
  if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
    return [float(f"{low:.2g}")]
  size = (high - low) / 5
  power = 10.0 ** int(f"{size:e}".partition("e")[2])
  step = next(power * m for m in (1, 2, 5, 10) if power * m >= size * (1 - 1e-9))
  first = math.floor(low / step + 1e-9)
  last = first
  while last * step < high - 1e-9 * step:
    last += 1
  return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def scale(low: float, high: float, start: float, end: float):
  """Returns the map from low..high to start..end; if low is high, to the middle."""
  if low == high:
    return lambda value: (start + end) / 2
  return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)
