"""The report of a run or an evaluation: one HTML page that works offline."""

from typing import Any

from clp_tfx.report import charts, formats
from clp_tfx.report.fairness_indicators import fairness_indicators_html
from clp_tfx.report.group_tables import audit_tables, bias_tables
from clp_tfx.report.page import environment, write_page
from clp_tfx.report.people import people_section
from clp_tfx.report.worst_pairs import worst_pairs
from clp_tfx.tfma.results import load_results, load_worst_flips

# Number of terms and flips shown at first; a click shows the rest.
_SHOWN = 10


def write_report(
  path: str, summary: dict[str, Any], evaluation_path: str | None = None
) -> None:
  """Writes the report page of a run or an evaluation atomically.

  Example:
    >>> import json
    >>> with open("summary.json") as file:
    ...   summary = json.load(file)
    >>> write_report("report.html", summary, "evaluation")

  Args:
    path: HTML file to write or replace.
    summary: The contents of `summary.json`: `baseline` (or None), `clp`, `gate`,
      `configuration`, `comments` and optionally `pushed_model` or `evaluated_model`,
      `probes`, `coverage` (the splits of `load_statistics`), `seconds` by component,
      `cached` components and `training` curves. Rates are in [0, 1]; None and NaN are
      shown as "–".
    evaluation_path: The Evaluator's output folder, for the worst flips and Fairness
      Indicators.

  Raises:
    InputError: If `evaluation_path` has no TFMA evaluation.
  """
  write_page(path, _render(summary, evaluation_path))


def _render(summary: dict[str, Any], evaluation_path: str | None) -> str:
  templates = environment()
  for function in (
    formats.percent,
    formats.interval,
    formats.count,
    formats.seconds,
    formats.setting,
    formats.score,
    formats.breakable,
  ):
    templates.filters[function.__name__] = function
  baseline, clp = summary["baseline"], summary["clp"]
  names = {
    "baseline": "Baseline",
    "clp": "Model" if summary.get("evaluated_model") else "CLP",
  }
  models = {model: name for model, name in names.items() if summary[model]}
  # The dashed baseline is drawn last so that both lines are visible if they coincide.
  histories = summary.get("training", {})
  training = {m: histories[m] for m in reversed(models) if m in histories}
  defaults = {
    "cached": [],
    "coverage": {},
    "evaluated_model": None,
    "model_card": None,
    "pushed_model": None,
    "seconds": {},
  }
  groups, terms = (charts.rate_chart(baseline, clp, by) for by in ("group", "term"))
  context = {
    **defaults,
    **summary,
    "verdict": _verdict(defaults | summary),
    "models": models,
    "changes": _changes(baseline, clp),
    "people": people_section(summary),
    "groups": groups | {"rows": charts.highest_first(groups["rows"])},
    "terms": terms | {"rows": charts.highest_first(terms["rows"])},
    "audit": audit_tables(baseline, clp),
    "bias": bias_tables(baseline, clp),
    "panels": charts.training_panels(training),
    "flips": None,
    "fairness_indicators": None,
    "shown": _SHOWN,
  }
  if evaluation_path is not None:
    results = _renamed(load_results(evaluation_path), summary)
    context |= {
      "fairness_indicators": fairness_indicators_html(results),
      "flips": worst_pairs(load_worst_flips(evaluation_path), models, summary),
    }
  context["contents"] = _contents(context)
  return templates.get_template("report.html").render(context)


def _verdict(summary: dict[str, Any]) -> dict[str, str]:
  """Returns the verdict as `word`, `title` and `tone`."""
  if not summary.get("gated", True):
    return {"word": "Measured", "title": "Measured: no bound given", "tone": "neutral"}
  if not summary["gate"]["blessed"]:
    title = "the model was not pushed"
    if summary["evaluated_model"]:
      title = "the model missed a bound"
    return {"word": "Refused", "title": f"Refused: {title}", "tone": "refused"}
  word = "Passed, not pushed"
  if summary["evaluated_model"]:
    word = "Passed"
  elif summary["pushed_model"]:
    word = "Pushed"
  title = f"{word}: the model passed every check"
  return {"word": word, "title": title, "tone": "pushed"}


def _changes(baseline: dict | None, clp: dict) -> list[dict[str, str]]:
  """Returns one row of formatted values per headline metric."""
  metrics = (
    ("Flip rate", "flip_rate", formats.percent, "+.1f", 100),
    ("… of placebo edits", "placebo_flip_rate", formats.percent, "+.1f", 100),
    ("AUC", "auc", formats.decimal, "+.4f", 1),
    ("Positive rate", "positive_rate", formats.percent, "+.1f", 100),
    ("… of the reference's", "positive_ratio", formats.percent, "+.1f", 100),
    ("Score gap", "counterfactual_gap", formats.decimal, "+.4f", 1),
    ("… of placebo edits", "placebo_counterfactual_gap", formats.decimal, "+.4f", 1),
    ("Pairs", "pairs", formats.count, "+,", 1),
    ("Comments left out", "comments_left_out", formats.percent, "+.1f", 100),
  )
  baseline, clp = (_with_placebo(each or {}) for each in (baseline, clp))
  rows = []
  for name, key, formatted, change_format, scale in metrics:
    if key not in clp:
      continue
    if key == "positive_ratio" and formats.is_missing(clp[key]):
      continue
    before, after = baseline.get(key), clp[key]
    if formats.is_missing(before) or formats.is_missing(after):
      change = formats.MISSING
    elif before == after:
      change = "same"
    else:
      change = f"{scale * (after - before):{change_format}}".replace("-", "−")
    rows.append(
      {
        "name": name,
        "before": formatted(before),
        "before_interval": formats.interval(baseline.get(f"{key}_bounds")),
        "after": formatted(after),
        "after_interval": formats.interval(clp.get(f"{key}_bounds")),
        "change": change,
        # Beside a word or a dash there is no unit.
        "unit": "points" if scale == 100 and change[-1:].isdigit() else "",
      }
    )
  return rows


def _with_placebo(figures: dict[str, Any]) -> dict[str, Any]:
  placebo = figures.get("placebo", {})
  return figures | {f"placebo_{name}": value for name, value in placebo.items()}


def _renamed(results: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
  """Returns the results by names that nobody takes for those of slices.

  The component has a slice that it calls the baseline.
  """
  kinds = {"control": "Before (control)", "blessed": "Before (last blessed)"}
  # The component sorts by name, so what was before must come first in the alphabet.
  before = kinds.get(summary["configuration"].get("baseline"), "Before")
  after = "Model" if summary.get("evaluated_model") else "CLP model"
  return dict(zip((before, after)[-len(results) :], results.values(), strict=True))


def _contents(context: dict[str, Any]) -> dict[str, str]:
  """Returns the names of the page's sections by anchor."""
  sections = {
    "people": ("Who gains, who loses", context["people"]),
    "figures": ("Before and after" if context["baseline"] else "Figures", True),
    "flips": ("Worst flips", context["flips"] is not None),
    "groups": ("By group", context["groups"]["rows"]),
    "terms": ("By term", context["terms"]["rows"]),
    "audit": ("Audit", context["audit"]),
    "bias": ("Bias AUC", context["bias"]),
    "coverage": ("Coverage", context["coverage"]),
    "training": ("Training", context["panels"]),
    "fairness-indicators": ("Fairness Indicators", context["fairness_indicators"]),
    "time": ("Time", context["seconds"]),
    "configuration": ("Configuration", True),
  }
  return {anchor: name for anchor, (name, is_there) in sections.items() if is_there}
