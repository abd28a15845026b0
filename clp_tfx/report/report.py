"""The report of a run or an evaluation: one HTML page that works offline."""

from typing import Any

import markupsafe

from clp_tfx.pipeline.labels import judged, views
from clp_tfx.report import charts, formats
from clp_tfx.report.fairness_indicators import fairness_indicators_html
from clp_tfx.report.group_tables import audit_tables, bias_tables
from clp_tfx.report.page import environment, write_page
from clp_tfx.report.people import people_section
from clp_tfx.report.worst_case import worst_case_section
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
    summary: The contents of `summary.json`: `baseline` (or None), `clp` (or both for
      each of several `labels`), `gate`, `configuration`, `comments` and optionally
      `pushed_model` or `evaluated_model`, `probes`, `worst_case`, `coverage` (the
      splits of `load_statistics`), `seconds` by component, `cached` components and
      `training` curves. Rates are in [0, 1]; None and NaN are shown as "–".
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
    formats.decimal,
    formats.breakable,
  ):
    templates.filters[function.__name__] = function
  found = views(summary)
  results = evaluation_path and load_results(evaluation_path)
  parts = []
  for place, (label, view) in enumerate(found.items()):
    context = _of_label(view, label)
    if results:
      flips = load_worst_flips(evaluation_path, output=label or None)
      context |= {
        "fairness_indicators": fairness_indicators_html(
          _renamed(results, view), label, again=place > 0
        ),
        "flips": worst_pairs(flips, context["models"], view),
      }
    parts.append(context)
  context = parts[0] if len(parts) == 1 else _of_all_labels(summary, found)
  of_label = templates.get_template("sections/of_label.html")
  context["contents"] = _contents(context)
  context["parts"] = [markupsafe.Markup(of_label.render(part)) for part in parts]
  return templates.get_template("report.html").render(context)


_DEFAULTS = {
  "cached": [],
  "coverage": {},
  "evaluated_model": None,
  "model_card": None,
  "overview": None,
  "pushed_model": None,
  "seconds": {},
}


def _of_label(summary: dict[str, Any], label: str) -> dict[str, Any]:
  """Returns what the sections about one label show."""
  baseline, clp = summary["baseline"], summary["clp"]
  names = _names(summary)
  models = {model: name for model, name in names.items() if summary[model]}
  # The dashed baseline is drawn last so that both lines are visible if they coincide.
  histories = summary.get("training", {})
  training = {m: histories[m] for m in reversed(models) if m in histories}
  groups, terms, classes = (
    charts.rate_chart(baseline, clp, by) for by in ("group", "term", "class")
  )
  return {
    **_DEFAULTS,
    **summary,
    "label": label,
    "at": f"{label}-" if label else "",
    "of_label": f"{label}: " if label else "",
    "verdict": _verdict(_DEFAULTS | summary),
    "models": models,
    "changes": _changes(baseline, clp),
    "people": people_section(summary),
    "worst_case": worst_case_section(summary),
    "groups": groups | {"rows": charts.highest_first(groups["rows"])},
    "terms": terms | {"rows": charts.highest_first(terms["rows"])},
    "classes": classes,
    "audit": audit_tables(baseline, clp),
    "bias": bias_tables(baseline, clp),
    "panels": charts.training_panels(training),
    "flips": None,
    "fairness_indicators": None,
    "shown": _SHOWN,
  }


def _of_all_labels(
  summary: dict[str, Any], found: dict[str, dict[str, Any]]
) -> dict[str, Any]:
  """Returns what the rest of the page shows about a model with several labels."""
  has_bound = judged(summary)
  refused = {failure["label"] for failure in summary["gate"]["failures"]}

  def word(label: str) -> str:
    if label in refused:
      return "refused"
    return "passed" if label in has_bound else "measured"

  models = {k: name for k, name in _names(summary).items() if _any(found)[k]}
  rows = [
    {"label": label, "verdict": word(label), "anchor": _anchor(label, view), **view}
    for label, view in found.items()
  ]
  return {
    **_DEFAULTS,
    **summary,
    "verdict": _verdict(_DEFAULTS | summary),
    "overview": {"models": models, "rows": rows},
    # What the comments tell, which is the same for all labels.
    "models": models,
    "clp": _any(found)["clp"],
    "baseline": _any(found)["baseline"],
  }


def _anchor(label: str, view: dict[str, Any]) -> str:
  """Returns the anchor of the first section about a label."""
  return f"{label}-{'people' if view['probes'] else 'figures'}"


def _any(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
  return next(iter(found.values()))


def _names(summary: dict[str, Any]) -> dict[str, str]:
  return {
    "baseline": "Baseline",
    "clp": "Model" if summary.get("evaluated_model") else "CLP",
  }


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
  reference = "the baseline's" if baseline else "the label rate"
  metrics = (
    ("Flip rate", "flip_rate", formats.percent, "+.1f", 100),
    ("… of placebo edits", "placebo_flip_rate", formats.percent, "+.1f", 100),
    ("AUC", "auc", formats.decimal, "+.4f", 1),
    ("R²", "r2", formats.decimal, "+.4f", 1),
    ("Positive rate", "positive_rate", formats.percent, "+.1f", 100),
    (f"… of {reference}", "positive_ratio", formats.percent, "+.1f", 100),
    ("Score gap", "counterfactual_gap", formats.decimal, "+.4f", 1),
    ("… its upper bound", "counterfactual_gap_upper", formats.decimal, "+.4f", 1),
    ("… of placebo edits", "placebo_counterfactual_gap", formats.decimal, "+.4f", 1),
    ("Pairs", "pairs", formats.count, "+,", 1),
    ("Comments left out", "comments_left_out", formats.percent, "+.1f", 100),
  )
  decided = [
    (f"Decided {name}", f"decided {name}", formats.percent, "+.1f", 100)
    for name in clp.get("decision_rate_by_class", {})
  ]
  baseline, clp = (_flat(each or {}) for each in (baseline, clp))
  rows = []
  for name, key, formatted, change_format, scale in (*metrics, *decided):
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


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
  """Returns figures with those of placebos and classes among them."""
  placebo = figures.get("placebo", {})
  decided = figures.get("decision_rate_by_class", {})
  return (
    figures
    | {f"placebo_{name}": value for name, value in placebo.items()}
    | {f"decided {name}": value for name, value in decided.items()}
  )


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
  """Returns the names of the page's sections, or of its labels, by anchor."""
  labels = context["overview"]
  if labels:
    by_label = {row["anchor"]: (row["label"], True) for row in labels["rows"]}
    sections = {"labels": ("Labels", True), **by_label}
  else:
    sections = {
      "people": ("Who gains, who loses", context["people"]),
      "figures": ("Before and after" if context["baseline"] else "Figures", True),
      "flips": ("Worst flips", context["flips"] is not None),
      "classes": ("By class", context["classes"]["rows"]),
      "groups": ("By group", context["groups"]["rows"]),
      "terms": ("By term", context["terms"]["rows"]),
      "worst-case": ("Any term of a role", context["worst_case"]),
      "audit": ("Audit", context["audit"]),
      "bias": ("Bias AUC", context["bias"]),
    }
  sections["coverage"] = ("Coverage", context["coverage"])
  if not labels:
    sections |= {
      "training": ("Training", context["panels"]),
      "fairness-indicators": ("Fairness Indicators", context["fairness_indicators"]),
    }
  sections |= {
    "time": ("Time", context["seconds"]),
    "configuration": ("Configuration", True),
  }
  return {anchor: name for anchor, (name, is_there) in sections.items() if is_there}
