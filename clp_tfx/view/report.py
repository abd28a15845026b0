"""The report of a run: one HTML page that needs no network."""

import math
from typing import Any

import markupsafe

from clp_tfx.tfma import load_results
from clp_tfx.view import charts
from clp_tfx.view.fairness_indicators import fairness_indicators_html
from clp_tfx.view.page import environment, write_page

_MODELS = {"baseline": "Baseline", "clp": "CLP"}

_MISSING = markupsafe.Markup(
  '<span title="Not defined on this data"><span aria-hidden="true">–</span>'
  '<span class="visually-hidden">not defined</span></span>'
)


def write_report(
  path: str, summary: dict[str, Any], evaluation_path: str | None = None
) -> None:
  """Writes the report page of a run, whole or not at all.

  Args:
    path: HTML file to write or replace.
    summary: What `summary.json` holds: `baseline` (or None), `clp`, `gate`,
      `pushed_model`, `seconds`, `configuration`, `comments` and, where there are
      any, `training` curves and `cached` components. Rates are in [0, 1]; None and
      NaN are shown as "–".
    evaluation_path: The Evaluator's output folder, for Fairness Indicators.

  Raises:
    InputError: If `evaluation_path` holds no TFMA evaluation.
  """
  write_page(path, _render(summary, evaluation_path))


def _render(summary: dict[str, Any], evaluation_path: str | None) -> str:
  templates = environment()
  templates.filters.update(
    percent=_percent, decimal=_decimal, count=_count, seconds=_seconds, value=_value
  )
  component = None
  if evaluation_path is not None:
    component = fairness_indicators_html(load_results(evaluation_path))
  models = {model: name for model, name in _MODELS.items() if summary[model]}
  # The dashed baseline is drawn last: where lines coincide both stay visible.
  histories = summary.get("training", {})
  training = {m: histories[m] for m in reversed(models) if m in histories}
  return templates.get_template("report.html").render(
    **{"cached": [], **summary},
    models=models,
    changes=_changes(summary["baseline"], summary["clp"]),
    groups=charts.group_bars(summary["baseline"], summary["clp"]),
    panels=charts.training_panels(training),
    fairness_indicators=component,
  )


def _changes(baseline: dict | None, clp: dict) -> list[dict[str, str]]:
  """Returns a row of formatted values per headline metric."""
  metrics = (
    ("AUC", "auc", _decimal, "{:+.4f}", 1),
    ("Positive rate", "positive_rate", _percent, "{:+.1f} points", 100),
    ("Flip rate", "flip_rate", _percent, "{:+.1f} points", 100),
    ("Pairs", "pairs", _count, "{:+,}", 1),
  )
  rows = []
  for name, key, formatted, change_format, scale in metrics:
    before, after = (baseline or {}).get(key), clp[key]
    if _is_missing(before) or _is_missing(after):
      change = _MISSING
    elif before == after:
      change = "same"
    else:
      change = change_format.format(scale * (after - before)).replace("-", "−")
    rows.append(
      {
        "name": name,
        "before": formatted(before),
        "after": formatted(after),
        "change": change,
      }
    )
  return rows


def _is_missing(value: Any) -> bool:
  return value is None or (isinstance(value, float) and not math.isfinite(value))


def _percent(value: float | None) -> str:
  if _is_missing(value):
    return _MISSING
  # 0.0% would claim that nothing ever flips.
  return "<0.1%" if 0 < value < 0.0005 else f"{value:.1%}"


def _decimal(value: float | None) -> str:
  return _MISSING if _is_missing(value) else f"{value:.4f}"


def _count(value: int | None) -> str:
  return _MISSING if _is_missing(value) else f"{value:,}"


def _seconds(value: float) -> str:
  if value < 60:
    return f"{value:.1f} s"
  minutes, seconds = divmod(round(value), 60)
  return f"{minutes} min {seconds} s"


def _value(value: Any) -> str:
  """Formats an option or a measured value."""
  if _is_missing(value) or value in ((), []):
    return _MISSING
  if isinstance(value, bool):
    return "yes" if value else "no"
  if isinstance(value, float):
    return f"{value:.4g}"
  if isinstance(value, list | tuple):
    return ", ".join(map(str, value))
  return str(value)
