"""Computes the coordinates of the report's charts, drawn by templates as inline SVG."""

from typing import Any

from clp_tfx.report.formats import is_missing

# The plotting area of a training panel, in units of its SVG.
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 310, 12, 130

_TITLES = {
  "loss": "Training loss",
  "val_loss": "Eval loss",
  "auc": "Training AUC",
  "val_auc": "Eval AUC",
  "counterfactual_loss": "Counterfactual loss",
  "val_counterfactual_loss": "Eval counterfactual loss",
  "flip_rate": "Training flip rate",
  "val_flip_rate": "Eval flip rate",
}


def rate_bars(baseline: dict | None, clp: dict, by: str) -> list[dict[str, Any]]:
  """Lays out flip rates per identity group or term.

  Args:
    baseline: Metrics of the baseline, or None.
    clp: Metrics of the CLP model; only its groups or terms are shown.
    by: `group` or `term`.

  Returns:
    One dict per group or term, sorted by name: `name`, `pairs`, `left_out` (shares of
    comments without a pair, by reason) and `bars`. Each bar has its `model`, `rate`,
    `bounds` (or None) and, in percent of the largest value, its `width` (0 if
    undefined) and the `interval` of its bounds (or None).
  """
  metrics = {"baseline": baseline, "clp": clp} if baseline else {"clp": clp}
  rates = {model: m.get(f"flip_rate_by_{by}", {}) for model, m in metrics.items()}
  bounds = {m: v.get(f"flip_rate_bounds_by_{by}", {}) for m, v in metrics.items()}
  known = [rate for by_name in rates.values() for rate in by_name.values()]
  known += [b for by_name in bounds.values() for pair in by_name.values() for b in pair]
  longest = max((each for each in known if not is_missing(each)), default=0) or 1

  def percent(value: float | None) -> float:
    return round(100 * value / longest, 2) if not is_missing(value) else 0

  def bar(model: str, name: str) -> dict[str, Any]:
    pair = bounds[model].get(name)
    has_bounds = pair is not None and not any(map(is_missing, pair))
    return {
      "model": model,
      "rate": (rate := rates[model].get(name)),
      "bounds": pair,
      "width": percent(rate),
      "interval": [percent(bound) for bound in pair] if has_bounds else None,
    }

  return [
    {
      "name": name,
      "pairs": clp.get(f"pairs_by_{by}", {}).get(name),
      "left_out": clp.get(f"left_out_by_{by}", {}).get(name, {}),
      "bars": [bar(model, name) for model in metrics],
    }
    for name in sorted(rates["clp"])
  ]


def highest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
  """Sorts rows of `rate_bars` by the highest rate of any model, then by pairs."""

  def key(row: dict[str, Any]) -> tuple[float, int]:
    rates = [bar["rate"] for bar in row["bars"] if not is_missing(bar["rate"])]
    return -max(rates, default=-1), -(row["pairs"] or 0)

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
  x = scale(min(epochs), max(epochs), _LEFT, _RIGHT)
  y = scale(min(values), max(values), _BOTTOM, _TOP)
  middle = (min(values) + max(values)) / 2
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
    "y_ticks": [
      (y(value), f"{value:.3g}") for value in sorted({min(values), middle, max(values)})
    ],
  }


def scale(low: float, high: float, start: float, end: float):
  """Returns the map from low..high to start..end; if low is high, to the middle."""
  if low == high:
    return lambda value: (start + end) / 2
  return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)
